/** Texts on their way: the first piece at once, then no more than twenty times a second. */
import { describe, expect, it } from 'vitest';
import { createDeltaLog } from '../../src/runtime/delta-log.ts';
import { createDeltas } from '../../src/runtime/deltas.ts';
import { createManualClock } from '../support/manual-clock.ts';

function stream() {
  const clock = createManualClock();
  const stop = new AbortController();
  const seen: { offset: number; text: string }[] = [];
  const deltas = createDeltas(clock, stop.signal, (delta) => seen.push(delta));
  return { clock, stop, seen, deltas };
}

describe('createDeltas()', () => {
  it('passes the first piece on at once, and joins those that come too fast', async () => {
    const { clock, seen, deltas } = stream();
    for (const text of ['a', 'b', 'c']) deltas.push(text);
    expect(seen).toEqual([{ offset: 0, text: 'a' }]);
    await clock.advance(52);
    expect(seen).toEqual([
      { offset: 0, text: 'a' },
      { offset: 1, text: 'bc' },
    ]);
    deltas.push('d');
    expect(seen).toHaveLength(2);
    await clock.advance(52);
    await clock.advance(52);
    deltas.push('e');
    expect(seen.at(-1)).toEqual({ offset: 4, text: 'e' });
  });

  it('of a second are twenty at most', async () => {
    const { clock, seen, deltas } = stream();
    for (let ms = 0; ms < 1_000; ms += 1) {
      deltas.push('x');
      await clock.advance(1);
    }
    expect(seen.length).toBeLessThanOrEqual(20);
    deltas.end();
    expect(seen.map(({ text }) => text).join('')).toBe('x'.repeat(1_000));
  });

  it('begins at 0 again with another answer, and ends with what is left', async () => {
    const { seen, deltas } = stream();
    deltas.push('a');
    deltas.push('b');
    deltas.restart();
    deltas.push('c');
    deltas.end();
    deltas.push('late');
    expect(seen).toEqual([
      { offset: 0, text: 'a' },
      { offset: 1, text: 'b' },
      { offset: 0, text: 'c' },
    ]);
  });

  it('says nothing of an attempt that was given up', async () => {
    const { clock, stop, seen, deltas } = stream();
    deltas.push('a');
    deltas.push('b');
    stop.abort();
    await clock.advance(100);
    deltas.end();
    expect(seen).toEqual([{ offset: 0, text: 'a' }]);
  });
});

describe('createDeltaLog()', () => {
  const delta = { key: 'a', node: 'a', attempt: 1, offset: 0 };

  it('gives what lies behind a place', () => {
    const log = createDeltaLog(() => 100);
    log.add('r', 3, { ...delta, text: 'one' });
    log.add('r', 3, { ...delta, text: 'two' });
    log.add('r', 5, { ...delta, text: 'three' });
    const texts = (seq: number, number: number) =>
      log.after('r', { seq, delta: number }).map(({ text }) => text);
    expect(texts(0, 0)).toEqual(['one', 'two', 'three']);
    expect(texts(3, 0)).toEqual(['one', 'two', 'three']);
    expect(texts(3, 101)).toEqual(['two', 'three']);
    expect(texts(4, 101)).toEqual(['three']);
    expect(texts(5, 103)).toEqual([]);
    expect(log.after('other', { seq: 0, delta: 0 })).toEqual([]);
  });

  it('keeps a bounded text of a run, and a bounded number of ended runs', () => {
    const log = createDeltaLog(() => 0);
    for (let count = 0; count < 5; count += 1)
      log.add('r', 1, { ...delta, text: 'x'.repeat(400_000) });
    expect(log.after('r', { seq: 0, delta: 0 }).length).toBe(2);
    for (let run = 0; run < 100; run += 1) {
      log.add(`r${run}`, 1, { ...delta, text: 'x' });
      log.end(`r${run}`);
    }
    expect(log.since('r0')).toBeUndefined();
    expect(log.since('r99')).toBe(1);
    expect(log.since('r')).toBe(1);
  });
});
