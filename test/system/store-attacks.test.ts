/** Cache and limits of a started server under crowds, other tenants, and a Redis that fails in the middle of runs. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, startServer } from '../support/server.ts';
import { startBridge } from '../support/upstash-bridge/bridge.ts';
import type { Bridge, Fault } from '../support/upstash-bridge/bridge.ts';
import { startRedis } from '../support/upstash-bridge/redis.ts';
import type { StartedRedis } from '../support/upstash-bridge/redis.ts';

const ADMIN = 'admin-key-of-these-attacks';
const SECRET = 'secret-word-of-a-prompt';

let folder: string;
let redis: StartedRedis;
let bridge: Bridge;

/** What recipes ask: it counts, and answers when a test lets it. */
const calls: string[] = [];
let onCall: (path: string, answer: () => void) => void = (_path, answer) => answer();
const origin = createServer((request, response) => {
  const { url = '' } = request;
  calls.push(url);
  onCall(url, () => answerTo(response, url));
});
let originUrl: string;

function answerTo(response: ServerResponse, url: string): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ url, call: calls.length }));
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'composer-attacks-'));
  redis = await startRedis();
  bridge = await startBridge({ redisPort: redis.port });
  const port = await freePort();
  await new Promise<void>((listening) => origin.listen(port, '127.0.0.1', listening));
  originUrl = `http://127.0.0.1:${port}`;
}, 120_000);
afterAll(async () => {
  origin.closeAllConnections();
  origin.close();
  await bridge.close();
  await redis.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface RunBody {
  readonly id: string;
  readonly status: string;
  readonly error?: object;
  readonly metrics: { readonly cache_hits: number; readonly fuel: number };
  readonly nodes: readonly { key: string; stats?: { cached?: boolean } }[];
}

async function start(name: string, variables: Record<string, string>) {
  const server = await startServer(join(folder, name), {
    args: ['--no-demo', '--allow-address', '127.0.0.1'],
    env: {
      ADMIN_KEY: ADMIN,
      EGRESS_ALLOW_HTTP: 'true',
      API_RATES: 'upload=2/1h read=100000/1m run=100000/1m',
      ...variables,
    },
  });
  const call = (key: string, path: string, body?: unknown, prefer = '') =>
    fetch(server.url + path, {
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', prefer },
    });
  const keyOf = async (tenant: string): Promise<string> => {
    const scopes = ['admin'];
    const made = await call(ADMIN, '/v1/keys', { name: 'attack', tenant, scopes });
    expect(made.status).toBe(201);
    return ((await made.json()) as { key: string }).key;
  };
  const run = async (key: string, nodes: readonly object[], mode = 'inline') => {
    const recipe = { name: 'attack', nodes };
    const answer = await call(key, '/v1/runs', { recipe, inputs: {}, mode }, 'wait=60');
    const body = (await answer.json()) as RunBody;
    expect(body).toMatchObject({ status: 'completed' });
    return body;
  };
  return { server, call, keyOf, run };
}

type Started = Awaited<ReturnType<typeof start>>;
const ask = (path: string, more: object = {}) => ({
  id: 'ask',
  type: 'http_task',
  url: originUrl + path,
  cache: { ttl: '1h', stale: '1h' },
  ...more,
});
const callsOf = (path: string) => calls.filter((each) => each === path).length;

/** A machine that others work on takes seconds for so many, and then Redis is not heard in time. */
const CROWDS = { redis: 40, object: 100 };

describe.each(['redis', 'object'] as const)('on %s', (store) => {
  let on: Started;
  let acme: string;
  let other: string;

  beforeAll(async () => {
    const account = { UPSTASH_REDIS_REST_URL: bridge.url, UPSTASH_REDIS_REST_TOKEN: bridge.token };
    on = await start(store, store === 'redis' ? account : {});
    acme = await on.keyOf('acme');
    other = await on.keyOf('other');
  }, 120_000);
  afterAll(async () => void (await on.server.stop()));

  it('many requests that miss one key make one call of the origin', async () => {
    // A server that has served nobody yet takes seconds for so many.
    for (let count = 0; count < 3; count += 1) {
      await Promise.all(Array.from({ length: 20 }, () => on.run(acme, [ask(`/warm-${store}`)])));
    }
    const path = `/crowd-${store}`;
    const held: (() => void)[] = [];
    onCall = (_path, answer) => void held.push(answer);
    const runs = Array.from({ length: CROWDS[store] }, () => on.run(acme, [ask(path)]));
    // Behind those that wait.
    for (let count = 0; count < 20; count += 1) await (await on.call(acme, '/v1/prompts')).text();
    onCall = (_path, answer) => answer();
    for (const answer of held) answer();
    const bodies = await Promise.all(runs);
    expect(callsOf(path)).toBe(1);
    expect(bodies.filter(({ metrics }) => metrics.cache_hits === 1)).toHaveLength(
      CROWDS[store] - 1,
    );
  });

  it('no tenant finds or invalidates what another has', async () => {
    const path = `/tenants-${store}`;
    const hits = async (key: string) => (await on.run(key, [ask(path)])).metrics.cache_hits;
    expect([await hits(acme), await hits(other), await hits(acme)]).toEqual([0, 0, 1]);
    for (const tag of [
      `host:${new URL(originUrl).host}`,
      'recipe:attack',
      'node:attack/ask',
      'all',
    ]) {
      const answer = await on.call(acme, '/v1/cache/invalidate', { tags: [tag] });
      expect(answer.status).toBe(200);
      expect([tag, await hits(other), await hits(acme), await hits(acme)]).toEqual([tag, 1, 0, 1]);
    }
    const none = await on.call(acme, '/v1/cache/invalidate', { tags: ['node:attack'] });
    expect([none.status, await hits(acme)]).toEqual([200, 1]);
  });

  it('another address, header or option is a miss; the order of keys is none', async () => {
    const node = (headers: object, options: object) => [
      ask(`/same-${store}`, { headers }),
      {
        id: 'say',
        type: 'language_task',
        prompt: store,
        model: { provider: 'mock', model: 'digest', ...options },
        cache: '1h',
      },
    ];
    const hits = async (...given: Parameters<typeof node>) =>
      (await on.run(acme, node(...given))).metrics.cache_hits;
    expect(await hits({ a: '1', b: '2' }, { top_p: 1, temperature: 0 })).toBe(0);
    expect(await hits({ B: '2', a: '1' }, { temperature: 0, top_p: 1 })).toBe(2);
    expect(await hits({ b: '2', a: '1' }, { temperature: 0.5, top_p: 1 })).toBe(1);
    expect(await hits({ b: '2', a: '2' }, { temperature: 0, top_p: 1 })).toBe(1);
  });

  it('a refusal says one thing in all its headers, its body and /v1/limits', async () => {
    const upload = () => on.call(acme, '/v1/plugins/inspect', {});
    for (let count = 0; count < 2; count += 1) await (await upload()).text();
    const refused = await upload();
    const retryS = Number(refused.headers.get('Retry-After'));
    expect(refused.status).toBe(429);
    expect(refused.headers.get('RateLimit-Policy')).toBe('"upload";q=2;w=3600');
    const left = /^"upload";r=0;t=(\d+)$/.exec(refused.headers.get('RateLimit') ?? '');
    // The first unit is free again before all are.
    expect(Number(left?.[1])).toBeGreaterThanOrEqual(retryS);
    expect(retryS).toBeGreaterThan(3_500);
    expect(retryS).toBeLessThanOrEqual(3_600);
    expect(await refused.json()).toMatchObject({
      status: 429,
      code: 'rate_limited',
      'violated-policies': ['upload'],
    });
    const limits = await (await on.call(acme, '/v1/limits')).json();
    expect(limits).toMatchObject({
      store,
      limits: expect.arrayContaining([
        expect.objectContaining({ policy: 'upload', limit: 2, remaining: 0 }),
      ]),
    });
    expect((await on.call(other, '/v1/plugins/inspect', {})).status).not.toBe(429);
  });
});

const json = (status: number, body: unknown): Fault => ({
  kind: 'answer',
  status,
  type: 'application/json',
  body: JSON.stringify(body),
});
const FAULTS: readonly (readonly [string, Fault])[] = [
  ['hangs', { kind: 'hang' }],
  ['resets', { kind: 'reset' }],
  ['says 500', json(500, { error: 'ERR internal' })],
  ['says HTML', { kind: 'answer', status: 502, type: 'text/html', body: '<html>' }],
  ['takes the token no more', json(401, { error: 'WRONGPASS invalid token' })],
  ['is over its quota', json(400, { error: 'ERR max daily request limit exceeded' })],
  ['says garbage', { kind: 'answer', status: 200, type: 'application/json', body: '\u0000{"' }],
];

describe('a Redis that fails in the middle of a run', () => {
  let on: Started;
  let acme: string;

  beforeAll(async () => {
    on = await start('failing', {
      UPSTASH_REDIS_REST_URL: bridge.url,
      UPSTASH_REDIS_REST_TOKEN: bridge.token,
    });
    acme = await on.keyOf('acme');
  }, 120_000);
  afterAll(async () => void (await on.server.stop()));

  it.each(FAULTS)(
    '%s: the run completes, requests are served, all recovers',
    async (what, fault) => {
      const path = `/failing-${encodeURIComponent(what)}`;
      const nodes = Array.from({ length: 5 }, (_, index) => ({
        ...ask(`${path}-${index}`, { headers: { word: SECRET } }),
        id: `ask${index}`,
        // An isolate that counts alone grants a quarter.
        rate_limit: { limit: 40, window: '1m', key: path },
      }));
      onCall = (url, answer) => {
        // Found, leased, and about to be kept.
        if (url === `${path}-1`) bridge.fault = fault;
        answer();
      };
      const made = await on.run(acme, nodes, 'durable').finally(() => {
        onCall = (_path, answer) => answer();
      });
      expect(made.metrics.cache_hits).toBe(0);
      for (let count = 0; count < 6; count += 1) {
        const answer = await on.call(acme, '/v1/prompts');
        expect([answer.status, answer.headers.get('RateLimit')]).toEqual([200, null]);
        expect(await answer.text()).not.toContain(bridge.token);
      }
      bridge.fault = undefined;
      while ((await on.call(acme, '/readyz')).status !== 200) await on.call(acme, '/healthz');
      expect((await on.call(acme, '/v1/prompts')).headers.get('RateLimit')).not.toBeNull();
      for (const secret of [bridge.token, SECRET, 'edge-composer:', 'evalsha', path]) {
        expect(on.server.output()).not.toContain(secret);
      }
    },
    60_000,
  );
});
