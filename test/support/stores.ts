/** Cache and limiter in memory, for tests that are not about them. */
import { createMemoryCache } from '../../src/adapters/memory/cache.ts';
import { createMemoryRateLimiter } from '../../src/adapters/memory/rate-limiter.ts';
import { createDigests } from '../../src/adapters/system/digests.ts';
import type { Clock } from '../../src/runtime/ports.ts';
import type { Cache } from '../../src/runtime/ports/cache.ts';
import type { RateLimiter } from '../../src/runtime/ports/rate-limiter.ts';

export function createTestStores(clock: Pick<Clock, 'now'>): {
  readonly cache: Cache;
  readonly limiter: RateLimiter;
} {
  const log = { write: () => undefined };
  return {
    cache: createMemoryCache({ clock, random: () => 0.5, log }),
    limiter: createMemoryRateLimiter({ clock, digests: createDigests(), log }),
  };
}
