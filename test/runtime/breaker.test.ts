/** The breaker, with time standing still. */
import { describe, expect, it } from 'vitest';
import { createBreaker } from '../../src/runtime/limits/breaker.ts';
import { createManualClock } from '../support/manual-clock.ts';

function makeBreaker(random = 0.5) {
  const clock = createManualClock();
  const opened: number[] = [];
  const breaker = createBreaker({
    clock,
    random: () => random,
    onOpen: (at) => void opened.push(at),
  });
  const fail = (times: number): void => {
    for (let count = 0; count < times; count += 1) breaker.failed();
  };
  return { clock, breaker, opened, fail };
}

describe('a breaker', () => {
  it('opens at the fifth failure within ten seconds', async () => {
    const { clock, breaker, fail } = makeBreaker();
    fail(4);
    expect(breaker.allow()).toBe(true);
    await clock.advance(10_000);
    fail(4);
    expect(breaker.allow()).toBe(true);
    fail(1);
    expect(breaker.allow()).toBe(false);
  });

  it('a success begins the count anew', () => {
    const { breaker, fail } = makeBreaker();
    fail(4);
    breaker.succeeded();
    fail(4);
    expect(breaker.allow()).toBe(true);
  });

  it.each([
    [0, 4_000],
    [0.5, 5_000],
    [1, 6_000],
  ])('stays open for about five seconds (%s)', async (random, ms) => {
    const { clock, breaker, opened, fail } = makeBreaker(random);
    fail(5);
    expect(opened).toEqual([clock.now() + ms]);
    await clock.advance(ms - 1);
    expect(breaker.allow()).toBe(false);
    await clock.advance(1);
    expect(breaker.allow()).toBe(true);
  });

  it('lets one probe through; its answer is everybody’s', async () => {
    const { clock, breaker, fail } = makeBreaker();
    fail(5);
    await clock.advance(5_000);
    expect([breaker.allow(), breaker.allow(), breaker.allow()]).toEqual([true, false, false]);
    breaker.failed();
    expect(breaker.allow()).toBe(false);
    await clock.advance(5_000);
    expect(breaker.allow()).toBe(true);
    breaker.succeeded();
    expect([breaker.allow(), breaker.allow()]).toEqual([true, true]);
  });

  it('a probe that never comes back is followed by another', async () => {
    const { clock, breaker, fail } = makeBreaker();
    fail(5);
    await clock.advance(5_000);
    expect(breaker.allow()).toBe(true);
    await clock.advance(999);
    expect(breaker.allow()).toBe(false);
    await clock.advance(1);
    expect(breaker.allow()).toBe(true);
  });

  it('a late answer to a question from before does not close it', () => {
    const { breaker, fail } = makeBreaker();
    fail(5);
    breaker.succeeded();
    expect(breaker.allow()).toBe(false);
  });

  it('keeps away when others have found the store failing', async () => {
    const { clock, breaker, opened } = makeBreaker();
    breaker.keepOpen(clock.now() + 3_000);
    expect(breaker.allow()).toBe(false);
    expect(breaker.openUntil()).toBe(clock.now() + 3_000);
    await clock.advance(3_000);
    expect(breaker.allow()).toBe(true);
    breaker.keepOpen(clock.now() - 1);
    expect(opened).toEqual([]);
  });
});
