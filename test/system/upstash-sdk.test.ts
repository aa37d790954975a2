/** Both official SDKs, unmodified, against the bridge: what it does is what they expect of Upstash. */
import { Ratelimit } from '@upstash/ratelimit';
import { Redis } from '@upstash/redis';
import { Redis as WorkersRedis } from '@upstash/redis/cloudflare';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { startBridge } from '../support/upstash-bridge/bridge.ts';
import type { Bridge } from '../support/upstash-bridge/bridge.ts';
import { startRedis } from '../support/upstash-bridge/redis.ts';
import type { StartedRedis } from '../support/upstash-bridge/redis.ts';

let redis: StartedRedis;
let bridge: Bridge;

beforeAll(async () => {
  redis = await startRedis();
  bridge = await startBridge({ redisPort: redis.port });
});
afterAll(async () => {
  await bridge.close();
  await redis.stop();
});

const account = () => ({ url: bridge.url, token: bridge.token });

describe.each([
  ['@upstash/redis', () => new Redis(account())],
  ['@upstash/redis/cloudflare', () => new WorkersRedis(account())],
])('%s', (_name, make) => {
  it('keeps values of every kind', async () => {
    const client = make();
    for (const value of ['text', '', 'OK', '語🎧', 'a\r\nb', { a: [1, null] }, 12, true]) {
      await client.set('key', value);
      expect(await client.get('key')).toEqual(value);
    }
    expect(await client.set('key', 'other', { nx: true })).toBeNull();
    expect(await client.del('key', 'nothing')).toBe(1);
    expect(await client.get('key')).toBeNull();
  });

  it('sends pipelines and transactions in order', async () => {
    const client = make();
    const pipeline = client.pipeline();
    for (let count = 0; count < 100; count += 1) pipeline.incr('counter');
    expect(await pipeline.exec()).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    const all = await Promise.all(
      Array.from({ length: 20 }, () =>
        make().multi().incr('many').incr('many').exec<[number, number]>(),
      ),
    );
    for (const [first, second] of all) expect(second).toBe(first + 1);
    await client.del('counter', 'many');
  });

  it('runs scripts by text and by digest, also with flags of Upstash alone', async () => {
    const client = make();
    const script = "#!lua flags=allow-key-locking\nreturn redis.call('INCR', KEYS[1])";
    expect(await client.eval(script, ['runs'], [])).toBe(1);
    const digest = await client.scriptLoad(script);
    expect(await client.evalsha(digest, ['runs'], [])).toBe(2);
    expect(await client.scriptExists(digest, '0'.repeat(40))).toEqual([1, 0]);
    expect(await client.createScript<number>(script).exec(['runs'], [])).toBe(3);
    await expect(client.eval("return redis.error_reply('ERR boom')", [], [])).rejects.toThrow(
      'boom',
    );
    await client.del('runs');
  });

  it('is refused with another token, and refuses what needs a connection of its own', async () => {
    const stranger = new Redis({ ...account(), token: 'another' });
    await expect(stranger.get('key')).rejects.toThrow('WRONGPASS');
    await expect(make().exec(['CONFIG', 'GET', 'save'])).rejects.toThrow('not available');
  });
});

describe('@upstash/ratelimit', () => {
  it.each([
    ['slidingWindow', Ratelimit.slidingWindow(50, '60 s')],
    ['fixedWindow', Ratelimit.fixedWindow(50, '60 s')],
    ['tokenBucket', Ratelimit.tokenBucket(1, '60 s', 50)],
  ])('%s: of 200 callers of 20 clients 50 pass, scripts cold', async (name, limiter) => {
    // Ten seconds into a minute, so that no window of the clock ends meanwhile.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2030-01-31T12:00:10Z') });
    onTestFinished(() => void vi.useRealTimers());
    await new Redis(account()).scriptFlush();
    const clients = Array.from(
      { length: 20 },
      () =>
        new Ratelimit({
          redis: new Redis({ ...account(), enableAutoPipelining: false }),
          limiter,
          prefix: name,
          ephemeralCache: false,
          timeout: 0,
        }),
    );
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) => clients[index % 20]!.limit('caller')),
    );
    expect(answers.filter(({ success }) => success)).toHaveLength(50);
  });
});
