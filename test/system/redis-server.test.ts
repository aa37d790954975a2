/** The started server with its cache and limits on Redis, through the bridge. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { startServer } from '../support/server.ts';
import type { StartedServer } from '../support/server.ts';
import { startBridge } from '../support/upstash-bridge/bridge.ts';
import type { Bridge } from '../support/upstash-bridge/bridge.ts';
import { startRedis } from '../support/upstash-bridge/redis.ts';
import type { StartedRedis } from '../support/upstash-bridge/redis.ts';

const WRONG = 'wrong-token-of-nobody';
const SECRET = 'secret words of a prompt';

let folder: string;
let redis: StartedRedis;
let bridge: Bridge;
let server: StartedServer;

const start = (name: string, token: string) =>
  startServer(join(folder, name), {
    args: ['--no-demo'],
    env: {
      UPSTASH_REDIS_REST_URL: bridge.url,
      UPSTASH_REDIS_REST_TOKEN: token,
      API_RATES: 'upload=40/1h read=100000/1m',
    },
  });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'composer-redis-'));
  redis = await startRedis();
  bridge = await startBridge({ redisPort: redis.port });
  server = await start('right', bridge.token);
}, 120_000);
beforeEach(() => {
  bridge.fault = undefined;
});
afterAll(async () => {
  await server.stop();
  await bridge.close();
  await redis.stop();
  rmSync(folder, { recursive: true, force: true });
});

const get = (path: string) => fetch(server.url + path);
const run = async (text: string, cache: unknown = { ttl: '1h', stale: '1h' }) => {
  const node = { id: 'ask', type: 'language_task', model: 'mock/echo', prompt: text, cache };
  const answer = await fetch(`${server.url}/v1/runs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ recipe: { name: 'on-redis', nodes: [node] }, mode: 'inline' }),
  });
  const body = (await answer.json()) as { status: string; metrics: { cache_hits: number } };
  expect(body.status).toBe('completed');
  return { hits: body.metrics.cache_hits, said: answer.headers.get('Cache-Status') };
};
const upload = () =>
  fetch(`${server.url}/v1/plugins/inspect`, {
    method: 'POST',
    headers: { 'content-type': 'application/wasm' },
    body: new Uint8Array([0, 97, 115, 109]),
  });

it('is ready, and says where its limits lie', async () => {
  expect((await get('/readyz')).status).toBe(200);
  expect(await (await get('/v1/limits')).json()).toMatchObject({ store: 'redis' });
});

it('is asked on this machine, where recipes may ask nobody', async () => {
  const node = { id: 'ask', type: 'http_task', url: bridge.url };
  const before = bridge.requests();
  const answer = await fetch(`${server.url}/v1/runs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ recipe: { name: 'curious', nodes: [node] }, mode: 'inline' }),
  });
  expect(await answer.json()).toMatchObject({ status: 'failed', error: { code: 'http_denied' } });
  // The limit of the run's own request may be one.
  expect(bridge.requests() - before).toBeLessThanOrEqual(1);
});

it('finds in Redis what it kept there', async () => {
  const before = bridge.requests();
  expect(await run(SECRET)).toEqual({ hits: 0, said: 'edge-composer; fwd=miss' });
  expect(await run(SECRET)).toEqual({ hits: 1, said: 'edge-composer; hit; detail="1 of 1"' });
  expect(bridge.requests()).toBeGreaterThan(before);
});

it('refuses what is over a limit, with 429', async () => {
  // The launcher has used some of it for its examples.
  let answer = await upload();
  for (let count = 1; answer.status !== 429 && count <= 40; count += 1) answer = await upload();
  expect(answer.status).toBe(429);
  expect(answer.headers.get('RateLimit')).toMatch(/^"upload";r=0;t=\d+$/);
});

it('serves on while Redis answers with HTML, says so, and recovers by itself', async () => {
  await run('held');
  bridge.fault = { kind: 'answer', status: 502, type: 'text/html', body: '<html>' };
  expect((await get('/readyz')).status).toBe(503);
  // What was found before is served; what was not is made.
  expect((await run('held')).hits).toBe(1);
  expect((await run('new')).hits).toBe(0);
  const answer = await get('/v1/prompts');
  expect([answer.status, answer.headers.get('RateLimit')]).toEqual([200, null]);
  for (let count = 0; count < 5; count += 1) await get('/v1/prompts');
  bridge.fault = undefined;
  const limits = (await (await get('/v1/limits')).json()) as { store_asked_again_at?: string };
  expect(limits.store_asked_again_at).toBeDefined();
  while ((await get('/readyz')).status !== 200) await get('/healthz');
  expect((await get('/v1/prompts')).headers.get('RateLimit')).not.toBeNull();
}, 60_000);

it('a wrong token is seen at /readyz, and the token is not', async () => {
  const wrong = await start('wrong', WRONG);
  try {
    const answer = await fetch(`${wrong.url}/readyz`);
    const text = await answer.text();
    expect(answer.status).toBe(503);
    expect(text).toContain('does not take the token');
    expect((await fetch(`${wrong.url}/v1/prompts`)).status).toBe(200);
    for (const secret of [WRONG, bridge.token]) {
      expect(text + wrong.output()).not.toContain(secret);
    }
    expect(wrong.output()).toContain('redis_failed');
  } finally {
    await wrong.stop();
  }
}, 60_000);

it('no line of the log holds a key, a value or the token', () => {
  for (const secret of [bridge.token, SECRET, 'edge-composer:', 'evalsha']) {
    expect(server.output()).not.toContain(secret);
  }
});
