/** Whether the Redis that was set up answers, and to the token that was set up. */
import { ok, toFailure } from '../../core/errors.ts';
import type { StoreHealth } from '../../runtime/ports/store-health.ts';
import type { Breaker } from '../../runtime/limits/breaker.ts';
import type { Connection } from './connection.ts';

export function createUpstashHealth(connection: Connection, breaker: Breaker): StoreHealth {
  return {
    source: 'redis',
    async ping() {
      try {
        await connection.ask(async (redis) => {
          // A write, because a token that may only read serves neither cache nor limits.
          const done = await redis.set(`${connection.prefix}:ping`, '1', { ex: 60 });
          if (done !== 'OK') throw new Error('Cannot read the answer');
        });
        return ok(undefined);
      } catch (error) {
        return { ok: false, error: toFailure(error) };
      }
    },
    openUntil: () => breaker.openUntil(),
  };
}
