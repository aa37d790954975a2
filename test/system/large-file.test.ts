/** A file that is larger than the memory it may take: in, folded, killed in the middle, folded again. */
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer } from '../support/server.ts';
import type { StartedServer } from '../support/server.ts';

const MIB = 1024 * 1024;
const LINE = 'The quick brown fox jumps over the lazy dog near the river bank.\n';
const WORDS_IN_A_LINE = 13;
const LINES = Math.ceil((200 * MIB) / LINE.length);
const SIZE = LINES * LINE.length;
/** What is in memory by then is what the engine of the Worker takes for any file. */
const WARM_UP = 40 * MIB;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'composer-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface HistoryEvent {
  readonly type: string;
  readonly done?: number;
  readonly total?: number;
}

interface RunBody {
  readonly id: string;
  readonly status: string;
  readonly result?: { readonly count: { readonly words: number } };
  readonly error?: unknown;
  readonly metrics: { readonly fuel: number };
}

/** Never more than a piece of it in memory; hashed on the way. */
function lines(size: number, hash: Hash): ReadableStream<Uint8Array> {
  const piece = new TextEncoder().encode(LINE.repeat(1_000));
  let left = size;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      hash.update(piece.subarray(0, left));
      controller.enqueue(piece.subarray(0, left));
      left -= Math.min(left, piece.length);
      if (left === 0) controller.close();
    },
  });
}

async function upload({ url }: StartedServer, id: string, size: number): Promise<void> {
  const hash = createHash('sha256');
  const answer = await fetch(`${url}/v1/files/${id}`, {
    method: 'PUT',
    headers: { 'content-type': 'text/plain' },
    body: lines(size, hash),
    duplex: 'half',
  } as RequestInit);
  expect(await answer.json()).toMatchObject({ id, size, digest: hash.digest('hex') });
}

async function start({ url }: StartedServer, doc: string): Promise<string> {
  const recipe = {
    name: 'count-words',
    user_inputs: [{ id: 'doc', type: 'file' }],
    nodes: [
      {
        id: 'count',
        type: 'reduce',
        over: { file: 'doc', chunk: { by: 'bytes', size: 65_521 } },
        function_identifier: 'text-tools.word_total',
      },
    ],
  };
  const answer = await fetch(`${url}/v1/runs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ recipe, inputs: { doc } }),
  });
  expect(answer.status, await answer.clone().text()).toBe(202);
  return ((await answer.json()) as RunBody).id;
}

/** Follows the run's events until one satisfies; gives all that came. */
async function until(
  { url }: StartedServer,
  id: string,
  isMet: (event: HistoryEvent) => boolean,
): Promise<HistoryEvent[]> {
  const stream = await fetch(`${url}/v1/runs/${id}/events`, {
    headers: { accept: 'text/event-stream' },
  });
  let text = '';
  const decoder = new TextDecoder();
  for await (const part of stream.body!) {
    text += decoder.decode(part, { stream: true });
    const events = [...text.matchAll(/^data: (.*)$/gm)].map(
      ([, data]) => JSON.parse(data!) as HistoryEvent,
    );
    if (events.some(isMet)) return events;
  }
  throw new Error(`the stream ended without it:\n${text}`);
}

/** Bytes of memory that workerd has, and the most that it has had. */
function memoryOf(server: StartedServer): { now: number; peak: number } {
  const status = readFileSync(`/proc/${server.pids().workerd}/status`, 'utf8');
  const read = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)![1]) * 1024;
  return { now: read('VmRSS'), peak: read('VmHWM') };
}

async function viewOf({ url }: StartedServer, id: string): Promise<RunBody> {
  return (await (await fetch(`${url}/v1/runs/${id}`)).json()) as RunBody;
}

/** How far a fold said it was. */
function placesIn(events: readonly HistoryEvent[]): number[] {
  return events.flatMap(({ type, done = 0 }) => (type === 'node.progress' ? [done] : []));
}

const hasEnded = ({ type }: HistoryEvent) => type === 'run.completed' || type === 'run.failed';
const ascending = (numbers: readonly number[]) => [...new Set(numbers)].toSorted((a, b) => a - b);

describe('a file of 200 MB', () => {
  it('is folded in little memory, and after a kill from the last checkpoint on', async () => {
    const state = join(folder, 'large');
    const first = await startServer(state);
    await upload(first, 'small.txt', WARM_UP);
    await until(first, await start(first, 'small.txt'), hasEnded);
    const before = memoryOf(first);

    await upload(first, 'large.txt', SIZE);
    const whole = await start(first, 'large.txt');
    const places = placesIn(await until(first, whole, hasEnded));
    const done = await viewOf(first, whole);
    expect(done.error).toBeUndefined();
    expect(done.result?.count.words).toBe(LINES * WORDS_IN_A_LINE);
    expect(places.length).toBeGreaterThan(1);
    expect(places).toEqual(ascending(places));
    expect((memoryOf(first).peak - before.now) / MIB).toBeLessThan(150);

    const killed = await start(first, 'large.txt');
    const kept = placesIn(
      await until(first, killed, ({ type, done: at = 0 }) => {
        return type === 'node.progress' && at > SIZE / 4;
      }),
    );
    await first.kill();
    const second = await startServer(state);
    try {
      const after = placesIn(await until(second, killed, hasEnded));
      // A fold that began anew would tell again of places where it had been.
      expect(after).toEqual(ascending(after));
      expect(after.slice(0, kept.length)).toEqual(kept);
      const again = await viewOf(second, killed);
      expect(again.result).toEqual(done.result);
      expect(again.metrics.fuel).toBe(done.metrics.fuel);
    } finally {
      await second.stop();
    }
  });
});
