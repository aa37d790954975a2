/** What becomes of a step whose call a rate limit refuses: it waits by its run's timer, and costs no attempt. */
import { failure } from '../../core/errors.ts';
import type { TaskFailure } from '../tasks/outcome.ts';
import type { RateDecision } from '../ports/rate-limiter.ts';
import { tightest } from './rate-limiter.ts';

/** Undefined: all have passed. */
export function throttledBy(decisions: readonly RateDecision[]): TaskFailure | undefined {
  const refusal = tightest(decisions.filter(({ ok }) => !ok));
  if (refusal === undefined) return undefined;
  const { policy, retryAfterMs } = refusal;
  return {
    ...failure('rate_limited', `Cannot call now: limit "${policy}" is used up`),
    throttle: { policy, retryAfterMs },
  };
}
