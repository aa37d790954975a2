/** Bundled calls take turns with whatever else runs in the isolate. */
import { expect, it } from 'vitest';
import { createTurns, TURN } from '../../../src/adapters/extism/turn.ts';
import { fail, ok } from '../../../src/core/errors.ts';
import type { Result } from '../../../src/core/errors.ts';
import type { PluginReply } from '../../../src/runtime/ports.ts';

const reply = (fuel: number): Result<PluginReply> =>
  ok({ output: new Uint8Array(0), fuel, memoryPages: 1, logs: [] });

it('runs calls one after another, and pauses once a turn of fuel is spent', async () => {
  const said: string[] = [];
  const inTurn = createTurns(async () => void said.push('pause'));
  const replies = [TURN.fuel / 2, TURN.fuel / 2, 1, TURN.fuel, 1].map((fuel, i) =>
    inTurn(async () => {
      said.push(`start ${i}`);
      await Promise.resolve();
      said.push(`end ${i}`);
      return reply(fuel);
    }),
  );
  await Promise.all(replies);
  const call = (i: number) => [`start ${i}`, `end ${i}`];
  expect(said).toEqual([
    ...call(0),
    ...call(1),
    'pause',
    ...call(2),
    ...call(3),
    'pause',
    ...call(4),
  ]);
});

it('pauses after a call that failed, and goes on after one that broke', async () => {
  let pauses = 0;
  const inTurn = createTurns(async () => void (pauses += 1));
  const broken = inTurn(() => Promise.reject(new Error('broken')));
  await expect(broken).rejects.toThrow('broken');
  await inTurn(async () => fail('trap', 'x'));
  expect(await inTurn(async () => reply(1))).toEqual(reply(1));
  expect(pauses).toBe(1);
});
