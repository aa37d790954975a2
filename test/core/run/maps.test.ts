/** Maps: order, concurrency, what items see, what is collected, and what a failed item does. */
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../src/core/json.ts';
import { call, each, give, inputs, recipe, task } from '../../support/recipe-text.ts';
import { runRecipe, runToEnd, startRun } from '../../support/run-recipe.ts';
import { settled } from '../../support/manual-clock.ts';

const VALUES = { collect: 'values' } as const;
const doubled = task('double', { n: '{{ item }}' });

async function mapped(over: JsonValue, inner = doubled, more = {}) {
  return (
    await runRecipe(recipe({ nodes: [each('m', over, inner, { ...VALUES, ...more })] }))
  ).outputs()?.['m'];
}

describe('a map', () => {
  it('gives results in the order of the items, whichever finishes first', async () => {
    const run = await startRun(
      recipe({ nodes: [each('m', ['a', 'b', 'c'], task('gate', { id: '{{ item }}' }), VALUES)] }),
    );
    for (const gate of run.functions.gates.toReversed()) {
      gate.open(gate.input['id'] ?? null);
      await settled();
    }
    expect(run.outputs()).toEqual({ m: ['a', 'b', 'c'] });
  });

  it.each([
    ['an empty list', [], []],
    ['an empty map', {}, []],
    ['nulls', [null, null], [0, 0]],
    ['numbers and strings', [1, '2'], [2, 4]],
    ['a map, its values in order', { x: 1, y: 2 }, [2, 4]],
    ['an expression', '{{ [1, 2] + [3] }}', [2, 4, 6]],
    ['a list in a list', [[1], [2]], [2, 4]],
  ])('goes over %s', async (_, over, expected) => {
    expect(await mapped(over)).toEqual(expected);
  });

  it.each([
    ['text', '{{ "abc" }}'],
    ['a number', '{{ 3 }}'],
    ['nothing', '{{ nope }}'],
    ['a boolean', '{{ true }}'],
  ])('does not go over %s', async (_, over) => {
    const run = await runRecipe(recipe({ nodes: [each('m', over, doubled)] }));
    expect(run.state.failure).toMatchObject({ code: 'map_over_invalid', node: 'm' });
  });

  it('does not go over more than 100 000 items', async () => {
    const run = await runRecipe(
      recipe({ nodes: [call('a', 'range', { n: 100_001 }), each('m', 'a', doubled)] }),
    );
    expect(run.state.failure).toMatchObject({ code: 'map_over_invalid', node: 'm' });
  });

  it('goes over an input by its bare name', async () => {
    const run = await runRecipe(
      recipe({ user_inputs: inputs('list'), nodes: [each('m', 'list', doubled, VALUES)] }),
      { inputs: { list: [4] } },
    );
    expect(run.outputs()).toEqual({ m: [8] });
  });

  it.each([
    [1, 1],
    [3, 3],
    [10, 10],
    [undefined, 10],
    [50, 20],
  ])('with max_concurrency %s has at most %s items in flight', async (max_concurrency, most) => {
    const over = Array.from({ length: 20 }, (_, index) => index);
    const more = max_concurrency === undefined ? {} : { max_concurrency };
    const run = await startRun(
      recipe({ nodes: [each('m', over, task('gate'), { ...VALUES, ...more })] }),
    );
    while (run.functions.gates.length > 0) {
      run.functions.gates.shift()!.open(1);
      await settled();
    }
    expect(run.functions.highWater()).toBe(most);
    expect(run.outputs()?.['m']).toHaveLength(20);
  });

  it('runs one item after the other in sequential mode', async () => {
    const run = await startRun(
      recipe({ nodes: [each('m', [1, 2], task('gate'), { execution_mode: 'sequential' })] }),
    );
    expect(run.functions.gates).toHaveLength(1);
  });

  it.each([1, 2, 7, 100])(
    'gives the same result under max_concurrency %s',
    async (max_concurrency) => {
      const over = Array.from({ length: 30 }, (_, index) => index);
      expect(await mapped(over, doubled, { max_concurrency })).toEqual(over.map((n) => n * 2));
    },
  );

  it('with a batch_size begins a batch once the one before it is decided', async () => {
    const run = await startRun(
      recipe({ nodes: [each('m', [1, 2, 3, 4, 5], task('gate'), { ...VALUES, batch_size: 2 })] }),
    );
    const seen: number[] = [];
    for (;;) {
      const gates = run.functions.gates.splice(0);
      if (gates.length === 0) break;
      seen.push(gates.length);
      gates[0]!.open(1);
      await settled();
      if (gates[1] !== undefined) expect(run.functions.gates).toEqual([]);
      gates[1]?.open(1);
      await settled();
    }
    expect(seen).toEqual([2, 2, 1]);
    expect(run.outputs()?.['m']).toHaveLength(5);
  });
});

describe('the task of a map', () => {
  it('sees item, index, loop, and key where there is one', async () => {
    const inner = task('value', {
      value: '{{ [item, index, loop.index, loop.first, loop.last, loop.length, key] }}',
    });
    expect(await mapped({ a: 'x', b: 'y' }, inner)).toEqual([
      ['x', 0, 1, true, false, 2, 'a'],
      ['y', 1, 2, false, true, 2, 'b'],
    ]);
  });

  it('sees the fields of its item, behind its own input', async () => {
    const inner = task('value', { value: '{{ name }}', extra: '{{ n }}' });
    expect(await mapped([{ name: 'x', n: 1 }], inner)).toEqual(['x']);
    const hidden = task('value', { value: { name: '{{ name }}', own: 1 } });
    expect(await mapped([{ name: 'x' }], hidden)).toEqual([{ name: 'x', own: 1 }]);
  });

  it('gets the fields and the item when it has no input', async () => {
    expect(await mapped([{ a: 1 }, 7], task('echo'))).toEqual([
      { a: 1, item: { a: 1 } },
      { item: 7 },
    ]);
  });

  it("sees what the map's own input gives, behind the item's fields", async () => {
    const inner = task('value', { value: '{{ tone }}-{{ name }}' });
    const more = { input: { tone: 'calm {{ 1 + 1 }}', name: 'hidden' } };
    expect(await mapped([{ name: 'x' }, {}], inner, more)).toEqual(['calm 2-x', 'calm 2-hidden']);
  });

  it('is passed through where its own `when` is false, and keeps the position', async () => {
    const inner = task('value', { value: '{{ item }}' }, { when: 'item > 1' });
    expect(await mapped([1, 2, 3], inner)).toEqual([null, 2, 3]);
    expect(await mapped([1, 2], inner, { collect: 'records' })).toEqual([
      { item: 1, index: 0, status: 'skipped', result: null },
      { value: 2, item: 2, index: 1, status: 'ok', result: 2 },
    ]);
  });

  it('sees nodes and inputs', async () => {
    const run = await runRecipe(
      recipe({
        user_inputs: inputs('factor'),
        nodes: [
          give('a', 2),
          each('m', [1, 2], task('value', { value: '{{ item * factor + a }}' }), VALUES),
        ],
      }),
      { inputs: { factor: 10 } },
    );
    expect(run.outputs()).toMatchObject({ m: [12, 22] });
  });

  it('may be a map, whose items see the outer item as parent', async () => {
    const inner = each(
      'x',
      '{{ item }}',
      task('value', { value: '{{ parent.index }}{{ index }}{{ item }}' }),
      VALUES,
    );
    const { id: _, ...nested } = inner;
    expect(await mapped([['a', 'b'], [], ['c']], nested)).toEqual([['00a', '01b'], [], ['20c']]);
  });

  it('may be a map in a map in a map', async () => {
    const innermost = task('value', {
      value: '{{ parent.parent.index ~ parent.key ~ key ~ item }}',
    });
    const { id: _a, ...middle } = each('y', 'item', innermost, VALUES);
    const { id: _b, ...outer } = each('x', 'item', middle, VALUES);
    expect(await mapped([{ p: { q: 1 } }], outer)).toEqual([[['0pq1']]]);
  });

  it('may be a language task', async () => {
    const inner = { type: 'language_task', prompt: 'Say {{ item }}' };
    expect(await mapped(['hi'], inner)).toEqual(['[mock] Say hi']);
  });

  it('may be a reduce', async () => {
    const inner = { type: 'reduce', over: '{{ item }}', function_identifier: 'test.sum' };
    expect(await mapped([[1, 2], [3]], inner)).toEqual([3, 3]);
  });

  it('may be a sub-recipe', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [
          each(
            'm',
            [1, 2, 3],
            { type: 'recipe', recipe_path: 'recipes/sub.yaml', input_mapping: { n: '{{ item }}' } },
            VALUES,
          ),
        ],
      }),
      {
        sources: {
          'recipes/sub.yaml': recipe({
            user_inputs: inputs('n'),
            nodes: [give('x', '{{ n + 1 }}')],
          }),
        },
      },
    );
    expect(run.outputs()).toEqual({ m: [{ x: 2 }, { x: 3 }, { x: 4 }] });
    expect(run.statuses()).toMatchObject({ 'm[0]/x': 'completed', 'm[2]/x': 'completed' });
  });
});

describe('what is collected', () => {
  const collected = async (over: JsonValue, inner: ReturnType<typeof task>, more = {}) => {
    const run = await runRecipe(recipe({ nodes: [each('m', over, inner, more)] }));
    return run.outputs()?.['m'];
  };

  it('is records when the task mentions the item', async () => {
    expect(await collected([{ a: 1 }], task('double', { n: '{{ item.a }}' }))).toEqual([
      { a: 1, n: 1, item: { a: 1 }, index: 0, status: 'ok', result: 2 },
    ]);
  });

  it('is records when the task has no input', async () => {
    expect(await collected([5], task('value'))).toEqual([
      { item: 5, index: 0, status: 'ok', result: null },
    ]);
  });

  it("is values when each of the task's inputs is a bare key of the item", async () => {
    expect(await collected([{ a: 1 }, { a: 2 }], task('double', { n: 'a' }))).toEqual([2, 4]);
  });

  it("takes the name of the result from the task's output", async () => {
    expect(
      await collected([1], task('double', { n: '{{ item }}' }, { output: 'twice' })),
    ).toMatchObject([{ item: 1, twice: 2 }]);
  });

  it('has the key of a map entry', async () => {
    expect(await collected({ a: 1 }, doubled)).toMatchObject([{ key: 'a', result: 2 }]);
  });

  it('is what `collect` says', async () => {
    expect(await collected([1], doubled, { collect: 'values' })).toEqual([2]);
    expect(await collected([{ a: 1 }], task('double', { n: 'a' }), { collect: 'records' })).toEqual(
      [{ a: 1, n: 1, item: { a: 1 }, index: 0, status: 'ok', result: 2 }],
    );
  });

  it('never takes a field of an item for its status, index or result', async () => {
    const [record] = (await collected(
      [{ status: 'x', index: 9, result: 8, item: 7 }],
      doubled,
    )) as [object];
    expect(record).toMatchObject({ status: 'ok', index: 0, item: { status: 'x' } });
  });
});

describe('a failed item', () => {
  const checked = task('check', { fail: '{{ item.bad | default(false) }}', n: '{{ item.n }}' });
  const over = [{ n: 1 }, { n: 2, bad: true }, { n: 3 }];
  const ran = (more: object, inner = checked) =>
    runRecipe(recipe({ nodes: [each('m', over, inner, { ...more })] }));

  it('fails the node by default, with its error and the finished results', async () => {
    const run = await ran({ ...VALUES });
    expect(run.state.failure).toMatchObject({
      code: 'map_items_failed',
      node: 'm',
      details: {
        errors: [{ index: 1, code: 'plugin_error', message: 'as asked' }],
        results: [
          { index: 0, value: { n: 1 } },
          { index: 2, value: { n: 3 } },
        ],
      },
    });
  });

  it('lets those in flight finish and starts no further ones under halt', async () => {
    const run = await startRun(
      recipe({ nodes: [each('m', [1, 2, 3, 4], task('gate'), { ...VALUES, max_concurrency: 2 })] }),
    );
    const [first, second] = run.functions.gates;
    first!.break('plugin_error');
    await settled();
    expect(run.status()).toBe('running');
    expect(run.functions.gates).toHaveLength(2);
    second!.open('kept');
    await runToEnd(run);
    expect(run.functions.gates).toHaveLength(2);
    expect(run.state.failure?.details).toMatchObject({ results: [{ index: 1, value: 'kept' }] });
  });

  it('lists every error when all of those in flight fail', async () => {
    const many = Array.from({ length: 40 }, (_, index) => index);
    const run = await runRecipe(
      recipe({ nodes: [each('m', many, task('fail'), { max_concurrency: 40 })] }),
    );
    expect(run.state.failure).toHaveProperty('details.errors.length', 40);
  });

  it('keeps its position under skip', async () => {
    expect((await ran({ ...VALUES, on_error: 'skip' })).outputs()).toEqual({
      m: [
        { n: 1 },
        { status: 'failed', error: { code: 'plugin_error', message: 'as asked' } },
        { n: 3 },
      ],
    });
  });

  it('is a record like the others under skip', async () => {
    expect((await ran({ collect: 'records', on_error: 'skip' })).outputs()?.['m']).toMatchObject([
      { index: 0, status: 'ok', n: 1 },
      {
        index: 1,
        status: 'failed',
        n: 2,
        item: { n: 2, bad: true },
        error: { code: 'plugin_error' },
      },
      { index: 2, status: 'ok', n: 3 },
    ]);
  });

  it('keeps the key of its map entry in its record', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [each('m', { a: 1 }, task('fail', { of: '{{ item }}' }), { on_error: 'skip' })],
      }),
    );
    expect(run.outputs()?.['m']).toMatchObject([{ key: 'a', status: 'failed' }]);
  });

  it('is left out under drop', async () => {
    expect((await ran({ ...VALUES, on_error: 'drop' })).outputs()).toEqual({
      m: [{ n: 1 }, { n: 3 }],
    });
  });

  it('makes the node an error that is passed on under continue', async () => {
    const run = await ran({ on_error: 'continue' });
    expect(run.status()).toBe('completed');
    expect(run.outputs()).toMatchObject({
      m: { success: false, error: { code: 'map_items_failed' } },
    });
  });

  it('is its own output where the task goes on by itself', async () => {
    const run = await ran({ ...VALUES }, { ...checked, on_error: 'continue' });
    expect(run.outputs()).toMatchObject({ m: [{ n: 1 }, { success: false }, { n: 3 }] });
  });

  it("is tried again by the map's retry first", async () => {
    const retry = { max_attempts: 3, initial_delay: 1 };
    const run = await runRecipe(
      recipe({
        nodes: [
          each('m', [1, 2], task('flaky', { times: 2, value: '{{ item }}' }), { ...VALUES, retry }),
        ],
      }),
    );
    expect(run.outputs()).toEqual({ m: [1, 2] });
    expect(run.functions.calls).toHaveLength(6);
  });

  it('counts in the metrics of the node', async () => {
    const run = await ran({ on_error: 'skip' });
    const view = run.view();
    expect('nodes' in view && view.nodes[0]).toMatchObject({
      items: { done: 3, failed: 1, total: 3 },
    });
  });
});

describe('the ledger of a map', () => {
  it('holds 100 items a row, and only its last row changes', async () => {
    const over = Array.from({ length: 250 }, (_, index) => index);
    const run = await runRecipe(recipe({ nodes: [each('m', over, doubled, VALUES)] }));
    const rows = run.records.flatMap(({ ledger }) => ledger);
    expect(Math.max(...rows.map(({ entries }) => entries.length))).toBe(100);
    const segments = rows.map(({ segment }) => segment);
    expect(segments).toEqual(segments.toSorted((a, b) => a - b));
    expect(new Set(segments).size).toBe(3);
  });

  it('begins another row at 128 KiB', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [each('m', [1, 2, 3], task('text', { size: 60_000, of: '{{ item }}' }), VALUES)],
      }),
    );
    const rows = run.records.flatMap(({ ledger }) => ledger);
    expect(new Set(rows.map(({ segment }) => segment)).size).toBe(2);
  });
});
