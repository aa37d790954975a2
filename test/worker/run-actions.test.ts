/** What is done to runs, over HTTP in workerd: pausing, trying again, doing again, many at once. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { createPartitions } from '../../src/adapters/durable-objects/partitions.ts';
import { createRuns } from '../../src/adapters/durable-objects/runs.ts';
import { createIds } from '../../src/adapters/system/ids.ts';
import { PLAIN } from '../../src/core/queue/admission.ts';
import { placeOfRun } from '../../src/core/queue/place.ts';
import { compileRecipe } from '../../src/core/recipe/compile.ts';
import { bodyOf, call, post, run } from '../support/api-client.ts';
import type { ProblemBody, RunBody } from '../support/api-client.ts';
import type { WorkflowQueueObject } from '../../src/adapters/durable-objects/workflow-queue.ts';

const count = (id: string, text: string) => ({
  id,
  type: 'function_task',
  function_identifier: 'text-tools.word_count',
  input: { text },
});
const waiting = (name: string) => ({ name, nodes: [{ id: 'w', type: 'wait', event: 'go' }] });
const act = (id: string, action: string, body?: object) =>
  body === undefined
    ? call(`/v1/runs/${id}/${action}`, { method: 'POST' })
    : post(`/v1/runs/${id}/${action}`, body);

describe('one run', () => {
  it('is paused and resumed, twice the same each', async () => {
    const { id } = await bodyOf<RunBody>(
      await post('/v1/runs', { recipe: waiting('pausing') }),
      202,
    );
    for (const _ of [1, 2])
      expect((await bodyOf<RunBody>(await act(id, 'pause'), 202)).status).toBe('paused');
    for (const _ of [1, 2])
      expect((await bodyOf<RunBody>(await act(id, 'resume'), 202)).status).toMatch(
        /running|waiting/,
      );
    await act(id, 'cancel');
    expect((await bodyOf<ProblemBody>(await act(id, 'pause'), 409)).code).toBe('run_finished');
    expect((await bodyOf<ProblemBody>(await act('run_none', 'pause'), 404)).code).toBe(
      'run_not_found',
    );
  });

  it('is replayed from a node with other inputs, and says of which run', async () => {
    const recipe = {
      name: 'again',
      user_inputs: [{ id: 'text', type: 'text', default: 'a b' }],
      nodes: [count('first', 'x y z'), count('second', '{{ text }}')],
    };
    const done = await run(recipe);
    const again = await post(
      `/v1/runs/${done.id}/replay`,
      { from: 'second', inputs: { text: 'one two three four' } },
      { prefer: 'wait=30', 'idempotency-key': 'replay-1' },
    );
    const body = await bodyOf<RunBody & { replay_of: string }>(again, 200);
    expect(body).toMatchObject({
      replay_of: done.id,
      result: { first: { words: 3 }, second: { words: 4 } },
    });
    expect(body.nodes[0]!.stats).toMatchObject({ reused: true });
    const same = await post(
      `/v1/runs/${done.id}/replay`,
      { from: 'second', inputs: { text: 'one two three four' } },
      { prefer: 'wait=30', 'idempotency-key': 'replay-1' },
    );
    expect((await bodyOf<RunBody>(same, 200)).id).toBe(body.id);
  });

  it('is replayed with the latest version of its recipe, and with inputs that are checked', async () => {
    const put = (text: string) =>
      call('/v1/recipes/versioned', {
        method: 'PUT',
        headers: { 'content-type': 'application/yaml' },
        body: `name: versioned\nuser_inputs: [{id: n, type: int, default: 1}]\nnodes: [{id: a, type: function_task, function_identifier: text-tools.word_count, input: {text: "${text}"}}]\n`,
      });
    await put('one');
    const first = await bodyOf<RunBody>(
      await post('/v1/recipes/versioned/runs', {}, { prefer: 'wait=30' }),
      200,
    );
    await put('one two');
    const replay = (body: object) =>
      post(`/v1/runs/${first.id}/replay`, body, { prefer: 'wait=30' });
    expect((await bodyOf<RunBody>(await replay({}), 200)).result).toMatchObject({
      a: { words: 1 },
    });
    expect((await bodyOf<RunBody>(await replay({ version: 'latest' }), 200)).result).toMatchObject({
      a: { words: 2 },
    });
    expect((await bodyOf<ProblemBody>(await replay({ inputs: { n: 'x' } }), 422)).code).toBe(
      'inputs_invalid',
    );
    expect((await bodyOf<ProblemBody>(await replay({ version: 9 }), 404)).code).toBe(
      'recipe_not_found',
    );
  });

  it.each([
    ['an item without its place', { item: 1 }, 400, 'bad_request'],
    ['an unknown key', { form: 'a' }, 400, 'bad_request'],
    ['a point that there is not', { from: 'nothing' }, 404, 'node_not_found'],
    ['a version that is none', { version: 'newest' }, 400, 'bad_request'],
  ])('%s is refused', async (_what, body, status, code) => {
    const done = await run({ name: 'short', nodes: [count('a', 'x')] });
    expect((await bodyOf<ProblemBody>(await act(done.id, 'replay', body), status)).code).toBe(code);
  });

  it('that was executed inline is replayed only where its recipe was kept', async () => {
    const inline = await run({ name: 'gone', nodes: [count('a', 'x')] }, {}, { mode: 'inline' });
    expect((await bodyOf<ProblemBody>(await act(inline.id, 'replay', {}), 409)).code).toBe(
      'run_not_kept',
    );
  });
});

describe('many runs', () => {
  it('are listed with why they failed, filtered, paged with a Link, retried and discarded', async () => {
    const failing = {
      name: 'dead-letters',
      nodes: [{ ...count('bad', ''), input: { nothing: 1 } }],
    };
    for (const n of [1, 2, 3]) await run(failing, {}, { labels: { batch: 'x', n } });
    const page = await call('/v1/runs?status=failed&recipe=dead-letters&label=batch:x&limit=2');
    expect(page.headers.get('link')).toMatch(/rel="next"/);
    const { data } = await bodyOf<{ data: { id: string; error: object }[] }>(page, 200);
    expect(data[0]).toMatchObject({ error: { code: 'plugin_error', node: 'bad' } });
    const bulk = (body: object) => post('/v1/runs/bulk', body);
    const filter = { recipe: 'dead-letters', label: 'n:2' };
    expect(await bodyOf(await bulk({ action: 'retry', filter }), 202)).toEqual({
      changed: 1,
      has_more: false,
    });
    const all = { recipe: 'dead-letters', created: { gte: '2020-01-01T00:00:00Z' } };
    expect(await bodyOf(await bulk({ action: 'cancel', filter: all }), 202)).toMatchObject({
      has_more: false,
    });
    expect(await bodyOf(await bulk({ action: 'discard', filter: all, limit: 2 }), 202)).toEqual({
      changed: 2,
      has_more: true,
    });
    for (const wrong of [
      { action: 'discard', filter: {} },
      { action: 'explode', filter: all },
      { action: 'cancel', filter: { label: 'no colon' } },
      { action: 'cancel', filter: { created: { gte: 'yesterday' } } },
      { action: 'cancel' },
    ])
      expect((await bodyOf<ProblemBody>(await bulk(wrong), 400)).code).toBe('bad_request');
  });

  it('are counted by the queue', async () => {
    expect(await bodyOf(await call('/v1/queue'), 200)).toMatchObject({
      running: expect.any(Number),
      max_running: 100,
      queued: 0,
      oldest_age_ms: null,
      recipes: expect.any(Array),
    });
  });
});

describe('partitions', () => {
  const ids = createIds();
  // SAFETY: the binding of the Worker under test.
  const namespace = (
    env as unknown as { WORKFLOW_QUEUE: DurableObjectNamespace<WorkflowQueueObject> }
  ).WORKFLOW_QUEUE;
  const runs = createRuns(createPartitions({ namespace, count: 3, ids }), ids);
  const { plan } = compileRecipe({
    path: 'recipes/p.yaml',
    text: 'name: p\nnodes: [{id: w, type: wait, event: go}]',
    sources: new Map(),
    prompts: new Map(),
  });
  const submission = {
    tenant: 'spread',
    recipe: 'p',
    recipeVersion: null,
    planHash: 'p'.repeat(64),
    plan: plan!,
    inputs: {},
    labels: {},
    warnings: [],
    admission: PLAIN,
  };

  it('keep runs of one key together, spread the others, and are one to whoever asks', async () => {
    const made: string[] = [];
    for (let n = 0; n < 24; n += 1) {
      const place = n < 6 ? 'key a' : undefined;
      const done = await runs.submit({ ...submission, ...(place !== undefined && { place }) });
      if (done.ok) made.push(done.value.view.id);
    }
    expect(new Set(made.slice(0, 6).map(placeOfRun)).size).toBe(1);
    expect(new Set(made.map(placeOfRun)).size).toBe(3);
    for (const id of made) expect((await runs.find('spread', id))?.id).toBe(id);
    const listed: string[] = [];
    for (let cursor: string | undefined; ; cursor = listed.at(-1)) {
      const page = await runs.list('spread', { limit: 7, ...(cursor !== undefined && { cursor }) });
      listed.push(...page.map(({ id }) => id));
      if (page.length < 7) break;
    }
    expect(listed).toEqual(made.toSorted().toReversed());
    expect(await runs.queue('spread')).toMatchObject({ max_running: 300, queued: 0 });
    const order = { action: 'cancel' as const, filter: { recipe: 'p' }, limit: 20 };
    expect(await runs.bulk('spread', order)).toEqual({ changed: 20, hasMore: true });
    expect(await runs.bulk('spread', order)).toEqual({ changed: 4, hasMore: false });
  });

  it('know a key again wherever it led before', async () => {
    const idempotency = { key: 'k', bodyHash: 'h' };
    const first = await runs.submit({ ...submission, idempotency });
    const second = await runs.submit({ ...submission, idempotency });
    expect(first.ok && second.ok && second.value.view.id === first.value.view.id).toBe(true);
    expect(second.ok && second.value.replayed).toBe(true);
    if (first.ok) await runs.cancel('spread', first.value.view.id);
  });
});
