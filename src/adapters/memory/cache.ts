/** The Cache in memory. */
import { createCache } from '../../runtime/cache/cache.ts';
import type { Clock, Ids, Log } from '../../runtime/ports.ts';
import type { Cache } from '../../runtime/ports/cache.ts';
import { createMemoryCacheStore } from './cache-store.ts';

export function createMemoryCache(deps: {
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Ids['random'];
  readonly log: Log;
  readonly maxBytes?: number;
}): Cache {
  return createCache({ ...deps, store: createMemoryCacheStore(deps) });
}
