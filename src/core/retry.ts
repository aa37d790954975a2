/** When a failed attempt is followed by another. */
import type { Failure } from './errors.ts';
import type { RetryPolicy } from './recipe/plan.ts';

/** Milliseconds before attempt `attempt + 1`. `random` is from 0 up to 1. */
export function nextDelay(policy: RetryPolicy, attempt: number, random: number): number {
  const plain = Math.min(
    policy.initialDelayMs * policy.backoff ** (attempt - 1),
    policy.maxDelayMs,
  );
  return Math.round(plain * (1 - policy.jitter + policy.jitter * random));
}

/** Whether attempt `attempt`, counted from 1, may be followed by another. */
export function isRetried(policy: RetryPolicy, attempt: number, failure: Failure): boolean {
  if (attempt >= policy.maxAttempts) return false;
  return policy.retryOn === undefined ? failure.retryable : policy.retryOn.includes(failure.code);
}
