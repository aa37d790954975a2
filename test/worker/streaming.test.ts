/** Texts of answers on their way: to a watcher while the provider still writes, and to one that comes back. */
import { abortAllDurableObjects } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { bodyOf, call, post } from '../support/api-client.ts';
import type { RunBody } from '../support/api-client.ts';
import { providers } from '../support/providers/remote.ts';
import { readSse, textOf } from '../support/sse.ts';

let count = 0;

const PIECES = ['The quick ', 'brown fox ', 'jumps over ', 'the lazy ', 'dog.'];
const WHOLE = PIECES.join('');

async function begin(more: object = {}, node: object = {}): Promise<{ id: string; model: string }> {
  const model = `stream${(count += 1)}`;
  await providers.script(model, { text: PIECES, holdAt: 2, ...more });
  const nodes = [
    {
      id: 'write',
      type: 'language_task',
      stream: true,
      model: `openai/${model}`,
      prompt: 'Go',
      ...node,
    },
  ];
  const body = { recipe: { name: 'stream', nodes }, inputs: {} };
  const { id } = await bodyOf<RunBody>(await post('/v1/runs', body), 202);
  return { id, model };
}

async function watch(id: string, last?: string) {
  const headers = {
    accept: 'text/event-stream',
    ...(last !== undefined && { 'last-event-id': last }),
  };
  const response = await call(`/v1/runs/${id}/events`, { headers });
  expect(response.status).toBe(200);
  return readSse(response);
}

const outputOf = async (id: string) => {
  const { data } = await bodyOf<{ data: { output: string }[] }>(
    await call(`/v1/runs/${id}/nodes/write`),
    200,
  );
  return data[0]?.output;
};

describe('a streaming node', () => {
  it('shows its text while the provider still writes, and keeps the whole', async () => {
    const { id, model } = await begin();
    const stream = await watch(id);
    const first = await stream.until('node.delta');
    expect(first.map(({ event }) => event)).toEqual([
      'run.queued',
      'run.started',
      'node.started',
      'node.delta',
    ]);
    expect(WHOLE.startsWith(textOf(first))).toBe(true);
    await providers.release(model);
    const rest = await stream.all();
    expect(textOf(rest, textOf(first))).toBe(WHOLE);
    expect(rest.at(-1)?.event).toBe('run.completed');
    expect(await outputOf(id)).toBe(WHOLE);
  });

  it('gives a watcher that was dropped what it has missed, once', async () => {
    const { id, model } = await begin();
    const one = await watch(id);
    const before = await one.until('node.delta');
    await one.drop();
    await providers.release(model);
    const two = await watch(id, before.at(-1)!.id);
    const after = await two.all();
    expect(after.map(({ event }) => event)).not.toContain('node.started');
    const plain = [...before, ...after]
      .filter(({ event }) => event === 'node.delta')
      .map(({ data }) => (JSON.parse(data) as { text: string }).text);
    expect(plain.join('')).toBe(WHOLE);
  });

  it('gives one that comes when all is over the whole', async () => {
    const { id, model } = await begin();
    await providers.asked(model, 1);
    await providers.release(model);
    await call(`/v1/runs/${id}?wait=10`);
    const late = await watch(id);
    expect(textOf(await late.all())).toBe(WHOLE);
  });

  it('gives the whole after a death of the object too', async () => {
    const { id, model } = await begin({ holdAt: 1 });
    const one = await watch(id);
    const before = await one.until('node.delta');
    await abortAllDurableObjects();
    await providers.script(model, { text: PIECES });
    await providers.release(model);
    const two = await watch(id, before.at(-1)!.id);
    const after = await two.all();
    expect(textOf(after, textOf(before))).toBe(WHOLE);
    await abortAllDurableObjects();
    const three = await watch(id);
    expect(textOf(await three.all())).toBe(WHOLE);
  });

  it('starts over at 0 when another attempt has to', async () => {
    const { id, model } = await begin({ cutAfter: 2, holdAt: 0 });
    const stream = await watch(id);
    await providers.asked(model, 1);
    await providers.release(model);
    const frames = await stream.until('node.retrying');
    expect(textOf(frames)).toBe(PIECES.slice(0, 2).join(''));
    await providers.script(model, { text: PIECES });
    expect(textOf(await stream.all(), textOf(frames))).toBe(WHOLE);
  });

  it('writes no row for a delta', async () => {
    const { id, model } = await begin();
    const stream = await watch(id);
    await stream.until('node.delta');
    await providers.release(model);
    await stream.all();
    const { data } = await bodyOf<{ data: { type: string }[] }>(
      await call(`/v1/runs/${id}/events`),
      200,
    );
    expect(data.map(({ type }) => type)).toEqual([
      'run.queued',
      'run.started',
      'node.started',
      'node.completed',
      'run.completed',
    ]);
  });
});
