/** The seed's rows about maps, conditions and chunks, S01 to S07, S16, S19 to S21, over HTTP in workerd. */
import { describe, expect, it } from 'vitest';
import { bodyOf, call, post, run } from '../support/api-client.ts';
import type { ProblemBody, RunBody } from '../support/api-client.ts';

const count = (text: string, more: object = {}) => ({
  type: 'function_task',
  function_identifier: 'text-tools.word_count',
  input: { text },
  ...more,
});
const eachItem = (over: unknown, task: object, more: object = {}) => ({
  id: 'm',
  type: 'map',
  over,
  task,
  ...more,
});
const list = (length: number) => Array.from({ length }, (_, index) => `word ${index}`);

describe('S01 a map over a list instead of a node per item', () => {
  const recipe = {
    name: 's01',
    user_inputs: [{ id: 'texts', type: 'json' }],
    nodes: [eachItem('texts', count('{{ item }}'), { collect: 'values' })],
  };

  it.each(['durable', 'inline'])('runs 150 items as one node, in order, %s', async (mode) => {
    const done = await run(recipe, { texts: list(150) }, { mode });
    const results = done.result?.['m'] as readonly { words: number }[];
    expect(results).toHaveLength(150);
    expect(results.every(({ words }) => words === 2)).toBe(true);
    expect(done.metrics).toMatchObject({ node_count: 1, item_count: 150, error_count: 0 });
  });

  it('is refused without a task', async () => {
    const { task: _task, ...map } = eachItem('texts', {});
    const answer = await post('/v1/runs', { recipe: { ...recipe, nodes: [map] } });
    const problem = await bodyOf<ProblemBody>(answer, 422);
    expect(problem.errors?.map(({ code }) => code)).toContain('missing_key');
  });
});

describe('S02 an input that is a list is read by index', () => {
  it.each([
    ['{{ uploaded_files[0] }}', 'a.txt'],
    ['{{ uploaded_files[-1].upper() }}', 'B.TXT'],
    ['uploaded_files[1]', 'b.txt'],
    ['{{ uploaded_files[7] }}', null],
  ])('%s', async (text, expected) => {
    const done = await run(
      {
        name: 's02',
        user_inputs: [{ id: 'uploaded_files', type: 'json' }],
        nodes: [
          {
            id: 'pick',
            type: 'function_task',
            function_identifier: 'json-tools.merge',
            input: { values: [{ file: text }] },
          },
        ],
      },
      { uploaded_files: ['a.txt', 'b.txt'] },
    );
    expect(done.result).toEqual({ pick: { file: expected } });
  });
});

describe.each([
  ['S03', 'work for the processor', 4],
  ['S04', 'work that waits', 20],
  ['S05', 'work that takes memory', 2],
])('%s max_concurrency for %s', (name, _, most) => {
  it(`has ${most} items in flight, and never more`, async () => {
    const recipe = {
      name: name.toLowerCase(),
      nodes: [
        eachItem(
          Array.from({ length: most + 3 }, (__, index) => index),
          { type: 'hitl', title: '{{ item }}' },
          { max_concurrency: most, collect: 'values' },
        ),
      ],
    };
    const { id } = await bodyOf<RunBody>(await post('/v1/runs', { recipe }), 202);
    const pending = async () => {
      const answer = await call('/v1/approvals');
      const { data } = await bodyOf<{ data: { id: string; run_id: string }[] }>(answer, 200);
      return data.filter((each) => each.run_id === id);
    };
    const first = await pending();
    expect(first).toHaveLength(most);
    const approved = await post(`/v1/approvals/${first[0]?.id}`, { approved: true });
    expect(approved.status).toBe(200);
    const next = await pending();
    expect(next).toHaveLength(most);
    expect(next.map((each) => each.id)).not.toContain(first[0]?.id);
    await call(`/v1/runs/${id}/cancel`, { method: 'POST' });
  });
});

const graded = {
  user_inputs: [{ id: 'score', type: 'float' }],
  nodes: [
    {
      id: 'quality',
      type: 'function_task',
      function_identifier: 'json-tools.merge',
      input: { values: [{ score: '{{ score }}' }] },
    },
    { id: 'publish', ...count('a') },
    { id: 'polish', ...count('a b') },
  ],
};

describe('S06 conditional edges', () => {
  const recipe = {
    name: 's06',
    ...graded,
    edges: [
      'quality to publish if quality.score >= 9',
      'quality to polish if quality.score >= 4 and quality.score < 9',
    ],
  };

  it.each([
    [9, 'publish'],
    [8.9, 'polish'],
    [4, 'polish'],
  ])('score %d leads to %s', async (score, node) => {
    const done = await run(recipe, { score });
    const ran = done.nodes.filter(({ status }) => status === 'completed').map(({ key }) => key);
    expect(ran).toEqual(['quality', node]);
  });

  it('a value that fits no edge ends the branch and not in a hang', async () => {
    const done = await run(recipe, { score: 1 });
    expect(done.status).toBe('completed');
    expect(done.warnings.map(({ code }) => code)).toContain('no_branch_taken');
  });
});

describe('S07 early exit to END', () => {
  it('skips the rest and says how much that was', async () => {
    const recipe = {
      name: 's07',
      ...graded,
      edges: [
        'quality to END if quality.score < 4',
        'quality to polish if quality.score >= 4',
        'polish to publish',
      ],
    };
    const left = await run(recipe, { score: 1 });
    expect(left).toMatchObject({ status: 'completed', warnings: [] });
    expect(left.metrics).toMatchObject({ node_count: 1, skipped_count: 2 });
    const all = await run(recipe, { score: 5 });
    expect(all.metrics).toMatchObject({ node_count: 3, skipped_count: 0 });
  });
});

describe('S16 in a row where side by side was possible', () => {
  it('is told, with the critical path of both', async () => {
    const recipe = (more: object) => ({
      name: 's16',
      nodes: [
        { id: 'a', ...count('a') },
        { id: 'b', ...count('b') },
      ],
      ...more,
    });
    const plan = async (text: object) => {
      const answer = await post('/v1/plan', text);
      return bodyOf<{
        diagnostics: { code: string; suggestion?: string }[];
        critical_path: { nodes: string[] };
      }>(answer, 200);
    };
    const chain = await plan(recipe({}));
    expect(chain.diagnostics).toMatchObject([
      { code: 'could_be_parallel', suggestion: 'edges: auto' },
    ]);
    const auto = await plan(recipe({ edges: 'auto' }));
    expect(auto.diagnostics).toEqual([]);
    expect(JSON.stringify(auto.critical_path).length).toBeLessThan(
      JSON.stringify(chain.critical_path).length,
    );
  });
});

describe('S19 a large file in chunks, S20 their results together', () => {
  it.each([
    ['durable', { by: 'bytes', size: 7 }],
    ['inline', { by: 'lines', size: 3 }],
  ])('counts no word twice at a border, %s, by %j', async (mode, chunk) => {
    const text = 'Alpha beta gamma.\nDelta epsilon zeta eta.\n'.repeat(300);
    const put = await call('/v1/files/s19.txt', { method: 'PUT', body: text });
    expect(put.status).toBeLessThan(300);
    const done = await run(
      {
        name: 's19',
        user_inputs: [{ id: 'doc', type: 'file' }],
        nodes: [
          {
            id: 'total',
            type: 'reduce',
            over: { file: 'doc', chunk },
            function_identifier: 'text-tools.word_total',
          },
        ],
      },
      { doc: 's19.txt' },
      { mode },
    );
    expect(done.result).toMatchObject({ total: { words: 2100 } });
  });
});

describe('S21 batches with concurrency and a count of errors', () => {
  it('keeps every position, and counts what failed', async () => {
    const done = await run({
      name: 's21',
      nodes: [
        eachItem(['a', 5, 'b c', null, 'd'], count('{{ item }}', {}), {
          batch_size: 2,
          max_concurrency: 2,
          on_error: 'skip',
          collect: 'values',
        }),
      ],
    });
    const results = done.result?.['m'] as readonly { words?: number; status?: string }[];
    expect(results).toHaveLength(5);
    expect([0, 2, 4].map((index) => results[index]?.words)).toEqual([1, 2, 1]);
    const failed = results.filter(({ status }) => status === 'failed').length;
    expect(failed).toBeGreaterThan(0);
    expect(done.metrics).toMatchObject({ item_count: 5, error_count: failed });
  });
});
