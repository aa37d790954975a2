/** The Cache on Durable Objects, in workerd. */
import { env } from 'cloudflare:workers';
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { createObjectCacheStore } from '../../src/adapters/durable-objects/cache-store.ts';
import { createClock } from '../../src/adapters/system/clock.ts';
import { createCache } from '../../src/runtime/cache/cache.ts';
import { describeCache } from '../contracts/cache.ts';
import type { CacheObject } from '../../src/adapters/durable-objects/cache-object.ts';
import type { Cache } from '../../src/runtime/ports/cache.ts';

// SAFETY: wrangler.toml binds it.
const { CACHE } = env as unknown as { CACHE: DurableObjectNamespace<CacheObject> };

// The first touch of an object loads the whole Worker.
beforeAll(() => CACHE.get(CACHE.idFromName('warm')).find('a'), 60_000);
afterEach(() => void vi.useRealTimers());

let subjects = 0;

/** A tenant's names begin with those of the test, so no two tests share an object. */
function makeCache(prefix: string, shards = 3): Cache {
  const store = createObjectCacheStore({ namespace: CACHE, shards });
  const cache = createCache({
    store,
    clock: createClock(),
    random: () => 0.5,
    log: { write: () => undefined },
  });
  const methods = Object.entries(cache).map(([name, method]) => [
    name,
    (tenant: string, ...rest: never[]) => Reflect.apply(method, cache, [prefix + tenant, ...rest]),
  ]);
  return Object.fromEntries(methods) as Cache;
}

/** The objects run in this isolate, so its time is theirs. */
function stopTime(): { now: () => number; advance: (ms: number) => Promise<void> } {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2030-01-31T12:00:00Z') });
  return {
    now: () => Date.now(),
    advance: async (ms) => void vi.setSystemTime(Date.now() + ms),
  };
}

describeCache('Durable Object', async () => {
  const prefix = `subject ${++subjects}: `;
  return { clients: [makeCache(prefix), makeCache(prefix)], ...stopTime() };
});

const shardOf = (tenant: string) => CACHE.get(CACHE.idFromName(JSON.stringify([tenant, 0])));
const bytes = (length: number) => new Uint8Array(length).fill(1);
const LATER = { freshUntil: 9e15, deadUntil: 9e15, tags: [] };

it('a shard keeps so many bytes; what dies first goes first', async () => {
  const shard = shardOf('full');
  const mib = bytes(1024 * 1024);
  for (let index = 0; index < 66; index += 1) {
    await shard.set(`key ${index}`, { value: mib, ...LATER, deadUntil: 9e15 + index });
  }
  expect(await shard.find('key 0')).toBeNull();
  expect(await shard.find('key 1')).toBeNull();
  expect((await shard.find('key 2'))?.value.length).toBe(mib.length);
  expect((await shard.find('key 65'))?.value.length).toBe(mib.length);
});

it('the alarm sweeps what is dead, and an empty shard sets no other', async () => {
  const time = stopTime();
  const shard = shardOf('swept');
  for (let index = 0; index < 250; index += 1) {
    await shard.set(`key ${index}`, { value: bytes(1), ...LATER, deadUntil: time.now() + 1_000 });
  }
  await time.advance(3_600_000);
  expect(await runDurableObjectAlarm(shard)).toBe(true);
  expect(await runDurableObjectAlarm(shard)).toBe(true);
  const left = await runInDurableObject(shard, (_, ctx) => [
    ctx.storage.sql.exec('SELECT count(*) AS n FROM entries').one()['n'],
    ctx.storage.sql.exec('SELECT bytes AS n FROM total').one()['n'],
  ]);
  expect(left).toEqual([0, 0]);
  expect(await runDurableObjectAlarm(shard)).toBe(false);
});
