/** Edges, joins, dead paths and conditions: which nodes run, and once. */
import { describe, expect, it } from 'vitest';
import { call, each, give, inputs, recipe } from '../../support/recipe-text.ts';
import { runRecipe, runToEnd, startRun } from '../../support/run-recipe.ts';
import { settled } from '../../support/manual-clock.ts';

describe('nodes without edges', () => {
  it('run in the order listed', async () => {
    const run = await runRecipe(recipe({ nodes: [give('a', 1), give('b', 2), give('c', 3)] }));
    expect(run.functions.calls.map(({ input }) => input)).toEqual([
      { value: 1 },
      { value: 2 },
      { value: 3 },
    ]);
    expect(run.outputs()).toEqual({ a: 1, b: 2, c: 3 });
  });
});

describe('a join', () => {
  const text = recipe({
    nodes: [call('a', 'gate', { id: 'a' }), call('b', 'gate', { id: 'b' }), give('c', 3)],
    edges: ['START to a', 'START to b', 'a to c', 'b to c'],
  });

  it('waits for every edge that is reached, and runs once', async () => {
    const run = await startRun(text);
    expect(run.functions.gates).toHaveLength(2);
    run.functions.gates[1]!.open(1);
    await settled();
    expect(run.statuses()).toEqual({ b: 'completed' });
    run.functions.gates[0]!.open(1);
    await runToEnd(run);
    expect(run.statuses()).toEqual({ a: 'completed', b: 'completed', c: 'completed' });
    expect(run.functions.calls.filter(({ name }) => name === 'value')).toHaveLength(1);
  });

  it('does not wait for an edge on a dead path', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [give('a', 1), give('b', 2), give('x', 3), give('c', 4)],
        edges: ['a to b if a > 5', 'b to x', 'a to c', 'x to c'],
      }),
    );
    expect(run.statuses()).toEqual({
      a: 'completed',
      b: 'skipped',
      x: 'skipped',
      c: 'completed',
    });
    expect(run.status()).toBe('completed');
    expect(run.warnings()).toEqual([]);
  });

  it('is itself dead when every edge into it is', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [give('a', 1), give('b', 2), give('c', 3), give('d', 4)],
        edges: ['a to b if a > 5', 'a to c if a > 5', ['b', 'c'].map((id) => `${id} to d`)].flat(),
      }),
    );
    expect(run.statuses()).toMatchObject({ b: 'skipped', c: 'skipped', d: 'skipped' });
    expect(run.warnings()).toEqual(['no_branch_taken']);
    expect(run.status()).toBe('completed');
  });

  it('runs once though two edges lead to it from one node', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [give('a', 1), give('b', 2)],
        edges: ['a to b if a > 0', 'a to b if a < 9'],
      }),
    );
    expect(run.functions.calls).toHaveLength(2);
  });
});

describe('edges', () => {
  it('are all taken that are true, side by side', async () => {
    const run = await startRun(
      recipe({
        nodes: [give('a', 2), call('b', 'gate'), call('c', 'gate'), call('d', 'gate')],
        edges: ['a to b if a > 1', 'a to c if a > 5', 'a to d'],
      }),
    );
    expect(run.functions.gates).toHaveLength(2);
    expect([...run.state.active.keys()]).toEqual(['b', 'd']);
  });

  it.each([
    [1, 'low'],
    [5, 'middle'],
    [9, 'high'],
  ])('choose by comparison: %s goes %s', async (n, chosen) => {
    const run = await runRecipe(
      recipe({
        user_inputs: inputs('n'),
        nodes: [give('start', '{{ n }}'), give('low', 1), give('middle', 2), give('high', 3)],
        edges: [
          'start to low if start < 3',
          'start to middle if start >= 3 and start <= 7',
          'start to high if start > 7',
        ],
      }),
      { inputs: { n } },
    );
    expect(Object.keys(run.outputs() ?? {})).toEqual(['start', chosen]);
  });

  it('to END end their branch only', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [give('a', 1), give('b', 2), give('c', 3), give('d', 4)],
        edges: ['START to a', 'a to END if a == 1', 'a to b if a == 2', 'START to c', 'c to d'],
      }),
    );
    expect(run.statuses()).toEqual({
      a: 'completed',
      b: 'skipped',
      c: 'completed',
      d: 'completed',
    });
    expect(run.warnings()).toEqual([]);
  });

  it('count as not taken when their condition fails, with a warning that names the edge', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [give('a', 1), give('b', 2), give('c', 3)],
        edges: ['a to b if a + "x" + [1]', 'a to c'],
      }),
    );
    expect(run.statuses()).toMatchObject({ b: 'skipped', c: 'completed' });
    expect(run.state.warnings).toMatchObject([{ code: 'condition_error', node: 'a' }]);
    expect(run.state.warnings[0]?.detail).toContain('"a to b"');
  });

  it('leave a warning and a completed run when none is taken', async () => {
    const run = await runRecipe(
      recipe({ nodes: [give('a', 1), give('b', 2)], edges: ['a to b if false'] }),
    );
    expect(run.status()).toBe('completed');
    expect(run.state.warnings).toMatchObject([{ code: 'no_branch_taken', node: 'a' }]);
    expect(run.events().map(({ type }) => type)).toContain('run.warning');
  });
});

describe('entries', () => {
  it('are the targets of START', async () => {
    const run = await runRecipe(
      recipe({ nodes: [give('a', 1), give('b', 2)], edges: ['START to b', 'b to a'] }),
    );
    expect(run.functions.calls.map(({ input }) => input)).toEqual([{ value: 2 }, { value: 1 }]);
  });

  it('are the nodes that no edge leads to, in the order listed, when START is not named', async () => {
    const run = await startRun(
      recipe({
        nodes: [call('a', 'gate'), call('b', 'gate'), give('c', 1)],
        edges: ['b to c', 'a to c'],
      }),
    );
    expect([...run.state.active.keys()]).toEqual(['a', 'b']);
  });

  it('wait for edges into them, and run also when those are dead', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [give('a', 1), give('b', 2)],
        edges: ['START to a', 'START to b', 'a to b if a > 5'],
      }),
    );
    expect(run.statuses()).toEqual({ a: 'completed', b: 'completed' });
  });
});

describe('a node with `when`', () => {
  const nodes = [give('a', 1), give('b', 2, { when: 'a > 5' }), give('c', 3)];

  it('that is false is passed through', async () => {
    const run = await runRecipe(recipe({ nodes }));
    expect(run.statuses()).toEqual({ a: 'completed', b: 'skipped', c: 'completed' });
    expect(run.outputs()).toEqual({ a: 1, c: 3 });
  });

  it('that is false still chooses among its edges', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [...nodes, give('d', 4)],
        edges: ['a to b', 'b to c if a == 1', 'b to d if a == 2'],
      }),
    );
    expect(run.statuses()).toMatchObject({ b: 'skipped', c: 'completed', d: 'skipped' });
  });

  it('is not asked on a dead path', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [give('a', 1), give('b', 2, { when: '1 + [2]' }), give('c', 3)],
        edges: ['a to b if a > 5', 'b to c'],
      }),
    );
    expect(run.statuses()).toEqual({ a: 'completed', b: 'skipped', c: 'skipped' });
    expect(run.warnings()).toEqual(['no_branch_taken']);
    const reasons = run.events().flatMap((e) => (e.type === 'node.skipped' ? [e.reason] : []));
    expect(reasons).toEqual(['branch', 'branch']);
  });

  it('counts as false with a warning when the condition fails', async () => {
    const run = await runRecipe(
      recipe({ nodes: [give('a', 1), give('b', 2, { when: 'a + [1]' })] }),
    );
    expect(run.statuses()).toEqual({ a: 'completed', b: 'skipped' });
    expect(run.state.warnings).toMatchObject([{ code: 'condition_error', node: 'b' }]);
  });
});

describe('node types that hold others', () => {
  it('join like any other node', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [
          each(
            'm',
            [1, 2, 3],
            {
              type: 'function_task',
              function_identifier: 'test.double',
              input: { n: '{{ item }}' },
            },
            { collect: 'values' },
          ),
          give('b', 1),
          call('c', 'sum', { items: '{{ m }}', start: '{{ b }}' }),
        ],
        edges: ['START to m', 'START to b', 'm to c', 'b to c'],
      }),
    );
    expect(run.outputs()).toEqual({ m: [2, 4, 6], b: 1, c: 13 });
  });
});
