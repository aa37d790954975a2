/** Runs over HTTP in workerd: durable and inline, watched, cancelled, lost and found again. */
import { abortAllDurableObjects } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { bodyOf, call, post, run } from '../support/api-client.ts';
import type { ProblemBody, RunBody } from '../support/api-client.ts';

const count = (id: string, text = '{{ text }}') => ({
  id,
  type: 'function_task',
  function_identifier: 'text-tools.word_count',
  input: { text },
});
const textInput = [{ id: 'text', type: 'text', default: 'one two three' }];

/** The shape of the document that the project began with. */
const seed = {
  name: 'seed',
  user_inputs: [{ id: 'texts', type: 'json' }],
  nodes: [
    {
      id: 'rate',
      type: 'map',
      over: 'texts',
      max_concurrency: 8,
      task: {
        type: 'function_task',
        function_identifier: 'text-tools.quality_score',
        input: { text: '{{ item }}', min_words: 5 },
      },
    },
    {
      id: 'quality',
      type: 'function_task',
      function_identifier: 'json-tools.merge',
      input: {
        values: [{ quality_score: '{{ rate | map(attribute="result.quality_score") | min }}' }],
      },
    },
    {
      id: 'polish',
      type: 'language_task',
      prompt: 'Polish {{ texts | length }} texts',
      examples: 'polished',
    },
    { id: 'publish', type: 'language_task', prompt: 'Publish', examples: 'published' },
    { id: 'reject', type: 'language_task', prompt: 'Reject', examples: 'rejected' },
  ],
  edges: [
    'rate to quality',
    'quality to publish if quality.quality_score >= 9',
    'quality to polish if quality.quality_score >= 4 and quality.quality_score < 9',
    'quality to END if quality.quality_score < 4',
    'polish to publish',
    { from: 'polish', to: 'reject', condition: 'quality.quality_score < 0' },
  ],
  final_outputs: ['quality.quality_score', 'publish', 'polish'],
};

const GOOD =
  'The office moves in May. Every team gets a room with daylight. Please pack your desk by Friday evening.';

function statuses({ nodes }: RunBody): Record<string, string> {
  return Object.fromEntries(nodes.map(({ key, status }) => [key, status]));
}

describe('a run of the seed shape', () => {
  it.each(['durable', 'inline'])(
    'goes straight to the end of the good branch, %s',
    async (mode) => {
      const done = await run(seed, { texts: [GOOD, GOOD] }, { mode });
      expect(statuses(done)).toEqual({
        rate: 'completed',
        quality: 'completed',
        publish: 'completed',
        polish: 'skipped',
        reject: 'skipped',
      });
      expect(done.result).toMatchObject({ publish: 'published' });
      expect(done.missing_outputs).toEqual(['polish']);
    },
  );

  it.each(['durable', 'inline'])('ends early at END and skips the rest, %s', async (mode) => {
    const done = await run(seed, { texts: [GOOD, ''] }, { mode });
    expect(statuses(done)).toEqual({
      rate: 'completed',
      quality: 'completed',
      publish: 'skipped',
      polish: 'skipped',
      reject: 'skipped',
    });
    expect(done.status).toBe('completed');
    expect(done.missing_outputs).toEqual(['publish', 'polish']);
    expect(done.metrics).toMatchObject({
      node_count: 2,
      skipped_count: 3,
      item_count: 2,
      error_count: 0,
      cache_hit_rate: null,
    });
  });
});

describe('a map of many items', () => {
  // The platform lets an isolate set 10 000 timers at a time; each attempt sets one.
  it('keeps the order of 10 100 items and takes back what each attempt took', async () => {
    const item = {
      type: 'function_task',
      function_identifier: 'json-tools.merge',
      input: { values: [{ i: '{{ item }}' }] },
    };
    const recipe = {
      name: 'many',
      nodes: [
        {
          id: 'all',
          type: 'map',
          over: '{{ range(10100) }}',
          max_concurrency: 20,
          collect: 'values',
          task: item,
        },
      ],
    };
    const done = await run(recipe);
    expect(done.status).toBe('completed');
    expect(done.result!['all']).toEqual(Array.from({ length: 10_100 }, (_, i) => ({ i })));
  }, 60_000);
});

describe('status', () => {
  it('has the shapes running and completed, and 404 for a run that is none', async () => {
    const slow = {
      name: 'slow',
      user_inputs: textInput,
      nodes: Array.from({ length: 60 }, (_, index) => count(`n${index}`)),
    };
    const accepted = await post('/v1/runs', { recipe: slow });
    const { id, status, ...view } = await bodyOf<RunBody>(accepted, 202);
    expect(status).toBe('running');
    expect(view.runtime_ms).toEqual(expect.any(Number));
    expect(accepted.headers.get('location')).toBe(`/v1/runs/${id}`);
    await call(`/v1/runs/${id}/events`, { headers: { accept: 'text/event-stream' } }).then(
      (answer) => answer.text(),
    );
    const done = await bodyOf<RunBody>(await call(`/v1/runs/${id}`), 200);
    expect(done.status).toBe('completed');
    expect(done.result).toMatchObject({ n59: { words: 3 } });
    await bodyOf(await call('/v1/runs/run_00000000000000000000000000'), 404);
  });

  it('has the shape failed, with the code, the node and the state that was reached', async () => {
    const failing = {
      name: 'failing',
      nodes: [
        count('good', 'a b'),
        { ...count('bad'), input: { nothing: 1 } },
        count('never', 'c'),
      ],
    };
    const done = await run(failing);
    expect(done).toMatchObject({ status: 'failed', error: { code: 'plugin_error', node: 'bad' } });
    expect(statuses(done)).toEqual({ good: 'completed', bad: 'failed' });
    expect(done.metrics).toMatchObject({ error_count: 1 });
  });

  it('goes on after a failed node under on_error: continue', async () => {
    const recipe = {
      name: 'continuing',
      nodes: [
        { ...count('bad'), input: { nothing: 1 }, on_error: 'continue' },
        count('after', '{{ bad.success }} {{ bad.error.code }}'),
      ],
    };
    const done = await run(recipe);
    expect(done.status).toBe('completed');
    expect(done.result).toMatchObject({
      bad: { success: false, error: { code: 'plugin_error' } },
      after: { words: 2 },
    });
  });
});

describe('events', () => {
  it('replay in order without a gap, resume by Last-Event-ID, and end with 204', async () => {
    const { id } = await run({
      name: 'short',
      user_inputs: textInput,
      nodes: [count('a'), count('b')],
    });
    const stream = await call(`/v1/runs/${id}/events`, {
      headers: { accept: 'text/event-stream' },
    });
    expect(stream.headers.get('content-type')).toContain('text/event-stream');
    const text = await stream.text();
    const ids = [...text.matchAll(/^id: (\d+)$/gm)].map(([, seq]) => Number(seq));
    expect(ids).toEqual(ids.map((_, index) => index + 1));
    expect([...text.matchAll(/^event: (.+)$/gm)].map(([, type]) => type)).toEqual([
      'run.queued',
      'run.started',
      'node.started',
      'node.completed',
      'node.started',
      'node.completed',
      'run.completed',
    ]);
    const rest = await call(`/v1/runs/${id}/events`, {
      headers: { accept: 'text/event-stream', 'last-event-id': '5' },
    });
    expect(
      [...(await rest.text()).matchAll(/^id: (\d+)$/gm)].map(([, seq]) => Number(seq)),
    ).toEqual([6, 7]);
    const none = await call(`/v1/runs/${id}/events`, {
      headers: { accept: 'text/event-stream', 'last-event-id': '7' },
    });
    expect(none.status).toBe(204);
  });
});

describe('cancel', () => {
  it('ends a run under way, twice the same, and refuses a finished one', async () => {
    const slow = {
      name: 'slow',
      user_inputs: textInput,
      nodes: Array.from({ length: 200 }, (_, index) => count(`n${index}`)),
    };
    const { id } = await bodyOf<RunBody>(await post('/v1/runs', { recipe: slow }), 202);
    const cancelled = await bodyOf<RunBody>(
      await call(`/v1/runs/${id}/cancel`, { method: 'POST' }),
      202,
    );
    expect(cancelled.status).toBe('cancelled');
    expect(
      (await bodyOf<RunBody>(await call(`/v1/runs/${id}/cancel`, { method: 'POST' }), 202)).status,
    ).toBe('cancelled');
    const { id: finished } = await run({ name: 'short', nodes: [count('a', 'x')] });
    const refused = await bodyOf<ProblemBody>(
      await call(`/v1/runs/${finished}/cancel`, { method: 'POST' }),
      409,
    );
    expect(refused.code).toBe('run_finished');
  });
});

describe('an object that dies', () => {
  it('takes up its runs where the tables say, and repeats no decided step', async () => {
    const slow = {
      name: 'slow',
      user_inputs: textInput,
      nodes: Array.from({ length: 120 }, (_, index) => count(`n${index}`)),
    };
    const { id } = await bodyOf<RunBody>(await post('/v1/runs', { recipe: slow }), 202);
    await abortAllDurableObjects();
    const stream = await call(`/v1/runs/${id}/events`, {
      headers: { accept: 'text/event-stream' },
    });
    const text = await stream.text();
    const completed = [...text.matchAll(/^event: node\.completed\ndata: (.*)$/gm)].map(
      ([, data]) => (JSON.parse(data!) as { key: string }).key,
    );
    expect(completed).toEqual(Array.from({ length: 120 }, (_, index) => `n${index}`));
    expect(text).toContain('event: run.completed');
  });
});

describe('idempotency', () => {
  it.each(['durable', 'inline'])(
    'a second submission gets the first run, another body is refused, %s',
    async (mode) => {
      const recipe = { name: 'once', nodes: [count('a', 'x')] };
      const headers = { 'idempotency-key': `key-${mode}`, prefer: 'wait=30' };
      const first = await bodyOf<RunBody>(await post('/v1/runs', { recipe, mode }, headers), 200);
      const again = await post('/v1/runs', { recipe, mode }, headers);
      expect(again.headers.get('idempotent-replayed')).toBe('true');
      expect((await bodyOf<RunBody>(again, 200)).id).toBe(first.id);
      const other = await bodyOf<ProblemBody>(
        await post('/v1/runs', { recipe, mode, labels: { a: 1 } }, headers),
        422,
      );
      expect(other.code).toBe('idempotency_mismatch');
    },
  );
});
