/** `Cache-Status` (RFC 9211): whether what a run answers came from the cache of its nodes. */
import type { RunMetrics } from '../core/run/view.ts';

const CACHE = 'edge-composer';

/** Undefined: nothing in the run could come from a cache. */
export function cacheStatus({
  cache_hits: hits,
  cache_hit_rate: rate,
}: Pick<RunMetrics, 'cache_hits' | 'cache_hit_rate'>): string | undefined {
  if (rate === null) return undefined;
  if (rate === 1) return `${CACHE}; hit; detail="${hits} of ${hits}"`;
  // Some were found, and the rest was asked of whoever makes it.
  const forwarded = hits === 0 ? 'miss' : 'partial';
  const asked = hits === 0 ? '' : `; detail="${hits} of ${Math.round(hits / rate)}"`;
  return `${CACHE}; fwd=${forwarded}${asked}`;
}
