/** Which calls share a request to an isolate, and that each keeps a reply, a place and a signal of its own. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BATCH, createBatches } from '../../../src/adapters/extism/batches.ts';
import { fail, ok } from '../../../src/core/errors.ts';
import { codeOf, textOf } from '../../support/guests/harness.ts';
import type { Send } from '../../../src/adapters/extism/batches.ts';
import type { Result } from '../../../src/core/errors.ts';
import type { PluginCall, PluginReply } from '../../../src/runtime/ports.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const live = new AbortController().signal;

function callOf(text: string): PluginCall {
  const input = encoder.encode(text);
  return { tenant: 't', hash: 'h', bundled: false, export: 'run', input, config: {} };
}

const reply = (text: string): Result<PluginReply> =>
  ok({ output: encoder.encode(text), memoryPages: 1, logs: [] });
const echo = (calls: readonly PluginCall[]) =>
  calls.map(({ input }) => reply(decoder.decode(input)));

interface Sent {
  readonly texts: readonly string[];
  readonly signal: AbortSignal;
  readonly answer: (result: Awaited<ReturnType<Send>>) => void;
}

/** Requests wait in `sent` until the test answers them. */
function byHand() {
  const sent: Sent[] = [];
  const batches = createBatches((_key, calls, signal) => {
    const texts = calls.map(({ input }) => decoder.decode(input));
    const { promise, resolve } = Promise.withResolvers<Awaited<ReturnType<Send>>>();
    sent.push({ texts, signal, answer: resolve });
    return promise;
  });
  const call = (text: string, signal = live, key = 'k') =>
    batches.call(key, callOf(text), signal).then((each) => (each.ok ? textOf(each) : codeOf(each)));
  return { sent, batches, call };
}

/** Everything that can happen by itself has happened. */
async function settled(): Promise<void> {
  for (let i = 0; i < 50; i += 1) await Promise.resolve();
}

describe('createBatches()', () => {
  it('sends nothing for a call that was given up before it came', async () => {
    const { sent, call, batches } = byHand();
    const controller = new AbortController();
    controller.abort();
    expect(await call('a', controller.signal)).toBe('cancelled');
    await settled();
    expect(sent).toEqual([]);
    expect(batches.isIdle()).toBe(true);
  });

  it('sends what is called at one moment together, in its order', async () => {
    const { sent, call, batches } = byHand();
    const replies = ['a', 'b', 'c'].map((text) => call(text));
    await settled();
    expect(sent.map(({ texts }) => texts)).toEqual([['a', 'b', 'c']]);
    sent[0]!.answer(ok(['1', '2', '3'].map(reply)));
    expect(await Promise.all(replies)).toEqual(['1', '2', '3']);
    expect(batches.isIdle()).toBe(true);
  });

  it('gathers for the next request while one is under way', async () => {
    const { sent, call } = byHand();
    const replies = [call('a')];
    await settled();
    replies.push(call('b'), call('c'));
    await settled();
    expect(sent).toHaveLength(1);
    sent[0]!.answer(ok([reply('1')]));
    await settled();
    expect(sent[1]!.texts).toEqual(['b', 'c']);
    sent[1]!.answer(ok([reply('2'), reply('3')]));
    expect(await Promise.all(replies)).toEqual(['1', '2', '3']);
  });

  it('keeps the calls of different isolates apart', async () => {
    const { sent, call } = byHand();
    const replies = [call('a', live, 'x'), call('b', live, 'y'), call('c', live, 'x')];
    await settled();
    expect(sent.map(({ texts }) => texts)).toEqual([['a', 'c'], ['b']]);
    sent[0]!.answer(ok([reply('1'), reply('3')]));
    sent[1]!.answer(ok([reply('2')]));
    expect(await Promise.all(replies)).toEqual(['1', '2', '3']);
  });

  it('sends the rest again when an isolate ends its turn early', async () => {
    const { sent, call } = byHand();
    const replies = ['a', 'b', 'c'].map((text) => call(text));
    await settled();
    sent[0]!.answer(ok([reply('1')]));
    await settled();
    const late = call('d');
    expect(sent[1]!.texts).toEqual(['b', 'c']);
    sent[1]!.answer(ok([fail('trap', 'x')]));
    await settled();
    expect(sent[2]!.texts).toEqual(['c', 'd']);
    sent[2]!.answer(ok([reply('3'), reply('4')]));
    expect(await Promise.all([...replies, late])).toEqual(['1', 'trap', '3', '4']);
  });

  it('takes at most 100 calls, and at most 1 MiB but for a single call', async () => {
    const { sent, call } = byHand();
    const many = Array.from({ length: BATCH.calls + 1 }, (_, i) => call(String(i)));
    const large = ['x'.repeat(BATCH.bytes + 1), 'y'.repeat(BATCH.bytes - 1), 'z', 'zz'].map(
      (text) => call(text, live, 'large'),
    );
    for (let i = 0; i < 10; i += 1) {
      await settled();
      for (const { texts, answer } of sent.slice(i * 2, i * 2 + 2)) answer(ok(texts.map(reply)));
    }
    await Promise.all([...many, ...large]);
    const sizes = sent.map(({ texts }) => texts.map(({ length }) => length));
    expect(sizes.filter(([first]) => first! < 1_000).map(({ length }) => length)).toEqual([
      BATCH.calls,
      1,
      1,
    ]);
    expect(sizes.filter(([first]) => first! > 1_000)).toEqual([
      [BATCH.bytes + 1],
      [BATCH.bytes - 1, 1],
    ]);
  });
});

describe('a call that is given up', () => {
  it('is told at once while others go on, and is not sent', async () => {
    const { sent, call } = byHand();
    const controller = new AbortController();
    const first = call('a');
    await settled();
    const [second, third] = [call('b', controller.signal), call('c')];
    controller.abort();
    expect(await second).toBe('cancelled');
    sent[0]!.answer(ok([reply('1')]));
    await settled();
    expect(sent[1]!.texts).toEqual(['c']);
    sent[1]!.answer(ok([reply('3')]));
    expect(await Promise.all([first, third])).toEqual(['1', '3']);
  });

  it('does not end the request of those beside it, and is not sent again', async () => {
    const { sent, call } = byHand();
    const controller = new AbortController();
    const replies = [call('a'), call('b', controller.signal), call('c')];
    await settled();
    controller.abort(new DOMException('late', 'TimeoutError'));
    expect(await replies[1]).toBe('timeout');
    expect(sent[0]!.signal.aborted).toBe(false);
    sent[0]!.answer(ok([reply('1')]));
    await settled();
    expect(sent[1]!.texts).toEqual(['c']);
    sent[1]!.answer(ok([reply('3')]));
    expect(await Promise.all(replies)).toEqual(['1', 'timeout', '3']);
  });

  it('ends the request when nobody else waits for it, and is told when that has ended', async () => {
    const { sent, call, batches } = byHand();
    const controller = new AbortController();
    const replies = [call('a', controller.signal), call('b', controller.signal)];
    await settled();
    controller.abort();
    expect(sent[0]!.signal.aborted).toBe(true);
    expect(await replies[0]).toBe('cancelled');
    expect(batches.isIdle()).toBe(false);
    sent[0]!.answer(ok([]));
    expect(await replies[1]).toBe('cancelled');
    expect(batches.isIdle()).toBe(true);
    expect(sent).toHaveLength(1);
  });
});

describe('a request that fails', () => {
  it('is made again call by call, so that only the one to blame fails', async () => {
    const batches = createBatches(async (_key, calls) =>
      calls.some(({ input }) => decoder.decode(input) === 'bad')
        ? fail('sandbox_unavailable', 'the isolate is gone')
        : ok(echo(calls)),
    );
    const call = async (text: string) => codeOf(await batches.call('k', callOf(text), live));
    expect(await Promise.all(['a', 'bad', 'c', 'd'].map(call))).toEqual([
      'ok',
      'sandbox_unavailable',
      'ok',
      'ok',
    ]);
  });

  it('fails all of its calls at once when their plugin is not there', async () => {
    let requests = 0;
    const batches = createBatches(async () => {
      requests += 1;
      return fail('plugin_not_found', 'there is none');
    });
    const call = async (text: string) => codeOf(await batches.call('k', callOf(text), live));
    expect(await Promise.all(['a', 'b'].map(call))).toEqual(Array(2).fill('plugin_not_found'));
    expect(requests).toBe(1);
  });

  it.each([
    ['throws', () => Promise.reject(new Error('broken'))],
    ['gives no reply', () => Promise.resolve(ok([]))],
  ])('and %s is no reply for ever', async (_, send) => {
    const batches = createBatches(send);
    const call = async (text: string) => codeOf(await batches.call('k', callOf(text), live));
    expect(await Promise.all(['a', 'b', 'c'].map(call))).toEqual(
      Array(3).fill('sandbox_unavailable'),
    );
    expect(batches.isIdle()).toBe(true);
  });
});

it('every call gets its own reply, whatever is answered, given up or lost', async () => {
  const step = fc.record({
    calls: fc.array(fc.nat({ max: 2 }), { maxLength: 6 }),
    answered: fc.nat({ max: 4 }),
    isLost: fc.boolean(),
    givesUp: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const script = steps.values();
      let made = 0;
      const batches = createBatches(async (_key, calls) => {
        const { answered, isLost } = script.next().value ?? { answered: 99, isLost: false };
        if (isLost) return fail('sandbox_unavailable', 'gone');
        return ok(echo(calls).slice(0, 1 + answered));
      });
      const replies = steps.flatMap(({ calls, givesUp }) =>
        calls.map(async (key) => {
          made += 1;
          const text = String(made);
          const controller = new AbortController();
          const told = batches.call(String(key), callOf(text), controller.signal);
          if (givesUp) controller.abort();
          const got = await told;
          expect(got.ok ? textOf(got) : codeOf(got)).toBe(
            givesUp ? 'cancelled' : got.ok ? text : 'sandbox_unavailable',
          );
        }),
      );
      await Promise.all(replies);
      expect(batches.isIdle()).toBe(true);
    }),
    { numRuns: 200 },
  );
});
