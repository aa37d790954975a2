/** Suite `durable`: runs beside Restate, Cloudflare Workflows and LangGraph.js, all in one go. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { growth } from './durable/growth.ts';
import { startBenchServer } from './durable/server.ts';
import type { BenchServer } from './durable/server.ts';
import * as works from './durable/works.ts';
import { installPeers } from './peers/install.ts';
import { startLangGraph } from './peers/langgraph.ts';
import type { Peer, PeerWork } from './peers/peer.ts';
import { startRestate } from './peers/restate.ts';
import { startWorkflows } from './peers/workflows.ts';
import type { Row, SuiteOptions } from './report.ts';
import { sideBySide } from './side-by-side.ts';
import type { Way } from './side-by-side.ts';

const SHARED_MEMORY = '/dev/shm';
const CLIENTS = 16;

export async function durable(options: SuiteOptions): Promise<readonly Row[]> {
  installPeers();
  const parent = existsSync(SHARED_MEMORY) ? SHARED_MEMORY : tmpdir();
  const folder = mkdtempSync(join(parent, 'composer-bench-'));
  const state = join(folder, 'ours');
  const server = await startBenchServer(state);
  const peers: Peer[] = [];
  try {
    peers.push(await startRestate(join(folder, 'restate')));
    peers.push(await startWorkflows(join(folder, 'workflows')));
    peers.push(await startLangGraph());
    return await measure({ server, peers, state }, options);
  } finally {
    for (const peer of peers) await peer.stop();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Subjects {
  readonly server: BenchServer;
  readonly peers: readonly Peer[];
  /** Where our server keeps its state. */
  readonly state: string;
}

async function measure(subjects: Subjects, { quick }: SuiteOptions): Promise<readonly Row[]> {
  const { server } = subjects;
  const { EMPTY, CHAIN, TEN, UPLOADED_CHAIN, FAN_OUT, GROWTH, LONG_MAP } = works;
  for (const recipe of [EMPTY, CHAIN, TEN, UPLOADED_CHAIN, FAN_OUT, GROWTH, LONG_MAP])
    await server.store(recipe);
  const runs = quick ? 3 : 15;
  const time = timed(subjects, { runs, warmUp: quick ? 1 : 50 });
  const object = () => server.get('/bench/object');
  const bare = () => server.get('/bench/bare');
  return [
    await time('empty_run', () => server.run('empty'), { floor: object, work: ['chain', 0] }),
    await time('chain_100', () => server.run('chain'), { floor: object, work: ['chain', 100] }),
    await time('chain_100_plugin', () => server.run('uploaded-chain'), {
      floor: object,
      work: ['chain', 100],
    }),
    await time('fan_out_100', () => server.run('fan-out'), {
      floor: object,
      work: ['fan_out', 100],
    }),
    await time('inline_10', () => server.run('ten', 'inline'), { floor: bare }),
    await throughput(subjects, quick ? 64 : 640),
    await growth(server, { name: 'growth_10000', recipe: works.GROWTH, events: 20_000 }, runs),
    await growth(server, { name: 'map_10000', recipe: works.LONG_MAP, events: 10_000 }, runs),
    await rowWrites(server),
    await disk(subjects, quick ? 100 : 1_000),
  ];
}

interface Beside {
  readonly floor: Way;
  /** What the peers do. Absent: they have nothing like it. */
  readonly work?: readonly [PeerWork, number];
}

function timed({ peers }: Subjects, options: { runs: number; warmUp: number }) {
  return async (work: string, ours: Way, beside: Beside): Promise<Row> => {
    const { work: theirs } = beside;
    const ways: Record<string, Way> = { ours, floor: beside.floor };
    // Without a step LangGraph.js has no graph.
    for (const peer of theirs === undefined ? [] : peers)
      if (theirs?.[1] !== 0 || peer.name !== 'langgraph')
        ways[peer.name] = () => peer.run(...(theirs ?? ['chain', 0]));
    const {
      ours: mine = Number.NaN,
      floor = Number.NaN,
      ...rest
    } = await sideBySide(ways, options);
    return { work, unit: 'ms', ours: mine, floor, peers: known(rest), runs: options.runs };
  };
}

function known(medians: Readonly<Record<string, number | undefined>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(medians).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
}

/** Empty runs a second with `CLIENTS` at a time. */
async function throughput({ server, peers }: Subjects, total: number): Promise<Row> {
  const rate = async (way: Way): Promise<number> => {
    const startedAt = performance.now();
    let left = total;
    const client = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        await way();
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
    return Math.round((total / (performance.now() - startedAt)) * 1_000);
  };
  const best = async (way: Way): Promise<number> => {
    const rates = [await rate(way), await rate(way), await rate(way)];
    return rates.toSorted((a, b) => a - b)[1] ?? 0;
  };
  const others: Record<string, number> = {};
  for (const peer of peers)
    if (peer.name !== 'langgraph') others[peer.name] = await best(() => peer.run('chain', 0));
  return {
    work: 'throughput_16',
    unit: 'runs/s',
    ours: await best(() => server.run('empty')),
    floor: await best(() => server.get('/bench/object')),
    peers: others,
    runs: 3,
  };
}

/** Tables that grow by the steps of a run; the run's own rows and the queue's are apart. */
const STEP_TABLES = ['steps', 'ledger', 'events'];

async function rowWrites(server: BenchServer): Promise<Row> {
  const written = async (): Promise<number> => {
    const tables = await server.get<Record<string, number>>('/bench/rows');
    return STEP_TABLES.reduce((sum, name) => sum + (tables[name] ?? 0), 0);
  };
  const before = await written();
  await server.run('chain');
  const ours = ((await written()) - before) / works.CHAIN.nodes.length;
  return { work: 'row_writes_per_step', unit: 'rows', ours, peers: {}, runs: 1 };
}

async function disk({ server, state }: Subjects, runs: number): Promise<Row> {
  const before = bytesOf(state);
  for (let done = 0; done < runs; done += 1) await server.run('ten');
  const ours = ((bytesOf(state) - before) / runs / 1_000_000) * 1_000;
  return { work: 'disk_per_1000_runs', unit: 'MB', ours, peers: {}, runs: 1 };
}

function bytesOf(folder: string): number {
  return Number(execFileSync('du', ['-sb', folder], { encoding: 'utf8' }).split('\t')[0]);
}
