/** When another attempt follows, and how long after. */
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { failure } from '../../src/core/errors.ts';
import type { RetryPolicy } from '../../src/core/recipe/plan.ts';
import { isRetried, nextDelay } from '../../src/core/retry.ts';

const policy: RetryPolicy = {
  maxAttempts: 4,
  initialDelayMs: 100,
  backoff: 3,
  maxDelayMs: 1000,
  jitter: 0,
};

describe('nextDelay()', () => {
  it('grows by the factor up to the longest', () => {
    expect([1, 2, 3, 4].map((attempt) => nextDelay(policy, attempt, 0.5))).toEqual([
      100, 300, 900, 1000,
    ]);
  });

  it('is made shorter by chance, never longer', () => {
    const jittered = { ...policy, jitter: 0.5 };
    expect(nextDelay(jittered, 1, 0)).toBe(50);
    expect(nextDelay(jittered, 1, 0.5)).toBe(75);
    expect(nextDelay(jittered, 1, 1)).toBe(100);
  });

  it('stays within its bounds whatever the attempt', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (attempt, random) => {
          const delay = nextDelay({ ...policy, jitter: 1, backoff: 100 }, attempt, random);
          expect(Number.isInteger(delay) && delay >= 0 && delay <= 1000).toBe(true);
        },
      ),
    );
  });
});

describe('isRetried()', () => {
  const passing = failure('provider_error', 'x');
  const lasting = failure('plugin_error', 'x');

  it('is true for what may pass, up to the last attempt', () => {
    expect([1, 2, 3, 4].map((attempt) => isRetried(policy, attempt, passing))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(isRetried(policy, 1, lasting)).toBe(false);
  });

  it('is true for the codes of retry_on and no other', () => {
    const chosen = { ...policy, retryOn: ['plugin_error'] };
    expect(isRetried(chosen, 1, lasting)).toBe(true);
    expect(isRetried(chosen, 1, passing)).toBe(false);
  });
});
