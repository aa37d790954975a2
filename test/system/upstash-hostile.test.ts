/** A Redis whose keys hold anything, and which forgets scripts whenever it likes. */
import { Redis } from '@upstash/redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBridge } from '../support/upstash-bridge/bridge.ts';
import type { Bridge } from '../support/upstash-bridge/bridge.ts';
import { startRedis } from '../support/upstash-bridge/redis.ts';
import type { StartedRedis } from '../support/upstash-bridge/redis.ts';
import { createClient, createLines, createMovedTime } from '../support/upstash-bridge/stores.ts';
import type { RateCheck } from '../../src/runtime/ports/rate-limiter.ts';

let redis: StartedRedis;
let bridge: Bridge;
let raw: Redis;

beforeAll(async () => {
  redis = await startRedis();
  bridge = await startBridge({ redisPort: redis.port });
  raw = new Redis({ url: bridge.url, token: bridge.token, automaticDeserialization: false });
});
afterAll(async () => {
  await bridge.close();
  await redis.stop();
});

function makeClient() {
  const prefix = `hostile:${crypto.randomUUID()}`;
  const time = createMovedTime();
  const lines = createLines();
  const place = { url: bridge.url, token: bridge.token, prefix };
  const options = { ...time, log: lines.log, deadlineMs: 20_000 };
  const keys = async (kind: string): Promise<string[]> => raw.keys(`${prefix}:${kind}:*`);
  return { ...createClient(place, options), place, options, time, lines, keys };
}

const check = (limit = 3, cost = 1): RateCheck => ({
  policy: { name: 'api', limit, windowMs: 60_000, onStoreError: 'closed' },
  subject: 'caller',
  cost,
});
const bytes = (text: string) => new TextEncoder().encode(text);
const terms = () => ({ ms: 10_000, holder: crypto.randomUUID(), tags: ['red'] });

describe('scripts that Redis has forgotten', () => {
  it.each([1, 20])('of 200 callers of %s clients exactly 50 pass', async (count) => {
    const { place, options } = makeClient();
    const clients = Array.from({ length: count }, () => createClient(place, options));
    await raw.scriptFlush();
    const asked = Array.from({ length: 200 }, async (_, index) => {
      if (index % 10 === 0) await raw.scriptFlush();
      return clients[index % count]!.limiter.check('acme', [check(50)]);
    });
    const decisions = (await Promise.all(asked)).flat();
    expect(decisions.filter(({ ok }) => ok)).toHaveLength(50);
    expect(decisions.every(({ degraded }) => !degraded)).toBe(true);
  });

  it('are told again by every part of the cache', async () => {
    const { cache, breaker, lines } = makeClient();
    const flushed = async <T>(question: Promise<T>): Promise<T> => question;
    await raw.scriptFlush();
    const { lease } = await flushed(cache.take('acme', 'a', terms()));
    await cache.set('acme', 'a', { value: bytes('one'), ttlMs: 60_000, tags: ['red'] });
    await raw.scriptFlush();
    await cache.release('acme', 'a', lease!);
    await raw.scriptFlush();
    expect(await cache.find('acme', 'a')).toBeDefined();
    await raw.scriptFlush();
    expect(await cache.invalidate('acme', ['red'])).toBe(true);
    await raw.scriptFlush();
    expect(await cache.find('acme', 'a')).toBeUndefined();
    expect(lines.text()).toBe('');
    expect(breaker.openUntil()).toBeUndefined();
  });

  it('are sent by their digest once Redis knows them', async () => {
    const { limiter } = makeClient();
    await limiter.check('acme', [check()]);
    const before = bridge.requests();
    await limiter.check('acme', [check()]);
    expect(bridge.requests()).toBe(before + 1);
  });

  it('are not told again because a tag is called like the refusal', async () => {
    const { cache } = makeClient();
    await cache.invalidate('acme', ['NOSCRIPT']);
    const before = bridge.requests();
    bridge.fault = {
      kind: 'answer',
      status: 400,
      type: 'application/json',
      body: '{"error":"ERR"}',
    };
    expect(await cache.invalidate('acme', ['NOSCRIPT'])).toBe(false);
    bridge.fault = undefined;
    expect(bridge.requests()).toBe(before + 1);
  });
});

it('what was made under a tag whose epoch is lost does not come back', async () => {
  const { cache, keys, time } = makeClient();
  const { lease } = await cache.take('acme', 'a', terms());
  await cache.set('acme', 'a', { value: bytes('1'), ttlMs: 60_000, tags: ['red'], lease: lease! });
  await cache.invalidate('acme', ['red']);
  // As a database does that makes room.
  await raw.del(...(await keys('tag')));
  await time.advance(1);
  expect(await cache.find('acme', 'a')).toBeUndefined();
  await cache.take('acme', 'b', { ...terms(), holder: 'another' });
  expect(await cache.find('acme', 'a')).toBeUndefined();
});

/** What may stand under a key instead of what belongs there. */
const JUNK: readonly (readonly [string, (key: string) => Promise<unknown>])[] = [
  ['nothing', (key) => raw.set(key, '')],
  ['a word', (key) => raw.set(key, 'junk')],
  ['digits', (key) => raw.set(key, '1'.repeat(43))],
  ['a time that never comes', (key) => raw.set(key, '9'.repeat(43))],
  ['letters of the right length', (key) => raw.set(key, 'x'.repeat(43))],
  ['bytes of the right length', (key) => raw.set(key, '\u0000'.repeat(43))],
  ['a line break', (key) => raw.set(key, '\n')],
  ['a head without a value', (key) => raw.set(key, '{"v":1,"t":[]}\n')],
  ['a head of other types', (key) => raw.set(key, '{"v":1,"f":"x","d":[],"t":[]}\n')],
  ['a head whose time is none', (key) => raw.set(key, '{"v":1,"f":9e15,"d":null,"t":[]}\n')],
  ['tags that are none', (key) => raw.set(key, '{"v":1,"f":9e15,"d":9e15,"t":[1,[],{}]}\n')],
  ['tags of other types', (key) => raw.set(key, '{"v":1,"f":9e15,"d":9e15,"t":[[{},[]]]}\n')],
  ['tags that are a text', (key) => raw.set(key, '{"v":1,"f":9e15,"d":9e15,"t":"x"}\n')],
  ['another checksum', (key) => raw.set(key, '{"v":1,"f":9e15,"d":9e15,"n":3,"c":1,"t":[]}\nb25l')],
  ['no base64', (key) => raw.set(key, '{"v":1,"f":9e15,"d":9e15,"n":3,"c":1,"t":[]}\n***')],
  ['another release', (key) => raw.set(key, '{"v":2,"f":9e15,"d":9e15,"t":[]}\nb25l')],
  ['a deep nest', (key) => raw.set(key, `${'['.repeat(5_000)}\n`)],
  ['a list', (key) => raw.lpush(key, 'a', 'b')],
  ['a hash', (key) => raw.hset(key, { a: '1' })],
  ['a set', (key) => raw.sadd(key, 'a')],
];

describe.each(JUNK)('%s', (_what, put) => {
  const spoil = async (keys: readonly string[]) => {
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) {
      await raw.del(key);
      await put(key);
    }
  };

  it('as a log of a limit is a log without entries', async () => {
    const { limiter, keys, lines } = makeClient();
    await limiter.check('acme', [check()]);
    for (let count = 0; count < 6; count += 1) {
      await spoil(await keys('rate'));
      const [decision] = await limiter.check('acme', [check()]);
      expect(decision).toMatchObject({ degraded: false, ok: true });
    }
    await spoil(await keys('rate'));
    expect(await limiter.peek('acme', check())).toMatchObject({ degraded: false });
    await spoil(await keys('rate'));
    await limiter.correct('acme', { ...check(), stamp: 1, units: 1 });
    expect(lines.text()).toBe('');
  });

  it('as an entry is a miss, and is deleted', async () => {
    const { cache, keys, lines } = makeClient();
    for (let count = 0; count < 6; count += 1) {
      await cache.set('acme', 'a', { value: bytes('one'), ttlMs: 60_000, tags: ['red'] });
      await spoil(await keys('entry'));
      const taken = await cache.take('acme', 'a', { ...terms(), holder: 'me' });
      expect(taken.hit).toBeUndefined();
      expect(taken.lease).toBeDefined();
      expect(await keys('entry')).toEqual([]);
    }
    expect(lines.text()).toBe('');
  });

  it('as a lease is no lease', async () => {
    const { cache, keys, lines } = makeClient();
    for (let count = 0; count < 6; count += 1) {
      await cache.take('acme', 'a', terms());
      await spoil(await keys('lease'));
      const taken = await cache.take('acme', 'a', terms());
      expect(taken.lease).toBeDefined();
      await spoil(await keys('lease'));
      await cache.release('acme', 'a', taken.lease!);
      await raw.del(...(await keys('lease')), 'none');
    }
    expect(lines.text()).toBe('');
  });

  it('as a tag’s epoch drops what has the tag, and another begins', async () => {
    const { cache, keys, lines, time } = makeClient();
    for (let count = 0; count < 6; count += 1) {
      await cache.set('acme', 'a', { value: bytes('one'), ttlMs: 60_000, tags: ['red'] });
      await cache.invalidate('acme', ['red']);
      await cache.set('acme', 'a', { value: bytes('two'), ttlMs: 60_000, tags: ['red'] });
      await spoil(await keys('tag'));
      await time.advance(1);
      expect(await cache.find('acme', 'a')).toBeUndefined();
      const { lease } = await cache.take('acme', 'a', terms());
      expect(lease).toBeDefined();
      await cache.set('acme', 'a', {
        value: bytes('three'),
        ttlMs: 60_000,
        tags: ['red'],
        lease: lease!,
      });
      await cache.release('acme', 'a', lease!);
      await spoil(await keys('tag'));
      await time.advance(1);
      expect(await cache.invalidate('acme', ['red'])).toBe(true);
      expect(await cache.find('acme', 'a')).toBeUndefined();
    }
    expect(lines.text()).toBe('');
  });
});
