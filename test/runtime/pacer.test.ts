/** Runs side by side: what else the isolate has to do waits for a few turns, however many they are. */
import { describe, expect, it } from 'vitest';
import { createPacer } from '../../src/runtime/pacer.ts';

/** A clock whose pauses a test ends. */
function createPauses() {
  const waiting: (() => void)[] = [];
  return {
    waiting,
    sleep: () => new Promise<void>((go) => waiting.push(go)),
  };
}

const flush = () => new Promise(setImmediate);

describe('createPacer()', () => {
  it('pauses after 32 turns of all together, and lets each have one in turn', async () => {
    const pauses = createPauses();
    const pacer = createPacer(pauses);
    const turns = new Map<number, number>();
    const go = async (run: number): Promise<void> => {
      for (let turn = 0; turn < 10; turn += 1) {
        await pacer.next();
        turns.set(run, (turns.get(run) ?? 0) + 1);
      }
    };
    const all = Promise.all(Array.from({ length: 50 }, (_, run) => go(run)));
    await flush();
    expect(pauses.waiting).toHaveLength(1);
    const total = () => [...turns.values()].reduce((sum, each) => sum + each, 0);
    expect(total()).toBeLessThan(32);
    while (pauses.waiting.length > 0) {
      const before = total();
      pauses.waiting.shift()?.();
      await flush();
      expect(total() - before).toBeLessThanOrEqual(pauses.waiting.length === 0 ? 32 : 4);
      // None is a round ahead of another but by what it could do before the first pause.
      const rounds = Array.from({ length: 50 }, (_, run) => turns.get(run) ?? 0);
      expect(Math.max(...rounds) - Math.min(...rounds)).toBeLessThanOrEqual(2);
      expect(pauses.waiting.length).toBeLessThanOrEqual(1);
    }
    await all;
    expect([...turns.values()]).toEqual(Array.from({ length: 50 }, () => 10));
  });
});
