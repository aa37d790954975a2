/** What one attempt asks of the outside: requests sent, and how much of its rate limits was used. */
import type { StepStats } from '../core/run/events.ts';
import type { Egress } from './ports/egress.ts';
import type { Models } from './ports/models.ts';
import type { RateDecision, RateLimiter } from './ports/rate-limiter.ts';
import type { Speech } from './ports/speech.ts';

interface Outside {
  readonly egress: Egress;
  readonly limiter: RateLimiter;
  readonly models: Models & Speech;
}

export interface Measured extends Outside {
  /** Nothing of what was not asked. */
  readonly taken: () => Pick<StepStats, 'requests' | 'limitUsed'>;
}

/** The same ports, counted. What plugins ask for themselves goes another way, and is not seen here. */
export function measured({ egress, limiter, models }: Outside): Measured {
  let requests = 0;
  let limitUsed: number | undefined;
  const sent = <T>(answer: T): T => {
    requests += 1;
    return answer;
  };
  const note = (decisions: readonly RateDecision[]): void => {
    for (const each of decisions) limitUsed = Math.max(limitUsed ?? 0, usedOf(each));
  };
  return {
    egress: {
      policy: egress.policy,
      fetch: (request, signal) => sent(egress.fetch(request, signal)),
    },
    models: {
      generate: (call, options) => sent(models.generate(call, options)),
      speak: (call, signal) => sent(models.speak(call, signal)),
      transcribe: (call, signal) => sent(models.transcribe(call, signal)),
      speechLimit: (model) => models.speechLimit(model),
    },
    limiter: {
      async check(tenant, checks) {
        const decisions = await limiter.check(tenant, checks);
        note(decisions);
        return decisions;
      },
      peek: (tenant, check) => limiter.peek(tenant, check),
      correct: (tenant, used) => limiter.correct(tenant, used),
      reset: (tenant, check) => limiter.reset(tenant, check),
    },
    taken: () => ({
      ...(requests > 0 && { requests }),
      ...(limitUsed !== undefined && { limitUsed }),
    }),
  };
}

/** From 0 to 1; a refusal is 1, though units that were too few may be left. */
function usedOf({ ok, limit, remaining }: RateDecision): number {
  return ok ? Math.min(1, Math.max(0, 1 - remaining / limit)) : 1;
}
