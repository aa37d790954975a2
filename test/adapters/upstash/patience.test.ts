/** When a question is given up by an isolate that is idle, and by one that is busy. */
import { expect, it } from 'vitest';
import { createPatience } from '../../../src/adapters/upstash/patience.ts';

/** Timers that go off when a test says, however late. */
function make() {
  const time = { now: 0 };
  const timers: AbortController[] = [];
  const patience = createPatience(
    {
      now: () => time.now,
      deadline(ms) {
        expect(ms).toBe(50);
        const controller = new AbortController();
        timers.push(controller);
        return { signal: controller.signal, clear: () => void timers.splice(0) };
      },
    },
    250,
  );
  const pass = (ms: number) => {
    time.now += ms;
    timers.pop()?.abort(new Error('late'));
    return patience.signal.aborted;
  };
  return { pass, patience, timers };
}

it('passes after its time while timers are on time', () => {
  const { pass } = make();
  expect([50, 55, 60, 50, 50].map(pass)).toEqual([false, false, false, false, true]);
});

it('does not count a part in which nothing could be heard', () => {
  const { pass, patience } = make();
  expect([500, 61, 50, 50, 50, 50].some(pass)).toBe(false);
  expect(pass(50)).toBe(true);
  expect(patience.signal.reason).toEqual(new Error('late'));
});

it('passes at last, however busy the isolate is', () => {
  const { pass } = make();
  expect([700, 700, 599].some(pass)).toBe(false);
  expect(pass(100)).toBe(true);
});

it('leaves no timer behind', () => {
  const { pass, patience, timers } = make();
  pass(50);
  patience.clear();
  expect(timers).toEqual([]);
});
