/** The RateLimiter in memory: exact, and gone with its process. */
import { createRateLimiter } from '../../runtime/limits/rate-limiter.ts';
import type { Clock, Digests, Log } from '../../runtime/ports.ts';
import type { RateLimiter } from '../../runtime/ports/rate-limiter.ts';
import { createMemoryRateStore } from './rate-store.ts';

export function createMemoryRateLimiter(deps: {
  readonly clock: Pick<Clock, 'now'>;
  readonly digests: Pick<Digests, 'sha256'>;
  readonly log: Log;
}): RateLimiter {
  const store = createMemoryRateStore(deps);
  return createRateLimiter({ ...deps, store, local: store });
}
