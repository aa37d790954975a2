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

/** Runs that take one turn after another, and which of them took each. */
function createRuns() {
  const pauses = createPauses();
  const pacer = createPacer(pauses);
  const taken: string[] = [];
  const ended: string[] = [];
  return {
    taken,
    ended,
    begin(name: string, turns: number, fuel = 0) {
      const pace = pacer.enter();
      void (async () => {
        for (let turn = 0; turn < turns; turn += 1) {
          await pace.next(fuel);
          taken.push(name);
        }
        ended.push(name);
      })();
    },
    /** Ends the pause that is, if there is one; gives the turns that came of it. */
    async step(): Promise<readonly string[] | undefined> {
      await flush();
      expect(pauses.waiting.length).toBeLessThanOrEqual(1);
      const go = pauses.waiting.shift();
      const before = taken.length;
      go?.();
      await flush();
      return go === undefined ? undefined : taken.slice(before);
    },
  };
}

const count = (all: readonly string[], name: string): number =>
  all.filter((each) => each === name).length;

describe('createPacer()', () => {
  it('lets a run that is alone take 64 turns between two pauses', async () => {
    const runs = createRuns();
    runs.begin('alone', 200);
    await flush();
    expect(runs.taken).toHaveLength(63);
    expect(await runs.step()).toHaveLength(63);
    while ((await runs.step()) !== undefined);
    expect(runs.taken).toHaveLength(200);
  });

  it('pauses sooner after functions that have computed for long', async () => {
    const runs = createRuns();
    runs.begin('heavy', 30, 5_000_000);
    await flush();
    expect(runs.taken).toHaveLength(3);
    expect(await runs.step()).toHaveLength(4);
    while ((await runs.step()) !== undefined);
    expect(runs.taken).toHaveLength(30);
  });

  it('pauses after 4 turns of all together while some wait', async () => {
    const runs = createRuns();
    for (let run = 0; run < 50; run += 1) runs.begin(`run ${run}`, 10);
    await flush();
    expect(runs.taken.length).toBeLessThan(64);
    for (let turns = await runs.step(); turns !== undefined; turns = await runs.step())
      if (runs.ended.length < 46) expect(turns).toHaveLength(4);
    expect(runs.taken).toHaveLength(500);
  });

  it('lets short runs end in the order of their start, not all at one time', async () => {
    const runs = createRuns();
    const names = Array.from({ length: 50 }, (_, run) => `run ${run}`);
    for (const name of names) runs.begin(name, 20);
    while (runs.ended.length < 10) await runs.step();
    expect(new Set(runs.ended)).toEqual(new Set(names.slice(0, runs.ended.length)));
    // Those that are among the last have had no turn yet but the first.
    expect(count(runs.taken, 'run 49')).toBeLessThanOrEqual(1);
    while ((await runs.step()) !== undefined);
    expect(runs.ended.map((name) => names.indexOf(name))).toEqual(
      runs.ended.map((name) => names.indexOf(name)).toSorted((a, b) => a - b),
    );
  });

  it('keeps a turn of four for long runs, each of them in its turn', async () => {
    const runs = createRuns();
    const long = ['long a', 'long b', 'long c'];
    for (const name of long) runs.begin(name, 500);
    while (long.some((name) => count(runs.taken, name) < 40)) await runs.step();
    for (let run = 0; run < 30; run += 1) runs.begin(`short ${run}`, 20);
    const had = long.map((name) => count(runs.taken, name));
    for (let rounds = 0; rounds < 60; rounds += 1) {
      const turns = (await runs.step()) ?? [];
      expect(long.reduce((sum, name) => sum + count(turns, name), 0)).toBe(1);
    }
    const more = long.map((name, at) => count(runs.taken, name) - (had[at] ?? 0));
    expect(more).toEqual([20, 20, 20]);
    while ((await runs.step()) !== undefined);
    expect(runs.ended).toHaveLength(33);
  });
});
