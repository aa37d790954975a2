/** A server that is killed in the middle of a run, and started again. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer } from '../support/server.ts';

const NODES = 300;
const TEXT = 'The quick brown fox jumps over the lazy dog near the river bank. '.repeat(800);

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'composer-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface HistoryEvent {
  readonly seq: number;
  readonly type: string;
  readonly key?: string;
  readonly index?: number;
}

async function send<T>(url: string, body?: unknown): Promise<T> {
  const answer = await fetch(url, {
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    headers: { 'content-type': 'application/json', prefer: 'wait=0' },
  });
  expect(answer.ok, await answer.clone().text()).toBe(true);
  return (await answer.json()) as T;
}

async function history(url: string, id: string): Promise<HistoryEvent[]> {
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

/** Follows the run's events until one satisfies. */
async function until(
  url: string,
  id: string,
  isMet: (event: HistoryEvent) => boolean,
): Promise<void> {
  const stream = await fetch(`${url}/v1/runs/${id}/events`, {
    headers: { accept: 'text/event-stream' },
  });
  let rest = '';
  const decoder = new TextDecoder();
  for await (const part of stream.body!) {
    const frames = (rest + decoder.decode(part, { stream: true })).split('\n\n');
    rest = frames.pop()!;
    for (const frame of frames) {
      const data = /^data: (.*)$/m.exec(frame)?.[1];
      if (data !== undefined && isMet(JSON.parse(data) as HistoryEvent)) return;
    }
  }
}

function chain(): unknown {
  const nodes = Array.from({ length: NODES }, (_, index) => ({
    id: `n${index}`,
    type: 'function_task',
    function_identifier: 'text-tools.word_count',
    input: { text: '{{ text }}' },
  }));
  return {
    recipe: { name: 'chain', user_inputs: [{ id: 'text', type: 'text' }], nodes },
    inputs: { text: TEXT },
  };
}

describe('a killed server', () => {
  it('finishes the run after a restart on the same state, and no node runs twice', async () => {
    const state = join(folder, 'killed');
    const first = await startServer(state);
    const { id } = await send<{ id: string }>(`${first.url}/v1/runs`, chain());
    await until(first.url, id, ({ type, key }) => type === 'node.completed' && key === 'n3');
    await first.kill();

    const second = await startServer(state);
    try {
      const before = await send<{ status: string; metrics: { node_count: number } }>(
        `${second.url}/v1/runs/${id}`,
      );
      expect(before.status).toBe('running');
      await until(second.url, id, ({ type }) => type === 'run.completed');
      const events = await history(second.url, id);
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
      for (const type of ['node.started', 'node.completed']) {
        const keys = events.filter((event) => event.type === type).map(({ key }) => key);
        expect(keys).toEqual(Array.from({ length: NODES }, (_, index) => `n${index}`));
      }
    } finally {
      await second.stop();
    }
  });

  it('repeats only the undecided items of a map of 10 000, and keeps their order', async () => {
    const state = join(folder, 'map');
    const first = await startServer(state);
    const recipe = {
      name: 'many',
      nodes: [
        {
          id: 'all',
          type: 'map',
          over: '{{ range(10000) }}',
          max_concurrency: 20,
          collect: 'values',
          task: {
            type: 'function_task',
            function_identifier: 'json-tools.merge',
            input: { values: [{ i: '{{ item }}' }] },
          },
        },
      ],
    };
    const { id } = await send<{ id: string }>(`${first.url}/v1/runs`, { recipe });
    await until(first.url, id, ({ type, index }) => type === 'item.completed' && index === 4000);
    await first.kill();

    const second = await startServer(state);
    try {
      await until(second.url, id, ({ type }) => type === 'run.completed');
      const decided = (await history(second.url, id)).filter(
        ({ type }) => type === 'item.completed',
      );
      const indexes = decided.map(({ index }) => index!).toSorted((a, b) => a - b);
      expect(indexes).toEqual(Array.from({ length: 10_000 }, (_, index) => index));
      const result = await send<{ all: unknown }>(`${second.url}/v1/runs/${id}/result`);
      expect(result.all).toEqual(indexes.map((i) => ({ i })));
    } finally {
      await second.stop();
    }
  });
});
