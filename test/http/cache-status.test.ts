/** What answers say of the cache. */
import { expect, it } from 'vitest';
import { cacheStatus } from '../../src/http/cache-status.ts';

it.each([
  [0, null, undefined],
  [0, 0, 'edge-composer; fwd=miss'],
  [3, 1, 'edge-composer; hit; detail="3 of 3"'],
  [1, 1 / 3, 'edge-composer; fwd=partial; detail="1 of 3"'],
])('of %s hits at a rate of %s it is %s', (hits, rate, expected) => {
  expect(cacheStatus({ cache_hits: hits, cache_hit_rate: rate })).toBe(expected);
});
