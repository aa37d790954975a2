/** The seed's rows about measures, S22 to S26, over HTTP in workerd: on every result, whichever way it ended. */
import { describe, expect, it } from 'vitest';
import { bodyOf, call, post, run } from '../support/api-client.ts';
import type { RunBody } from '../support/api-client.ts';

const count = (id: string, text = 'one two') => ({
  id,
  type: 'function_task',
  function_identifier: 'text-tools.word_count',
  input: { text },
});
const SEED_NAMES = [
  'total_time_ms',
  'node_time_ms',
  'parallel_efficiency',
  'slowest_node',
  'error_count',
  'cache_hit_rate',
  'node_count',
];

async function metricsOf(id: string): Promise<Record<string, unknown>> {
  return bodyOf(await call(`/v1/runs/${id}/metrics`), 200);
}

describe('S22 timing and memory per function', () => {
  it('every step says what it took: time, fuel, memory, tokens', async () => {
    const done = await run({
      name: 's22',
      nodes: [count('a'), { id: 'b', type: 'language_task', prompt: 'Say {{ a.words }}' }],
    });
    expect(done.nodes).toMatchObject([
      {
        key: 'a',
        stats: {
          wall_ms: expect.any(Number),
          fuel: expect.any(Number),
          memory_pages: expect.any(Number),
        },
      },
      {
        key: 'b',
        stats: { input_tokens: expect.any(Number), output_tokens: expect.any(Number) },
      },
    ]);
  });

  it('a failure is told and not swallowed, and no measure is mixed into the data', async () => {
    const done = await run({ name: 's22', nodes: [count('a'), count('b', '{{ 1 + [2] }}')] });
    expect(done).toMatchObject({ status: 'failed', error: { code: 'template_error', node: 'b' } });
    const [a] = (
      await bodyOf<{ data: { output: object }[] }>(await call(`/v1/runs/${done.id}/nodes/a`), 200)
    ).data;
    expect(Object.keys(a?.output ?? {})).not.toContain('wall_ms');
  });
});

describe.each([
  ['S23', 'durable'],
  ['S24', 'inline'],
])('%s the metrics of a workflow, %s', (name, mode) => {
  it("have the seed's names, at their own address and on the result", async () => {
    const recipe = {
      name: name.toLowerCase(),
      nodes: [count('a'), count('b'), count('c')],
      edges: ['a to c', 'b to c'],
    };
    const done = await run(recipe, {}, { mode });
    expect(Object.keys(done.metrics)).toEqual(expect.arrayContaining(SEED_NAMES));
    expect(await metricsOf(done.id)).toEqual(done.metrics);
    expect(done.metrics).toMatchObject({
      node_count: 3,
      error_count: 0,
      cache_hit_rate: null,
      attempts: 3,
      critical_path: { nodes: [expect.stringMatching(/^[ab]$/), 'c'] },
    });
  });

  it('divide nothing by nothing, and mix no runs up', async () => {
    const idle = { name, nodes: [{ ...count('a'), when: 'false' }] };
    const [none, one] = await Promise.all([
      run(idle, {}, { mode }),
      run({ name, nodes: [count('a')] }, {}, { mode }),
    ]);
    expect(none.metrics).toMatchObject({
      node_count: 0,
      node_time_ms: 0,
      slowest_node: null,
      cache_hit_rate: null,
      critical_path: { nodes: [], time_ms: 0 },
    });
    expect([null, 0]).toContain(none.metrics['parallel_efficiency']);
    expect(one.metrics).toMatchObject({ node_count: 1, slowest_node: { id: 'a' } });
    expect(JSON.stringify(none.metrics)).not.toMatch(/NaN|Infinity/);
  });
});

describe('S25 what a run takes, sampled', () => {
  it('gives average, most and least of its last hundred calls', async () => {
    const texts = Array.from({ length: 130 }, (_, index) => 'word '.repeat(1 + (index % 3)));
    const { input: _input, id: _id, ...task } = count('t');
    const map = {
      id: 'm',
      type: 'map',
      over: texts,
      task: { ...task, input: { text: '{{ item }}' } },
    };
    const done = await run({ name: 's25', nodes: [map] });
    const { samples, fuel } = done.metrics['resources'] as {
      samples: number;
      fuel: { average: number; max: number; min: number };
    };
    expect(samples).toBe(100);
    expect(fuel.min).toBeGreaterThan(0);
    expect(fuel.average).toBeGreaterThan(fuel.min);
    expect(fuel.max).toBeGreaterThan(fuel.average);
  });

  it('tells what its steps asked of the outside, and how busy its partition was', async () => {
    const recipe = {
      name: 's25-outside',
      nodes: [
        { ...count('a'), rate_limit: { limit: 4, window: 60, key: 's25' } },
        { id: 'b', type: 'language_task', prompt: 'Say {{ a.words }}' },
      ],
    };
    const done = await run(recipe, {}, { mode: 'durable' });
    const {
      queue_depth: depth,
      storage_bytes: bytes,
      ...resources
    } = done.metrics['resources'] as {
      [name: string]: { average: number; max: number; min: number };
    };
    expect(resources).toMatchObject({
      requests: { average: 1, max: 1, min: 1 },
      limit_used: { average: 0.25, max: 0.25, min: 0.25 },
    });
    expect(depth?.min).toBeGreaterThanOrEqual(0);
    expect(bytes?.min).toBeGreaterThan(4096);
    expect(bytes?.max).toBeGreaterThanOrEqual(bytes?.average ?? Infinity);
  });

  it('also of those that failed', async () => {
    const ask = { id: 'b', type: 'http_task', url: 'http://127.0.0.1:9/', on_error: 'continue' };
    const done = await run({ name: 's25-failed', nodes: [count('a'), ask] });
    expect(done.metrics).toMatchObject({ error_count: 1, resources: { requests: { max: 1 } } });
  });
});

describe('S26 measures stand on a result that did not end well', () => {
  it('failed', async () => {
    const done = await run({ name: 's26', nodes: [count('a'), count('b', '{{ 1 + [2] }}')] });
    expect(done.status).toBe('failed');
    expect(done.metrics).toMatchObject({
      node_count: 2,
      error_count: 1,
      resources: { samples: 1, memory_pages: { max: expect.any(Number) } },
    });
    expect(await metricsOf(done.id)).toEqual(done.metrics);
  });

  it('cancelled', async () => {
    const recipe = { name: 's26', nodes: [count('a'), { id: 'w', type: 'wait', event: 'never' }] };
    const { id } = await bodyOf<RunBody>(await post('/v1/runs', { recipe }), 202);
    const stopped = await call(`/v1/runs/${id}/cancel`, { method: 'POST' });
    expect(stopped.status).toBe(202);
    const metrics = await metricsOf(id);
    expect(Object.keys(metrics)).toEqual(expect.arrayContaining([...SEED_NAMES, 'resources']));
  });
});
