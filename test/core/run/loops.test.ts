/** Back edges: another visit, once the loop's body has settled; and what ends a loop. */
import { describe, expect, it } from 'vitest';
import { call, give, include, recipe } from '../../support/recipe-text.ts';
import { runRecipe, runToEnd, startRun } from '../../support/run-recipe.ts';
import { settled } from '../../support/manual-clock.ts';

describe('a taken back edge', () => {
  it('visits its target and all behind it again, under new keys', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [give('a', '{{ visits.a }}'), give('b', '{{ a * 10 }}')],
        edges: ['a to b', 'b to a if visits.a < 3'],
      }),
    );
    expect(run.statuses()).toEqual({
      a: 'completed',
      b: 'completed',
      'a@2': 'completed',
      'b@2': 'completed',
      'a@3': 'completed',
      'b@3': 'completed',
    });
    expect(run.outputs()).toEqual({ a: 3, b: 30 });
  });

  it('of a node to itself repeats it', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [give('a', '{{ (a | default(0)) + 1 }}')],
        edges: ['START to a', 'a to a if a < 5'],
      }),
    );
    expect(run.outputs()).toEqual({ a: 5 });
  });

  it('lets the node read what it gave the last time', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [
          give('draft', "{{ (draft | default('')) ~ 'x' }}"),
          give('score', '{{ draft | length }}'),
        ],
        edges: ['draft to score', 'score to draft if score < 3'],
      }),
    );
    expect(run.outputs()).toEqual({ draft: 'xxx', score: 3 });
  });

  it('waits until everything behind its target has settled', async () => {
    const run = await startRun(
      recipe({
        nodes: [give('a', 1), give('b', 2), call('slow', 'gate')],
        edges: ['a to b', 'a to slow', 'b to a if visits.a < 2'],
      }),
    );
    expect(run.state.active.has('a@2')).toBe(false);
    run.functions.gates[0]!.open(1);
    await settled();
    expect([...run.state.active.keys()]).toEqual(['slow@2']);
    run.functions.gates[1]!.open(1);
    await runToEnd(run);
    expect(Object.keys(run.statuses()).toSorted()).toEqual([
      'a',
      'a@2',
      'b',
      'b@2',
      'slow',
      'slow@2',
    ]);
  });

  it('does not wait for what is not behind its target', async () => {
    const run = await startRun(
      recipe({
        nodes: [give('a', 1), give('b', 2), call('slow', 'gate')],
        edges: ['START to a', 'START to slow', 'a to b', 'b to a if visits.a < 2'],
      }),
    );
    expect(run.statuses()).toMatchObject({ 'a@2': 'completed', 'b@2': 'completed' });
  });

  it('skips anew what the second visit does not lead to', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [give('a', '{{ visits.a }}'), give('first', 1), give('second', 2), give('end', 3)],
        edges: [
          'a to first if a == 1',
          'a to second if a == 2',
          'first to end',
          'second to end',
          'end to a if visits.a < 2',
        ],
      }),
    );
    expect(run.functions.calls.map(({ input }) => input)).toEqual([
      { value: 1 },
      { value: 1 },
      { value: 3 },
      { value: 2 },
      { value: 2 },
      { value: 3 },
    ]);
  });

  it('goes on from a node that its own `when` passes through', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [give('a', 1), give('b', 2, { when: 'visits.a > 1' })],
        edges: ['a to b', 'b to a if visits.a < 3'],
      }),
    );
    expect(run.statuses()).toMatchObject({ 'a@3': 'completed', 'b@2': 'completed' });
    expect(run.statuses()).not.toHaveProperty('b@3');
  });
});

describe('loops in loops', () => {
  it('start the outer one over when one node takes both back edges', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [give('a', 1), give('b', 2), give('c', 3)],
        edges: ['a to b', 'b to c', 'c to b if visits.c < 2', 'c to a if visits.c < 2'],
      }),
    );
    expect(run.functions.calls).toHaveLength(6);
    expect(run.state.root.nodes.get('a')?.visit).toBe(2);
  });

  it('finish the inner one before the outer one starts over', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [give('a', 'a'), give('b', 'b'), give('c', 'c')],
        edges: ['a to b', 'b to b if visits.b < 3', 'b to c', 'c to a if visits.a < 2'],
        limits: { max_steps: 100 },
      }),
    );
    const order = run.functions.calls.map(({ input }) => (input as { value: string }).value);
    expect(order.join('')).toBe('abcbcbcabc');
  });

  it('give the same steps whichever of two nodes settles first', async () => {
    const steps = async (first: number) => {
      const run = await startRun(
        recipe({
          nodes: [give('a', 1), give('b', 2), call('c', 'gate'), call('d', 'gate')],
          edges: [
            'a to b',
            'b to c',
            'a to d',
            'c to b if visits.c == 1',
            'd to a if visits.d == 1',
          ],
        }),
      );
      while (run.functions.gates.length > 0) {
        run.functions.gates.splice(first < run.functions.gates.length ? first : 0, 1)[0]!.open(1);
        await settled();
      }
      await runToEnd(run);
      return Object.keys(run.statuses()).toSorted();
    };
    expect(await steps(0)).toEqual(await steps(1));
  });
});

describe('the end of a loop', () => {
  it('is loop_limit after max_visits, 10 by default, with the state kept', async () => {
    const run = await runRecipe(
      recipe({ nodes: [give('a', 1), give('b', 2)], edges: ['START to a', 'a to b', 'b to a'] }),
    );
    expect(run.status()).toBe('failed');
    expect(run.state.failure).toMatchObject({ code: 'loop_limit', node: 'a' });
    expect(run.statuses()).toMatchObject({ 'b@10': 'completed', 'a@11': 'failed' });
    expect(run.functions.calls).toHaveLength(20);
  });

  it('is at the max_visits of the node', async () => {
    const run = await runRecipe(
      recipe({ nodes: [give('a', 1, { max_visits: 2 })], edges: ['START to a', 'a to a'] }),
    );
    expect(run.state.failure).toMatchObject({ code: 'loop_limit' });
    expect(run.functions.calls).toHaveLength(2);
  });

  it('comes also when a node goes on after loop_limit', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [give('a', 1, { on_error: 'continue', max_visits: 2 }), give('b', 2)],
        edges: ['START to a', 'a to a', 'a to b'],
      }),
    );
    expect(run.status()).toBe('completed');
    expect(run.statuses()).toMatchObject({ 'a@3': 'failed', 'b@3': 'completed' });
    expect(run.outputs()).toMatchObject({ a: { success: false, error: { code: 'loop_limit' } } });
  });

  it('comes also when `when` passes the whole loop through', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [give('a', 1, { when: 'false', max_visits: 3 })],
        edges: ['START to a', 'a to a'],
      }),
    );
    expect(run.state.failure).toMatchObject({ code: 'loop_limit', node: 'a' });
  });

  it('is step_limit when the whole run has taken too many steps, sub-recipes included', async () => {
    const sub = recipe({ nodes: [give('x', 1), give('y', 2)] });
    const run = await runRecipe(
      recipe({
        nodes: [include('a', 'recipes/sub.yaml')],
        edges: ['START to a', 'a to a if true'],
        limits: { max_steps: 7 },
      }),
      { sources: { 'recipes/sub.yaml': sub } },
    );
    expect(run.state.failure).toMatchObject({ code: 'step_limit' });
    expect(run.state.stepCount).toBe(8);
    expect(run.functions.calls).toHaveLength(4);
  });

  it('comes in bounded turns when nothing in the loop has to wait', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [give('a', 1, { when: 'false', max_visits: 5_000 })],
        edges: ['START to a', 'a to a'],
      }),
    );
    expect(run.state.failure).toMatchObject({ code: 'loop_limit' });
    expect(Math.max(...run.records.map(({ events }) => events.length))).toBeLessThan(2_000);
  });
});
