/** What leaves a bounded cache, and what never enters it. */
import { describe, expect, it } from 'vitest';
import { createBoundedCache } from '../../src/runtime/bounded-cache.ts';

describe('createBoundedCache()', () => {
  const result = () => ({});

  it('lets go of the least recently used, by number', () => {
    const cache = createBoundedCache<object>({ chars: 100, entries: 2 });
    const [a, b, c] = [result(), result(), result()];
    cache.keep('a', a, 1);
    cache.keep('b', b, 1);
    expect(cache.find('a')).toBe(a);
    cache.keep('c', c, 1);
    expect([cache.find('a'), cache.find('b'), cache.find('c')]).toEqual([a, undefined, c]);
  });

  it('lets go of the least recently used, by size', () => {
    const cache = createBoundedCache<object>({ chars: 100, entries: 10 });
    for (const key of ['a', 'b', 'c']) cache.keep(key, result(), 40);
    expect(
      [cache.find('a'), cache.find('b'), cache.find('c')].map((one) => one !== undefined),
    ).toEqual([false, true, true]);
    cache.keep('b', result(), 10);
    cache.keep('d', result(), 50);
    expect(cache.find('c')).toBeDefined();
    expect(cache.find('d')).toBeDefined();
  });

  it('keeps nothing that is larger than all of it', () => {
    const cache = createBoundedCache<object>({ chars: 100, entries: 10 });
    const small = result();
    cache.keep('a', small, 100);
    cache.keep('b', result(), 101);
    expect(cache.find('a')).toBe(small);
    expect(cache.find('b')).toBeUndefined();
  });
});
