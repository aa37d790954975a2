/** Many runs through one partition at a time: what is lost, what is stuck, what it costs. */
import { readFileSync } from 'node:fs';
import type { StartedServer } from '../support/server.ts';

export interface SoakOptions {
  readonly runs: number;
  readonly clients: number;
}

export interface SoakReport {
  readonly completed: number;
  /** By status; empty when all is well. */
  readonly others: Readonly<Record<string, number>>;
  /** Ids that were given twice, or that the listing does not have at the end. */
  readonly lost: readonly string[];
  readonly seconds: number;
  /** Milliseconds from the request to the answer that the run is taken. */
  readonly submitMs: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Resident memory of workerd in MB: half way, at the end, and the most that was seen between. */
  readonly memoryMb: { readonly half: number; readonly end: number; readonly peak: number };
}

const NODES = 20;

export const RECIPE = {
  name: 'soak',
  nodes: Array.from({ length: NODES }, (_, index) => ({
    id: `n${index}`,
    type: 'function_task',
    function_identifier: 'text-tools.word_count',
    input: { text: 'one two three' },
  })),
};

export async function soak(server: StartedServer, options: SoakOptions): Promise<SoakReport> {
  const { url } = server;
  await put(url);
  const { workerd } = server.pids();
  const ids: string[] = [];
  const submits: number[] = [];
  const statuses: Record<string, number> = {};
  const memory: number[] = [];
  const startedAt = performance.now();
  let left = options.runs;
  const client = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const askedAt = performance.now();
      const id = await submit(url);
      submits.push(performance.now() - askedAt);
      ids.push(id);
      const status = await endOf(url, id);
      statuses[status] = (statuses[status] ?? 0) + 1;
      memory.push(residentMb(workerd));
    }
  };
  await Promise.all(Array.from({ length: options.clients }, client));
  const seconds = (performance.now() - startedAt) / 1_000;
  const { completed = 0, ...others } = statuses;
  const listed = await list(url);
  const second = memory.slice(memory.length >> 1);
  return {
    completed,
    others,
    lost: ids.filter((id, at) => ids.indexOf(id) !== at || !listed.has(id)),
    seconds: round(seconds),
    submitMs: { p50: part(submits, 0.5), p99: part(submits, 0.99), max: part(submits, 1) },
    memoryMb: {
      half: averageOf(second.slice(0, 50)),
      end: averageOf(second.slice(-50)),
      peak: Math.max(...second),
    },
  };
}

async function put(url: string): Promise<void> {
  const answer = await fetch(`${url}/v1/recipes/${RECIPE.name}`, {
    method: 'PUT',
    body: JSON.stringify(RECIPE),
    headers: { 'content-type': 'application/json' },
  });
  if (!answer.ok) throw new Error(await answer.text());
}

async function submit(url: string): Promise<string> {
  const answer = await fetch(`${url}/v1/recipes/${RECIPE.name}/runs`, {
    method: 'POST',
    body: '{}',
    headers: { 'content-type': 'application/json' },
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { id: string }).id;
}

/** The stream of events ends with the run. */
async function endOf(url: string, id: string): Promise<string> {
  const stream = await fetch(`${url}/v1/runs/${id}/events`, {
    headers: { accept: 'text/event-stream' },
  });
  await stream.text();
  const view = (await (await fetch(`${url}/v1/runs/${id}`)).json()) as {
    status: string;
    metrics?: { node_count: number };
  };
  return view.status === 'completed' && view.metrics?.node_count !== NODES
    ? 'completed with another count of nodes'
    : view.status;
}

async function list(url: string): Promise<Set<string>> {
  const all = new Set<string>();
  let next: string | null = '';
  while (next !== null) {
    const cursor: string = next === '' ? '' : `&cursor=${next}`;
    const answer = await fetch(`${url}/v1/runs?recipe=${RECIPE.name}&limit=100${cursor}`);
    const page = (await answer.json()) as { data: { id: string }[]; next_cursor: string | null };
    for (const { id } of page.data) all.add(id);
    next = page.next_cursor;
  }
  return all;
}

function residentMb(pid: number): number {
  const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kib) / 1024);
}

function part(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
}

function averageOf(values: readonly number[]): number {
  return Math.round(values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
