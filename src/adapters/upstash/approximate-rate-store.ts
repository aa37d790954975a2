/** Rate limits by Upstash's own sliding window: two counters a subject, and an estimate between them. */
import { Ratelimit } from '@upstash/ratelimit';
import type { Redis } from '@upstash/redis/cloudflare';
import type { RateState, RateStore, RateUse } from '../../runtime/ports/rate-limiter.ts';
import type { UpstashRateDeps } from './rate-store.ts';

export function createApproximateRateStore({ connection, clock }: UpstashRateDeps): RateStore {
  const ratelimit = (redis: Redis, { log, limit, windowMs }: Omit<RateUse, 'subject' | 'cost'>) =>
    new Ratelimit({
      redis,
      limiter: Ratelimit.slidingWindow(limit, `${windowMs} ms`),
      prefix: `${connection.prefix}:window:${log}`,
      // Its cache admits about half of the limit, and its timeout everything.
      ephemeralCache: false,
      timeout: 0,
      analytics: false,
      enableTelemetry: false,
    });

  function stateOf(
    use: RateUse,
    { ok, remaining, reset }: { ok: boolean; remaining: number; reset: number },
  ): RateState {
    const leftMs = Math.max(0, reset - clock.now());
    return {
      ok,
      remaining: Math.max(0, remaining),
      retryAfterMs: ok ? 0 : use.cost > use.limit ? use.windowMs : Math.max(1, leftMs),
      resetMs: leftMs,
    };
  }

  async function peek(use: RateUse): Promise<RateState> {
    const { remaining, reset } = await connection.ask(
      (redis) => ratelimit(redis, use).getRemaining(use.subject),
      { again: true },
    );
    return stateOf(use, { ok: remaining >= use.cost, remaining, reset });
  }

  return {
    source: 'redis',
    async use(uses) {
      const states: RateState[] = [];
      for (const use of uses) {
        const before = states.at(-1);
        // One after the other: what was consumed before a refusal stays so.
        if (before?.ok === false || use.cost === 0) {
          states.push(await peek(use));
          continue;
        }
        const { success, remaining, reset } = await connection.ask((redis) =>
          ratelimit(redis, use).limit(use.subject, { rate: use.cost }),
        );
        states.push(stateOf(use, { ok: success, remaining, reset }));
      }
      return states;
    },
    peek,
    /** Its counters take nothing back; what was too little is made up for as far as there is room. */
    async correct({ cost, units, ...use }) {
      const more = units - cost;
      if (more <= 0) return;
      await connection.ask((redis) => ratelimit(redis, use).limit(use.subject, { rate: more }));
    },
    async reset({ subject, log }) {
      const any = { log, limit: 1, windowMs: Number(log.slice(log.lastIndexOf(' ') + 1)) };
      await connection.ask((redis) => ratelimit(redis, any).resetUsedTokens(subject), {
        again: true,
      });
    },
  };
}
