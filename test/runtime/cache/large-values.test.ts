/** S13: values too large for the store lie elsewhere by their hash, and corruption is a miss. */
import { expect, it } from 'vitest';
import { createMemoryCacheStore } from '../../../src/adapters/memory/cache-store.ts';
import { createMemoryLargeValues } from '../../../src/adapters/memory/large-values.ts';
import { createCache } from '../../../src/runtime/cache/cache.ts';
import { LARGE_BYTES, withLargeValues } from '../../../src/runtime/cache/large-values.ts';
import type { LargeValues } from '../../../src/runtime/ports/cache.ts';
import { describeCache } from '../../contracts/cache.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { createTestStores } from '../../support/stores.ts';

const log = { write: () => undefined };

function makeCache() {
  const clock = createManualClock();
  const { digests } = createTestStores(clock);
  const inner = createMemoryCacheStore({ clock });
  const kept = new Map<string, Uint8Array>();
  const memory = createMemoryLargeValues();
  const values: LargeValues = {
    ...memory,
    async put(tenant, value) {
      kept.set(`${tenant}/${value.digest}`, value.bytes);
      await memory.put(tenant, value);
    },
  };
  const store = withLargeValues(inner, { values, digests, clock });
  const cache = createCache({ store, clock, random: () => 0.5, log });
  return { clock, inner, memory, kept, cache };
}

describeCache('memory, with large values elsewhere', async () => {
  const { cache, clock } = makeCache();
  return { clients: [cache], now: () => clock.now(), advance: (ms) => clock.advance(ms) };
});

const large = new Uint8Array(LARGE_BYTES).map((_, index) => index * 7);
const TERMS = { ms: 1_000, holder: 'me' };

it('S13 a large value lies elsewhere, and comes back as it was', async () => {
  const { cache, inner, kept } = makeCache();
  await cache.set('acme', 'a', { value: large, ttlMs: 1_000 });
  expect(kept.size).toBe(1);
  expect((await inner.find('acme', 'a'))!.value.length).toBe(65);
  expect((await cache.find('acme', 'a'))?.value).toEqual(large);
  await cache.set('acme', 'b', { value: large.subarray(1), ttlMs: 1_000 });
  expect(kept.size).toBe(1);
  expect((await cache.find('acme', 'b'))?.value).toEqual(large.subarray(1));
});

it.each([
  [
    'is gone',
    async ({ memory }: ReturnType<typeof makeCache>, digest: string) =>
      memory.delete('acme', digest),
  ],
  [
    'was changed',
    async ({ memory }: ReturnType<typeof makeCache>, digest: string) =>
      memory.put('acme', { digest, bytes: large.map((byte) => byte ^ 1), deadUntil: 9e15, now: 0 }),
  ],
  [
    'was cut off',
    async ({ memory }: ReturnType<typeof makeCache>, digest: string) =>
      memory.put('acme', { digest, bytes: large.subarray(1), deadUntil: 9e15, now: 0 }),
  ],
])('S13 a large value that %s is a miss with a lease, and is deleted', async (_what, spoil) => {
  const made = makeCache();
  const { cache, inner, memory, kept } = made;
  await cache.set('acme', 'a', { value: large, ttlMs: 1_000 });
  const digest = [...kept.keys()][0]!.split('/')[1]!;
  await spoil(made, digest);
  const taken = await cache.take('acme', 'a', TERMS);
  expect(taken.hit).toBeUndefined();
  expect(taken.lease).toBeDefined();
  expect(await inner.find('acme', 'a')).toBeUndefined();
  expect(await memory.get('acme', digest)).toBeUndefined();
});

it.each([
  ['nothing', []],
  ['an unknown kind', [7, 1, 2]],
  ['a reference that is none', [1, 46, 46, 47]],
])('an entry of %s is a miss, and is deleted', async (_what, bytes) => {
  const { cache, inner } = makeCache();
  const times = { freshUntil: 9e15, deadUntil: 9e15, tags: [] };
  await inner.set('acme', 'a', { value: new Uint8Array(bytes), ...times });
  expect(await cache.find('acme', 'a')).toBeUndefined();
  expect(await inner.find('acme', 'a')).toBeUndefined();
});

it('a tenant never finds another’s', async () => {
  const { cache, inner, kept } = makeCache();
  await cache.set('acme', 'a', { value: large, ttlMs: 1_000 });
  const reference = (await inner.find('acme', 'a'))!.value;
  await inner.set('other', 'a', { value: reference, freshUntil: 9e15, deadUntil: 9e15, tags: [] });
  expect(await cache.find('other', 'a')).toBeUndefined();
  expect(kept.size).toBe(1);
});
