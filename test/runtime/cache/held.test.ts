/** What an isolate serves while the store of its cache is down. */
import { describe, expect, it } from 'vitest';
import { createMemoryCacheStore } from '../../../src/adapters/memory/cache-store.ts';
import { ComposerError } from '../../../src/core/errors.ts';
import { createCache } from '../../../src/runtime/cache/cache.ts';
import { createHeld, withHeld } from '../../../src/runtime/cache/held.ts';
import type { CacheStore } from '../../../src/runtime/ports/cache.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (value?: Uint8Array) => value && new TextDecoder().decode(value);
const TERMS = { ms: 1_000, holder: 'me', tags: ['red'] };
const STALE = { value: bytes('one'), ttlMs: 60_000, staleMs: 60_000, tags: ['red'] };

function makeCache(maxBytes = 1_000) {
  const clock = createManualClock();
  const inner = createMemoryCacheStore({ clock });
  const state = { isDown: false };
  const guarded = Object.entries(inner).map(([name, method]) => [
    name,
    typeof method !== 'function'
      ? method
      : async (...args: never[]) => {
          if (state.isDown) throw new ComposerError('store_unavailable', 'down');
          return Reflect.apply(method, inner, args);
        },
  ]);
  // SAFETY: the same members as the store's.
  const store = Object.fromEntries(guarded) as CacheStore;
  const cache = createCache({
    store: withHeld(store, createHeld({ clock, maxBytes })),
    clock,
    random: () => 0.5,
    log: { write: () => undefined },
  });
  return { cache, clock, state };
}

describe('while the store is down', () => {
  it('what may be stale is served until it is dead, and nobody makes it', async () => {
    const { cache, clock, state } = makeCache();
    await cache.set('acme', 'a', STALE);
    state.isDown = true;
    await clock.advance(119_999);
    const taken = await cache.take('acme', 'a', TERMS);
    expect([text(taken.hit?.value), taken.lease]).toEqual(['one', undefined]);
    expect(text((await cache.find('acme', 'a'))?.value)).toBe('one');
    await clock.advance(1);
    const later = await cache.take('acme', 'a', TERMS);
    expect([later.hit, later.lease !== undefined]).toEqual([undefined, true]);
  });

  it('what was found by another is held, too; what may not be stale is not', async () => {
    const { cache, state } = makeCache();
    await cache.set('acme', 'a', STALE);
    await cache.find('acme', 'a');
    await cache.set('acme', 'b', { ...STALE, staleMs: 0 });
    await cache.find('acme', 'b');
    state.isDown = true;
    expect(await cache.find('acme', 'a')).toBeDefined();
    expect(await cache.find('acme', 'b')).toBeUndefined();
  });

  it('tenants are apart', async () => {
    const { cache, state } = makeCache();
    await cache.set('acme', 'a', STALE);
    state.isDown = true;
    expect(await cache.find('other', 'a')).toBeUndefined();
    expect(await cache.find('', 'acme a')).toBeUndefined();
  });

  it.each([
    [
      'invalidated',
      (cache: ReturnType<typeof makeCache>['cache']) => cache.invalidate('acme', ['red']),
    ],
    ['deleted', (cache: ReturnType<typeof makeCache>['cache']) => cache.delete('acme', 'a')],
  ])('what was %s is not served, even if the store never heard of it', async (_what, forget) => {
    for (const isDownBefore of [true, false]) {
      const { cache, state } = makeCache();
      await cache.set('acme', 'a', STALE);
      state.isDown = isDownBefore;
      await forget(cache);
      state.isDown = true;
      expect(await cache.find('acme', 'a')).toBeUndefined();
    }
  });

  it('what the store no longer has is not served', async () => {
    const { cache, clock, state } = makeCache();
    await cache.set('acme', 'a', STALE);
    await clock.advance(120_000);
    await cache.take('acme', 'a', TERMS);
    state.isDown = true;
    expect(await cache.find('acme', 'a')).toBeUndefined();
  });

  it('so many bytes are held; what was kept first goes first', async () => {
    const { cache, state } = makeCache(8);
    for (const key of ['a', 'b', 'c']) await cache.set('acme', key, STALE);
    await cache.set('acme', 'large', { ...STALE, value: bytes('more than eight') });
    state.isDown = true;
    const found = [];
    for (const key of ['a', 'b', 'c', 'large']) found.push(await cache.find('acme', key));
    expect(found.map((hit) => hit !== undefined)).toEqual([false, true, true, false]);
  });
});

it('while the store answers, what it says counts', async () => {
  const { cache, clock } = makeCache();
  await cache.set('acme', 'a', STALE);
  await clock.advance(60_000);
  const taken = await cache.take('acme', 'a', TERMS);
  expect([text(taken.hit?.value), taken.lease !== undefined]).toEqual(['one', true]);
});
