/** What becomes of requests while Redis cannot be asked, by way of every fault that it may have. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startBridge } from '../support/upstash-bridge/bridge.ts';
import type { Bridge, Fault } from '../support/upstash-bridge/bridge.ts';
import { startRedis } from '../support/upstash-bridge/redis.ts';
import type { StartedRedis } from '../support/upstash-bridge/redis.ts';
import { createSdkClients } from '../support/upstash-bridge/sdk-clients.ts';
import { createClient, createLines } from '../support/upstash-bridge/stores.ts';
import { freePort } from '../support/server.ts';
import type { RateCheck, RatePolicy } from '../../src/runtime/ports/rate-limiter.ts';

let redis: StartedRedis;
let bridge: Bridge;

beforeAll(async () => {
  redis = await startRedis();
  bridge = await startBridge({ redisPort: redis.port });
});
beforeEach(() => {
  bridge.fault = undefined;
});
afterAll(async () => {
  await bridge.close();
  await redis.stop();
});

const json = (status: number, body: unknown): Fault => ({
  kind: 'answer',
  status,
  type: 'application/json',
  body: JSON.stringify(body),
});
const SECRET = 'secret-subject';
const QUOTA = 'ERR max daily request limit exceeded. Limit: 10000, Usage: 10000.';

const FAULTS: readonly (readonly [string, Fault | 'refused' | 'wrong token'])[] = [
  ['a refused connection', 'refused'],
  ['a wrong token', 'wrong token'],
  ['no answer', { kind: 'hang' }],
  ['a late answer', { kind: 'delay', ms: 2_000 }],
  ['a reset', { kind: 'reset' }],
  ['status 500', json(500, { error: `ERR internal: ${SECRET}` })],
  [
    'HTML instead of JSON',
    { kind: 'answer', status: 502, type: 'text/html', body: '<html><h1>502</h1></html>' },
  ],
  ['HTML with status 200', { kind: 'answer', status: 200, type: 'text/html', body: '<html>' }],
  ['a used-up quota', json(400, { error: QUOTA })],
  ['garbage', { kind: 'answer', status: 200, type: 'application/json', body: '\u0000\u0001{"' }],
  ['JSON that is no answer', json(200, { result: 'QUJD' })],
  ['an answer of another shape', json(200, { result: [[1], 'QUJD'] })],
  ['an answer to nobody', json(200, [])],
  ['results of another shape', json(200, [{ result: [[1], 'QUJD'] }])],
  ['nothing', { kind: 'answer', status: 200, type: 'application/json', body: '' }],
];

const check = (onStoreError: RatePolicy['onStoreError'], limit = 8): RateCheck => ({
  policy: { name: 'api', limit, windowMs: 60_000, onStoreError },
  subject: SECRET,
});

const WAYS = [
  ['by requests of ours', undefined],
  ['by the SDK’s own HTTP', createSdkClients],
] as const;
const CASES = WAYS.flatMap(([way, clientsOf]) =>
  FAULTS.map(([what, fault]) => [`${what}, ${way}`, fault, clientsOf] as const),
);

describe.each(CASES)('%s', (_what, fault, clientsOf) => {
  async function makeClient() {
    const lines = createLines();
    const time = { now: Date.now() };
    const url = fault === 'refused' ? `http://127.0.0.1:${await freePort()}` : bridge.url;
    const token = fault === 'wrong token' ? 'the-wrong-token' : bridge.token;
    const account = { url, token, prefix: `faults:${crypto.randomUUID()}` };
    const client = createClient(account, {
      now: () => time.now,
      log: lines.log,
      ...(clientsOf !== undefined && { clientsOf }),
    });
    if (typeof fault !== 'string') bridge.fault = fault;
    return { ...client, lines, time, account };
  }

  it('is decided in time, as each policy says; then Redis is left alone', async () => {
    const { limiter, breaker, lines, account } = await makeClient();
    const decided = [];
    const startedAt = performance.now();
    for (const mode of ['local', 'closed', 'open'] as const) {
      const from = performance.now();
      decided.push(...(await limiter.check('acme', [check(mode)])));
      // The bound of the design, which the deadline of a question is well below.
      expect(performance.now() - from).toBeLessThan(400);
    }
    expect(performance.now() - startedAt).toBeLessThan(3 * 400);
    expect(decided).toMatchObject([
      { ok: true, degraded: true, source: 'local', limit: 2 },
      { ok: false, degraded: true, retryAfterMs: 1_000 },
      { ok: true, degraded: true },
    ]);
    await limiter.check('acme', [check('local')]);
    await limiter.check('acme', [check('local')]);
    expect(breaker.openUntil()).toBeDefined();
    const requests = bridge.requests();
    for (let count = 0; count < 50; count += 1) await limiter.check('acme', [check('local')]);
    expect(bridge.requests()).toBe(requests);
    for (const kept of [SECRET, account.token, account.prefix, 'eval']) {
      expect(lines.text()).not.toContain(kept);
      expect(JSON.stringify(decided)).not.toContain(kept);
    }
  });

  it('is decided in time for each of many who ask at one time', async () => {
    const { limiter, breaker, lines, account } = await makeClient();
    const modes = ['local', 'closed', 'open'] as const;
    const asked = Array.from({ length: 60 }, async (_, index) => {
      const from = performance.now();
      const mode = modes[index % modes.length] ?? 'local';
      const decisions = await limiter.check('acme', [check(mode, 400)]);
      return { mode, ok: decisions[0]?.ok, took: performance.now() - from, decisions };
    });
    const decided = await Promise.all(asked);
    for (const { mode, ok, took } of decided) {
      expect([mode, ok]).toEqual([mode, mode !== 'closed']);
      expect(took).toBeLessThan(400);
    }
    expect(breaker.openUntil()).toBeDefined();
    for (const kept of [SECRET, account.token, account.prefix, 'eval']) {
      expect(lines.text() + JSON.stringify(decided)).not.toContain(kept);
    }
  });

  it('is a cache without entries', async () => {
    const { cache, lines } = await makeClient();
    const from = performance.now();
    const taken = await cache.take('acme', SECRET, { ms: 1_000, holder: 'me', tags: ['red'] });
    expect(performance.now() - from).toBeLessThan(400);
    expect(taken.hit).toBeUndefined();
    // Everybody makes the value, so nobody waits for a lease that no one can have.
    expect(taken.lease).toBeDefined();
    const value = new TextEncoder().encode(SECRET);
    expect(await cache.set('acme', SECRET, { value, ttlMs: 1_000, lease: taken.lease! })).toEqual({
      ok: true,
      value: undefined,
    });
    expect(await cache.find('acme', SECRET)).toBeUndefined();
    expect(await cache.invalidate('acme', ['red'])).toBe(false);
    expect(lines.text()).not.toContain(SECRET);
  });

  it('is forgotten by itself once it is over', async () => {
    const { limiter, breaker, time, account } = await makeClient();
    for (let count = 0; count < 6; count += 1) await limiter.check('acme', [check('open')]);
    expect(breaker.openUntil()).toBeDefined();
    bridge.fault = undefined;
    if (typeof fault === 'string') return;
    time.now += 6_000;
    const [decision] = await limiter.check('acme', [check('closed')]);
    expect(decision).toMatchObject({ ok: true, degraded: false, source: 'redis', limit: 8 });
    expect(account.url).toBe(bridge.url);
  });
});

describe('while the store is down', () => {
  const down = () => createClient({ url: 'http://127.0.0.1:1', token: 'none', prefix: 'x' });

  it('an isolate grants a quarter of the limit, exactly', async () => {
    const { limiter } = down();
    const decisions = [];
    for (let count = 0; count < 20; count += 1) {
      decisions.push(...(await limiter.check('acme', [check('local', 40)])));
    }
    expect(decisions.filter(({ ok }) => ok)).toHaveLength(10);
    expect(decisions.at(-1)).toMatchObject({ ok: false, limit: 10, degraded: true });
  });

  it('one policy that is closed keeps the others from being consumed', async () => {
    const { limiter } = down();
    for (let count = 0; count < 5; count += 1) {
      const [, closed] = await limiter.check('acme', [check('local'), check('closed')]);
      expect(closed?.ok).toBe(false);
    }
    expect((await limiter.peek('acme', check('local'))).remaining).toBe(2);
  });
});
