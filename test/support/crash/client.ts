/** Submits a case, answers what it waits for, and reads what became of it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CrashCase } from './cases.ts';

const BUILT = join(import.meta.dirname, '../../../dist/plugins');

export interface HistoryEvent {
  readonly seq: number;
  readonly type: string;
  readonly at: string;
  readonly key?: string;
  readonly kind?: string;
  readonly index?: number;
}

/** The server gave up its work: what happens at a crash. */
export class Crashed extends Error {}

/** Throws `Crashed` when the server cannot answer. */
async function send<T>(url: string, init: RequestInit = {}): Promise<T> {
  const answer = await fetch(url, init).catch(() => undefined);
  if (answer === undefined || answer.status >= 500) throw new Crashed(url);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${init.method ?? 'GET'} ${url}: ${answer.status} ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

const json = (
  method: string,
  body: unknown,
  headers: Record<string, string> = {},
): RequestInit => ({
  method,
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json', ...headers },
});

/** What a case needs besides its run. */
export async function prepare(
  url: string,
  { stored = {}, files = {}, plugins = {} }: CrashCase,
): Promise<void> {
  for (const [name, recipe] of Object.entries(stored))
    await send(`${url}/v1/recipes/${name}`, json('PUT', recipe));
  for (const [id, body] of Object.entries(files))
    await send(`${url}/v1/files/${id}`, {
      method: 'PUT',
      body,
      headers: { 'content-type': 'text/plain' },
    });
  for (const [name, built] of Object.entries(plugins)) await upload(url, name, built);
}

async function upload(url: string, name: string, built: string): Promise<void> {
  const [wasm, text] = await Promise.all([
    readFile(join(BUILT, `${built}.wasm`)),
    readFile(join(BUILT, `${built}.json`), 'utf8'),
  ]);
  const manifest = { ...JSON.parse(text), name, version: '1.0.0' };
  const form = new FormData();
  form.set('module', new Blob([wasm], { type: 'application/wasm' }), 'm.wasm');
  form.set('manifest', new Blob([JSON.stringify(manifest)]), 'm.json');
  await send(`${url}/v1/plugins/${name}/versions/1.0.0`, { method: 'PUT', body: form });
}

/** Under one key for ever: a client that got no answer submits again. */
export async function submit(url: string, each: CrashCase, base: string): Promise<string> {
  const body = { recipe: each.recipe, inputs: { base, ...each.inputs } };
  const run = await send<{ id: string }>(
    `${url}/v1/runs`,
    json('POST', body, { 'idempotency-key': 'the-only-one' }),
  );
  return run.id;
}

export async function history(url: string, id: string): Promise<HistoryEvent[]> {
  const all: HistoryEvent[] = [];
  for (;;) {
    const after = all.at(-1)?.seq ?? 0;
    const page = await send<{ data: HistoryEvent[]; has_more: boolean }>(
      `${url}/v1/runs/${id}/events?after=${after}`,
    );
    all.push(...page.data);
    if (page.data.length === 0 || !page.has_more) return all;
  }
}

/** Resolves when the run has ended. */
export async function carryOn(url: string, id: string): Promise<void> {
  const past = await history(url, id);
  const isOver = (key: string | undefined) =>
    past.some((event) => event.key === key && event.type === 'node.completed');
  for (const event of past) {
    if (event.type === 'node.waiting' && !isOver(event.key)) await answer(url, id, event);
    if (isEnd(event)) return;
  }
  for await (const event of follow(url, id, past.at(-1)?.seq ?? 0)) {
    if (event.type === 'node.waiting') await answer(url, id, event);
    if (isEnd(event)) return;
  }
  throw new Crashed('the stream of events ended early');
}

function isEnd({ type }: HistoryEvent): boolean {
  return type === 'run.completed' || type === 'run.failed' || type === 'run.cancelled';
}

/** All who may decide do; those who have already are not counted again. */
async function answer(url: string, id: string, { kind, key }: HistoryEvent): Promise<void> {
  if (kind === 'event')
    await send(`${url}/v1/runs/${id}/events/news`, json('POST', { it: 'rains' }));
  if (kind !== 'approval') return;
  const { data } = await send<{ data: { id: string; run_id: string; step: string }[] }>(
    `${url}/v1/approvals`,
  );
  const own = data.find((each) => each.run_id === id && each.step === key);
  if (own === undefined) return;
  for (const decided_by of ['ada', 'bob'])
    await send(`${url}/v1/approvals/${own.id}`, json('POST', { approved: true, decided_by }));
}

async function* follow(url: string, id: string, after: number): AsyncGenerator<HistoryEvent> {
  const stream = await fetch(`${url}/v1/runs/${id}/events?after=${after}`, {
    headers: { accept: 'text/event-stream' },
  }).catch(() => undefined);
  if (stream === undefined || stream.status !== 200 || stream.body === null)
    throw new Crashed('no stream of events');
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for await (const part of stream.body) {
      const frames = (rest + decoder.decode(part, { stream: true })).split('\n\n');
      rest = frames.pop()!;
      for (const frame of frames) {
        const data = /^data: (.*)$/m.exec(frame)?.[1];
        if (data !== undefined) yield JSON.parse(data) as HistoryEvent;
      }
    }
  } catch (error) {
    throw new Crashed('the stream of events broke', { cause: error });
  }
}

interface SeenRun {
  readonly [key: string]: unknown;
  readonly nodes: readonly { readonly key: string; readonly node: string }[];
  readonly on_failure?: { readonly status: string };
}

/** The run, once what starts after its failure has been started. */
async function followedUp(url: string, id: string): Promise<SeenRun> {
  for (let asked = 0; asked < 20_000; asked += 1) {
    const view = await send<SeenRun>(`${url}/v1/runs/${id}`);
    if (view.on_failure?.status !== 'pending') return view;
  }
  throw new Error(`The recipe after the failure of ${id} does not start`);
}

/** What became of a run, without what no two runs have in common: times, durations and its id. */
export async function observe(url: string, id: string) {
  const view = await followedUp(url, id);
  const { data: reports } = await send<{ data: unknown[] }>(`${url}/v1/runs?recipe=crash-report`);
  const names = new Set(view.nodes.map(({ node }) => node));
  const nodes = await Promise.all(
    [...names].map(async (node) => send<unknown>(`${url}/v1/runs/${id}/nodes/${node}`)),
  );
  const events = (await history(url, id))
    // How far a fold had come is told by the clock.
    .filter(({ type }) => type !== 'node.progress')
    .map(({ seq: _seq, ...event }) => JSON.stringify(plain(event, id)))
    .toSorted();
  return { view: plain(view, id), nodes: plain(nodes, id), events, reports: reports.length };
}

const OF_ONE_RUN =
  /_at$|_until$|_ms$|^at$|^created|^key_id$|^run_id$|^queue_position$|parallel_efficiency|^slowest_node$|critical_path|^requests$|^queue_depth$|^storage_bytes$/;

function plain(value: unknown, id: string): unknown {
  if (typeof value === 'string') return value.replaceAll(id, 'RUN').replaceAll(id.slice(4), 'RUN');
  if (Array.isArray(value)) return value.map((each) => plain(each, id));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !OF_ONE_RUN.test(key))
      .map(([key, inner]) => [key, plain(inner, id)]),
  );
}
