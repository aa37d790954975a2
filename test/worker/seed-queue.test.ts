/** The seed's rows about the queue, S29 to S34, over HTTP in workerd. */
import { abortAllDurableObjects } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { bodyOf, call, post, run } from '../support/api-client.ts';
import type { ProblemBody, RunBody } from '../support/api-client.ts';

/** Counts words a few hundred times, which takes a while. */
const long = (name: string, more: object = {}) => ({
  name,
  nodes: Array.from({ length: 300 }, (_, index) => ({
    id: `n${index}`,
    type: 'function_task',
    function_identifier: 'text-tools.word_count',
    input: { text: 'a b' },
  })),
  ...more,
});
const pausing = (name: string, more: object = {}) => ({
  name,
  nodes: [{ id: 'w', type: 'wait', event: 'go' }],
  ...more,
});

const submit = async (recipe: unknown, more: object = {}) =>
  bodyOf<RunBody>(await post('/v1/runs', { recipe, ...more }), 202);
const statusOf = async (id: string) =>
  bodyOf<RunBody & { queue_position?: number; start_at?: string }>(
    await call(`/v1/runs/${id}`),
    200,
  );
const cancel = (id: string) => call(`/v1/runs/${id}/cancel`, { method: 'POST' });

describe('S29 queue: submit gives an id', () => {
  it('at once, durably: the run is there after its object was lost', async () => {
    const answer = await post('/v1/runs', { recipe: pausing('s29') });
    const { id } = await bodyOf<RunBody>(answer, 202);
    expect(answer.headers.get('location')).toBe(`/v1/runs/${id}`);
    await abortAllDurableObjects();
    expect((await statusOf(id)).id).toBe(id);
    await cancel(id);
  });
});

describe('S30 bounded workers', () => {
  it('let a recipe have as many runs under way as it says, and keep the others in order', async () => {
    const recipe = long('s30', { limits: { max_concurrent: 1 } });
    const runs = [await submit(recipe), await submit(recipe), await submit(recipe)];
    expect(runs.map(({ status }) => status)).toEqual(['running', 'queued', 'queued']);
    expect(runs.map(({ queue_position }) => queue_position)).toEqual([undefined, 1, 2]);
    const urgent = await submit(recipe, { priority: 9 });
    expect(urgent.queue_position).toBe(1);
    for (const { id } of [...runs, urgent].toReversed()) await cancel(id);
  });
});

describe('S31 active and completed', () => {
  it('a slot that one run gives back goes to the next without anybody asking', async () => {
    const recipe = long('s31', { concurrency: { limit: 1 } });
    const [first, second] = [await submit(recipe), await submit(recipe)];
    expect(second.status).toBe('queued');
    await cancel(first.id);
    expect((await statusOf(second.id)).status).toBe('running');
    await cancel(second.id);
  });

  it('on_limit: reject answers 429 and when to try again', async () => {
    const recipe = long('s31-reject', { concurrency: { limit: 1, on_limit: 'reject' } });
    const first = await submit(recipe);
    const refused = await post('/v1/runs', { recipe });
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    expect((await bodyOf<ProblemBody>(refused, 429)).code).toBe('concurrency_limit');
    await cancel(first.id);
  });
});

describe('S32 status by id', () => {
  it('has the shape queued, with the place in the queue and the time before which it does not start', async () => {
    const startAt = new Date(Date.now() + 3_600_000).toISOString();
    const { id } = await submit(pausing('s32'), { start_at: startAt });
    expect(await statusOf(id)).toMatchObject({
      status: 'queued',
      queue_position: expect.any(Number),
      start_at: startAt,
    });
    await cancel(id);
    expect((await statusOf(id)).status).toBe('cancelled');
  });

  it.each([
    ['a time without a zone', { start_at: '2027-01-01T00:00:00' }],
    ['a time that is none', { start_at: 'soon' }],
    ['a time too far ahead', { start_at: '2999-01-01T00:00:00Z' }],
    ['a time for an inline run', { start_at: '2027-01-01T00:00:00Z', mode: 'inline' }],
    ['a priority that is too high', { priority: 101 }],
    ['a priority that is no whole number', { priority: 1.5 }],
  ])('%s is refused before anything is queued', async (_what, more) => {
    const answer = await post('/v1/runs', { recipe: pausing('s32-bad'), ...more });
    expect((await bodyOf<ProblemBody>(answer, 400)).code).toBe('bad_request');
  });
});

describe('S33 parallel work', () => {
  it('nodes that do not need each other are under way at one time', async () => {
    const event = (id: string) => ({ id, type: 'wait', event: id });
    const recipe = {
      name: 's33',
      nodes: [event('left'), event('right')],
      edges: ['START to left', 'START to right'],
    };
    const { id } = await submit(recipe);
    for (const name of ['left', 'right']) await post(`/v1/runs/${id}/events/${name}`, {});
    const page = await bodyOf<{ data: { type: string }[] }>(
      await call(`/v1/runs/${id}/events`),
      200,
    );
    const types = page.data.map(({ type }) => type).filter((type) => type.startsWith('node.'));
    expect(types.slice(0, 4).toSorted()).toEqual([
      'node.started',
      'node.started',
      'node.waiting',
      'node.waiting',
    ]);
    expect((await statusOf(id)).status).toBe('completed');
  });
});

describe('S34 skipping', () => {
  it('a node whose condition does not hold costs nothing and says so', async () => {
    const node = (id: string) => ({
      id,
      type: 'function_task',
      function_identifier: 'text-tools.word_count',
      input: { text: 'a b' },
    });
    const recipe = {
      name: 's34',
      nodes: [node('cheap'), { ...node('costly'), when: 'cheap.words > 5' }],
    };
    const done = await run(recipe);
    expect(done.nodes.map(({ key, status }) => `${key} ${status}`)).toEqual([
      'cheap completed',
      'costly skipped',
    ]);
    expect(done.metrics).toMatchObject({ node_count: 1, skipped_count: 1, attempts: 1 });
  });
});
