/** Many deadlines, one timer. */
import { describe, expect, it } from 'vitest';
import { createDeadlines } from '../../src/runtime/deadlines.ts';
import { createManualClock } from '../support/manual-clock.ts';

const setUp = () => {
  const clock = createManualClock();
  return { clock, ...createDeadlines(clock) };
};

describe('createDeadlines()', () => {
  it('aborts each at its time, in whatever order they were set', async () => {
    const { clock, deadline } = setUp();
    const [late, early, same] = [300, 100, 100].map((ms) => deadline(ms).signal);
    await clock.advance(99);
    expect([late, early, same].map((signal) => signal?.aborted)).toEqual([false, false, false]);
    await clock.advance(1);
    expect([late, early, same].map((signal) => signal?.aborted)).toEqual([false, true, true]);
    expect(early?.reason).toMatchObject({ name: 'TimeoutError' });
    await clock.advance(200);
    expect(late?.aborted).toBe(true);
    expect(clock.nextAt()).toBeUndefined();
  });

  it('aborts none that was cleared, and the next one in time', async () => {
    const { clock, deadline } = setUp();
    const cleared = deadline(100);
    const kept = deadline(150);
    cleared.clear();
    await clock.advance(150);
    expect([cleared.signal.aborted, kept.signal.aborted]).toEqual([false, true]);
  });

  it('takes its timer back at rest, and only when nothing is open', async () => {
    const { clock, deadline, rest } = setUp();
    const open = deadline(100);
    rest();
    expect(clock.nextAt()).toBeDefined();
    open.clear();
    rest();
    await clock.advance(0);
    expect(clock.nextAt()).toBeUndefined();
    const again = deadline(50);
    await clock.advance(50);
    expect(again.signal.aborted).toBe(true);
  });
});
