/** One attempt: its deadline, its warnings, and what becomes of anything thrown. */
import { describe, expect, it } from 'vitest';
import { ComposerError } from '../../src/core/errors.ts';
import type { PlanNode } from '../../src/core/recipe/plan.ts';
import { call, give, recipe } from '../support/recipe-text.ts';
import { settled } from '../support/manual-clock.ts';
import { planOf, runRecipe, runToEnd, startRun } from '../support/run-recipe.ts';
import { createTestFunctions } from '../support/test-functions.ts';
import type { TestFunction } from '../support/test-functions.ts';

const text = recipe({ nodes: [call('a', 'gate')] });

function runWith(gate: TestFunction) {
  return runRecipe(text, { functions: createTestFunctions({ more: { gate } }) });
}

describe('attempt()', () => {
  it('measures the time it took', async () => {
    const run = await startRun(text);
    await run.clock.advance(1_234);
    run.functions.gates[0]!.open(1);
    await runToEnd(run);
    // The logs of a function are no part of what it cost.
    expect(run.state.rows.get('a')?.stats).toEqual({ wallMs: 1_234, fuel: 10, memoryPages: 1 });
  });

  it('ends after two minutes when the node sets no time', async () => {
    const run = await startRun(text);
    await run.clock.advance(119_999);
    expect(run.status()).toBe('running');
    await run.clock.advance(1);
    expect(run.state.failure).toMatchObject({ code: 'timeout', node: 'a' });
  });

  it('makes any fault of ours `internal`, its text kept out of the run and noted in the log', async () => {
    const find = () => Promise.reject(new TypeError('secret detail'));
    const run = await runRecipe(text, { functions: { ...createTestFunctions(), find } });
    expect(run.state.failure).toMatchObject({ code: 'internal' });
    expect(JSON.stringify(run.records)).not.toContain('secret');
    expect(run.logged).toEqual(['attempt_broke']);
  });

  it('keeps the code of what is thrown with one', async () => {
    const run = await runWith(() => {
      throw new ComposerError('trap', 'unreachable');
    });
    expect(run.state.failure).toMatchObject({ code: 'trap', message: 'unreachable' });
    expect(run.logged).toEqual([]);
  });

  it('cuts a message without end', async () => {
    const run = await runWith(() => {
      throw new ComposerError('plugin_error', 'x'.repeat(100_000));
    });
    expect(run.state.failure?.message).toHaveLength(4_000);
  });

  it('fails a node of a type that this release does not run', async () => {
    const plan = planOf(text);
    const [node] = plan.graph.nodes;
    // SAFETY: a plan of a later release, with a type that this one has never heard of.
    const later = { ...node, type: 'video_task' } as unknown as PlanNode;
    const run = await runRecipe({ ...plan, graph: { ...plan.graph, nodes: [later] } });
    expect(run.state.failure).toMatchObject({ code: 'recipe_invalid', node: 'a' });
  });

  it('hands on the warnings of the input and of the task itself', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [
          give('a', 1),
          give('b', 2),
          { id: 'c', type: 'language_task', prompt: '{{ b.x }}', input: { d: '{{ b.y }}' } },
        ],
        edges: ['a to b if a > 5', 'a to c', 'b to c'],
      }),
    );
    expect(run.warnings()).toEqual(['undefined_variable', 'undefined_variable']);
  });

  it('does not report a failure of its own making when it was aborted', async () => {
    const run = await startRun(text);
    run.driver.post({ type: 'cancel' });
    await settled();
    expect(run.events().map(({ type }) => type)).toEqual([
      'run.started',
      'node.started',
      'node.cancelled',
      'run.cancelled',
    ]);
  });
});
