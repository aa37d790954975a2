/**
 * What a step of a durable run takes that calls a function, with all that the engine does for it: of an
 * uploaded plugin, of a bundled one, of one item of a map.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPlugin } from '@extism/extism';
import { expectJson } from '../../../scripts/launcher/api.ts';
import { median } from '../report.ts';
import { completeRun, withWorker } from '../worker.ts';
import type { Api } from '../../../scripts/launcher/api.ts';
import type { Row, SuiteOptions } from '../report.ts';

/** Calls in a run, and items in a map. */
const SIZE = 100;
const RUNS = { quick: 5, full: 21 };
const PEER_CALLS = 200;
/** The bundled `text-tools` again, as somebody might upload it: all three call the same code. */
const UPLOADED = 'bench-tools';
const INPUT = { text: 'The quick brown fox jumps over the lazy dog.' };
const WORDS = 9;
const BUILT = join(import.meta.dirname, '../../../dist/plugins');

// SAFETY: the Workers types declare `Module` abstract, as a Worker may not compile; Node may.
const NodeModule = WebAssembly.Module as unknown as new (bytes: Uint8Array) => WebAssembly.Module;

const call = (plugin: string): object => ({
  type: 'function_task',
  function_identifier: `${plugin}.word_count`,
  input: INPUT,
});
export async function measureCalls({ quick }: SuiteOptions): Promise<readonly Row[]> {
  const wasm = readFileSync(join(BUILT, 'text-tools.wasm'));
  const callPeer = preparePeer(wasm);
  const runs = quick ? RUNS.quick : RUNS.full;
  const samples = await withWorker(async (api) => {
    await upload(api, wasm);
    return sample({ api, callPeer, runs });
  });
  const { peer, chainUploaded, chainBundled, mapUploaded } = samples;
  const row = (work: string, ours: Times): Row => ({
    work,
    unit: 'ms',
    ours: median(ours),
    peers: { extism_node: median(peer) },
    runs,
  });
  return [
    row('plugin_call_warm', chainUploaded),
    row('plugin_call_bundled', chainBundled),
    row('plugin_batch_item', mapUploaded),
  ];
}

type Times = readonly number[];

interface Given {
  readonly api: Api;
  readonly callPeer: () => Promise<void>;
  readonly runs: number;
}

/** Milliseconds a call or a step, one number a run of `SIZE` or of `PEER_CALLS`. What is compared is measured in turn, so that others at work slow all of it. */
async function sample({ api, callPeer, runs }: Given) {
  const run = async (recipe: object) => {
    const { metrics } = await completeRun(api, recipe);
    return metrics.total_time_ms / SIZE;
  };
  const works = {
    peer: () => timePeer(callPeer),
    chainUploaded: () => run(chainOf(call(UPLOADED))),
    chainBundled: () => run(chainOf(call('text-tools'))),
    mapUploaded: () => run(mapOf(call(UPLOADED))),
  };
  const names = Object.keys(works) as (keyof typeof works)[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<
    keyof typeof works,
    number[]
  >;
  for (let warmUp = 0; warmUp < 3; warmUp += 1) for (const name of names) await works[name]();
  for (let count = 0; count < runs; count += 1)
    for (const name of names) times[name].push(await works[name]());
  return times;
}

function chainOf(node: object): object {
  const nodes = Array.from({ length: SIZE }, (_, i) => ({
    id: `n${i}`,
    ...node,
    ...(i > 0 && { needs: [`n${i - 1}`] }),
  }));
  return { name: 'chain', nodes, final_outputs: [`n${SIZE - 1}`] };
}

function mapOf(task: object): object {
  const over = Array.from({ length: SIZE }, (_, i) => i);
  const each = { id: 'each', type: 'map', over, max_concurrency: SIZE, collect: 'values', task };
  return { name: 'map', nodes: [each], final_outputs: ['each'] };
}

async function upload(api: Api, wasm: Uint8Array): Promise<void> {
  const manifest = JSON.parse(readFileSync(join(BUILT, 'text-tools.json'), 'utf8'));
  const form = new FormData();
  form.set('module', new Blob([Uint8Array.from(wasm)], { type: 'application/wasm' }), 'm.wasm');
  form.set('manifest', new Blob([JSON.stringify({ ...manifest, name: UPLOADED })]), 'm.json');
  const path = `${api.url}/v1/plugins/${UPLOADED}/versions/${manifest.version}`;
  await expectJson(await fetch(path, { method: 'PUT', body: form }));
}

/** The Extism SDK as it comes, in this process: a fresh instance for each call of the compiled module. */
function preparePeer(wasm: Uint8Array): () => Promise<void> {
  const module = new NodeModule(wasm);
  const input = JSON.stringify(INPUT);
  return async () => {
    const plugin = await createPlugin(module, {});
    const output = await plugin.call('word_count', input);
    await plugin.close();
    const counted = output?.json() as { words: number } | undefined;
    if (counted?.words !== WORDS) throw new Error('Cannot measure: Extism counts other words');
  };
}

async function timePeer(callPeer: () => Promise<void>): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < PEER_CALLS; i += 1) await callPeer();
  return (performance.now() - start) / PEER_CALLS;
}
