/** Suite `redis`: what a limit adds to a request and what a hit of the cache costs, on objects and on Redis. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApi, expectJson, json } from '../../scripts/launcher/api.ts';
import type { Api } from '../../scripts/launcher/api.ts';
import { buildWhenStale, startServer } from '../../scripts/launcher/server.ts';
import { freePort } from '../support/server.ts';
import { startBridge } from '../support/upstash-bridge/bridge.ts';
import { startRedis } from '../support/upstash-bridge/redis.ts';
import { median } from './report.ts';
import type { Row, SuiteOptions } from './report.ts';

const ROOT = join(import.meta.dirname, '../..');
const SHARED_MEMORY = '/dev/shm';
const RUNS = { quick: 50, full: 500 };
/** The engine of the Worker compiles what is used often, and that takes it some hundred requests. */
const WARM_UPS = 200;
/** Nodes in a run, each of which finds its result. */
const NODES = 50;
/** More than any run of this asks for. */
const LIMIT = 'read=1000000/1m';

export async function redis({ quick }: SuiteOptions): Promise<readonly Row[]> {
  buildWhenStale(ROOT);
  const store = await startRedis();
  const bridge = await startBridge({ redisPort: store.port });
  const account = { UPSTASH_REDIS_REST_URL: bridge.url, UPSTASH_REDIS_REST_TOKEN: bridge.token };
  const stops: (() => Promise<void>)[] = [() => bridge.close(), () => store.stop()];
  try {
    const start = async (variables: Record<string, string>): Promise<Api> => {
      const server = await startOne(variables);
      stops.unshift(() => server.stop());
      return server.api;
    };
    const bare = await start({});
    const asking = await start({ ASKED_URL: bridge.url, ASKED_TOKEN: bridge.token });
    const object = await start({ API_RATES: LIMIT });
    const remote = await start({ API_RATES: LIMIT, ...account });
    return await measure({ bare, asking, object, remote }, quick ? RUNS.quick : RUNS.full);
  } finally {
    for (const stop of stops) await stop();
  }
}

interface Servers {
  readonly bare: Api;
  /** Without limits, but with one plain question to Redis before each request. */
  readonly asking: Api;
  readonly object: Api;
  readonly remote: Api;
}

async function measure(servers: Servers, runs: number): Promise<readonly Row[]> {
  const { bare, asking, object, remote } = servers;
  const ask = (api: Api) => async () => {
    const answer = await api.get('/v1/prompts');
    if (!answer.ok) throw new Error(`Cannot measure: ${answer.status}`);
    await answer.arrayBuffer();
  };
  const request = await inTurn(
    { bare: ask(bare), asking: ask(asking), object: ask(object), remote: ask(remote) },
    runs,
  );
  const hits = Math.ceil(runs / 10);
  const plain = chainOf({});
  const cached = chainOf({ cache: '1h' });
  const wide = { ...cached, edges: 'auto' };
  const run = await inTurn(
    {
      bare: () => runInline(bare, plain, 0),
      bareWide: () => runInline(bare, { ...plain, edges: 'auto' }, 0),
      object: () => runInline(object, cached, NODES),
      remote: () => runInline(remote, cached, NODES),
      wide: () => runInline(remote, wide, NODES),
    },
    hits,
  );
  return [
    row('plain_question_redis', { ours: request.asking, floor: request.bare, per: 1 }),
    row('limiter_object', { ours: request.object, floor: request.bare, per: 1 }),
    row('limiter_redis', { ours: request.remote, floor: request.bare, per: 1 }),
    row('cache_hit_object', { ours: run.object, floor: run.bare, per: NODES }),
    row('cache_hit_redis', { ours: run.remote, floor: run.bare, per: NODES }),
    row('cache_hit_wide_redis', { ours: run.wide, floor: run.bareWide, per: NODES }),
  ];
}

type Times = readonly number[];

/** What the work adds: each time against that of the bare way measured right before it. */
function row(work: string, { ours, floor, per }: { ours: Times; floor: Times; per: number }): Row {
  const added = ours.map((time, index) => (time - (floor[index] ?? Number.NaN)) / per);
  return {
    work,
    unit: 'ms',
    ours: median(added),
    floor: median(floor) / per,
    peers: {},
    runs: ours.length,
  };
}

/** One after the other, so that others at work slow all of it. */
async function inTurn<Name extends string>(
  ways: Readonly<Record<Name, () => Promise<void>>>,
  runs: number,
): Promise<Record<Name, number[]>> {
  const entries = Object.entries<() => Promise<void>>(ways);
  const times = Object.fromEntries(entries.map(([name]) => [name, [] as number[]]));
  for (let turn = -Math.min(WARM_UPS, runs); turn < runs; turn += 1) {
    // Another one first each time: what comes after a pause is slower.
    const first = Math.abs(turn) % entries.length;
    for (const [name, way] of [...entries.slice(first), ...entries.slice(0, first)]) {
      const startedAt = performance.now();
      await way();
      if (turn >= 0) times[name]?.push(performance.now() - startedAt);
    }
  }
  // SAFETY: the keys are those of `ways`.
  return times as Record<Name, number[]>;
}

function chainOf(more: object): object {
  const nodes = Array.from({ length: NODES }, (_, index) => ({
    id: `n${index}`,
    type: 'language_task',
    model: 'mock/echo',
    prompt: `Text ${index}`,
    ...more,
  }));
  return { name: 'chain', nodes, final_outputs: ['n0'] };
}

async function runInline(api: Api, recipe: object, hits: number): Promise<void> {
  const answer = await api.send('POST', '/v1/runs', json({ recipe, inputs: {}, mode: 'inline' }));
  const run = await expectJson<{ status: string; metrics: { cache_hits: number } }>(answer);
  // The first run makes what the others find; on a busy machine Redis may be too slow for one or two.
  const isCached = run.metrics.cache_hits > 0;
  if (run.status !== 'completed' || (hits === 0 && isCached)) {
    throw new Error(`Cannot measure a run that is ${run.status}: ${JSON.stringify(run.metrics)}`);
  }
}

/** Asks what `ASKED_URL` names, as cheaply as a Worker can, and then does what the built Worker does. */
const ASKING = `
import built from './index.js';
export * from './index.js';
export default {
  async fetch(request, env, ctx) {
    if (env.ASKED_URL !== undefined) {
      const headers = { authorization: 'Bearer ' + env.ASKED_TOKEN };
      const answer = await env.OPERATOR_NETWORK.fetch(env.ASKED_URL, { method: 'POST', headers, body: '["GET","none"]' });
      if (!answer.ok) throw new Error('Cannot measure: the bridge says ' + answer.status);
      await answer.text();
    }
    return built.fetch(request, env, ctx);
  },
};
`;

async function startOne(variables: Record<string, string>) {
  const parent = existsSync(SHARED_MEMORY) ? SHARED_MEMORY : tmpdir();
  const state = mkdtempSync(join(parent, 'composer-bench-'));
  const host = '127.0.0.1';
  const server = await startServer({
    root: ROOT,
    host,
    port: await freePort(),
    state,
    variables: { PLATFORM: 'self-hosted', BOUND_HOST: host, LOG_LEVEL: 'error', ...variables },
    allowAddresses: [],
    main: { name: 'asking.js', text: ASKING },
  });
  return {
    api: createApi(server.url, undefined),
    async stop() {
      await server.stop();
      rmSync(state, { recursive: true, force: true });
    },
  };
}
