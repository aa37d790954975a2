/** Cache and limiter in memory, for tests that are not about them. */
import { createHash } from 'node:crypto';
import { createMemoryCache } from '../../src/adapters/memory/cache.ts';
import { createMemoryRateLimiter } from '../../src/adapters/memory/rate-limiter.ts';
import { createMemo } from '../../src/runtime/cache/memo.ts';
import type { Clock, Digests } from '../../src/runtime/ports.ts';
import type { Cache, Memo } from '../../src/runtime/ports/cache.ts';
import type { RateLimiter } from '../../src/runtime/ports/rate-limiter.ts';

/** At once, where the platform's own take as long as they like: time stands still meanwhile. */
const digests: Digests = {
  sha256: async (data) => createHash('sha256').update(data).digest('hex'),
  equal: (a, b) => a === b,
};

export function createTestStores(clock: Pick<Clock, 'now'>): {
  readonly cache: Cache;
  readonly limiter: RateLimiter;
  readonly memo: Memo;
  readonly digests: Digests;
  readonly background: (work: Promise<unknown>) => void;
} {
  const log = { write: () => undefined };
  return {
    cache: createMemoryCache({ clock, random: () => 0.5, log }),
    limiter: createMemoryRateLimiter({ clock, digests, log }),
    memo: createMemo({ clock }),
    digests,
    background: () => undefined,
  };
}
