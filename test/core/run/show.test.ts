/** What the API shows of a run: the shapes of its status, its nodes, its numbers. */
import { describe, expect, it } from 'vitest';
import { advance } from '../../../src/core/run/advance.ts';
import { shownOf, showNode, showNodes, showRun } from '../../../src/core/run/show.ts';
import { createRunState } from '../../../src/core/run/state.ts';
import { call, each, give, include, recipe, task } from '../../support/recipe-text.ts';
import { EPOCH, settled } from '../../support/manual-clock.ts';
import { identityOf, planOf, runRecipe, runToEnd, startRun } from '../../support/run-recipe.ts';

const START = '2030-01-31T12:00:00.000Z';
const COMMON = {
  id: 'run_01',
  recipe: 'recipes/main',
  recipe_version: 3,
  plan: 'ab',
  mode: 'durable',
  created_at: START,
  labels: {},
  inputs: {},
};

describe('showRun()', () => {
  it('shows a queued run with its place in the queue', () => {
    const state = createRunState(identityOf(), planOf(recipe({ nodes: [give('a', 1)] })));
    advance(state, [{ type: 'queue' }], { now: EPOCH, random: () => 0 });
    expect(showRun({ ...shownOf(state, EPOCH), queuePosition: 4 })).toEqual({
      ...COMMON,
      status: 'queued',
      queue_position: 4,
    });
  });

  it('shows a running run with its time so far', async () => {
    const run = await startRun(recipe({ nodes: [call('a', 'gate')] }));
    await run.clock.advance(1_500);
    expect(run.view()).toMatchObject({
      ...COMMON,
      status: 'running',
      started_at: START,
      runtime_ms: 1_500,
      nodes: [{ key: 'a', node: 'a', visit: 1, status: 'running', attempts: 1, started_at: START }],
    });
  });

  it('shows a completed run with its result', async () => {
    const run = await runRecipe(recipe({ nodes: [give('a', 1)], final_outputs: ['a', 'a.nope'] }));
    expect(run.view()).toMatchObject({
      ...COMMON,
      status: 'completed',
      started_at: START,
      ended_at: START,
      result: { a: 1 },
      missing_outputs: ['a.nope'],
      mocked: false,
      warnings: [],
    });
  });

  it('shows a failed run with its error, the node and the details', async () => {
    const run = await runRecipe(recipe({ nodes: [each('m', [1], task('fail'))] }));
    expect(run.view()).toMatchObject({
      ...COMMON,
      status: 'failed',
      ended_at: START,
      error: { code: 'map_items_failed', node: 'm', details: { errors: [{ index: 0 }] } },
    });
    expect(run.view()).not.toHaveProperty('result');
  });

  it('shows a cancelled run', async () => {
    const run = await startRun(recipe({ nodes: [call('a', 'gate')] }));
    run.driver.post({ type: 'cancel' });
    expect(run.view()).toMatchObject({
      ...COMMON,
      status: 'cancelled',
      nodes: [{ status: 'cancelled' }],
    });
  });

  it('shows a run that was cancelled before it started', () => {
    const state = createRunState(identityOf(), planOf(recipe({ nodes: [give('a', 1)] })));
    advance(state, [{ type: 'cancel' }], { now: EPOCH, random: () => 0 });
    expect(showRun(shownOf(state, EPOCH))).toEqual({
      ...COMMON,
      status: 'cancelled',
      ended_at: START,
    });
  });

  it('says when the offline provider answered, in an item too', async () => {
    const ask = { type: 'language_task', prompt: 'x' };
    const one = (await runRecipe(recipe({ nodes: [{ id: 'a', ...ask }] }))).view();
    const two = (await runRecipe(recipe({ nodes: [each('m', [1], ask)] }))).view();
    expect([one, two].map((view) => view.status === 'completed' && view.mocked)).toEqual([
      true,
      true,
    ]);
  });
});

describe('showNodes()', () => {
  it('has a node for each visit, in the order in which they began', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [give('a', '{{ visits.a }}'), give('b', 2), give('never', 3)],
        edges: ['a to b', 'b to a if a < 2', 'b to never if false'],
      }),
    );
    const nodes = showNodes(shownOf(run.state, EPOCH)).map(({ key, node, visit, status }) => [
      key,
      node,
      visit,
      status,
    ]);
    expect(nodes).toEqual([
      ['a', 'a', 1, 'completed'],
      ['b', 'b', 1, 'completed'],
      ['a@2', 'a', 2, 'completed'],
      ['b@2', 'b', 2, 'completed'],
      ['never', 'never', 1, 'skipped'],
    ]);
  });

  it('shows the nodes of sub-recipes under their path, and no items', async () => {
    const run = await runRecipe(recipe({ nodes: [include('r', 'recipes/s.yaml')] }), {
      sources: { 'recipes/s.yaml': recipe({ nodes: [each('m', [1], task('echo'))] }) },
    });
    expect(showNodes(shownOf(run.state, EPOCH)).map(({ key, node }) => [key, node])).toEqual([
      ['r', 'r'],
      ['r/m', 'm'],
    ]);
  });

  it('counts the items of a map while it runs and after', async () => {
    const run = await startRun(
      recipe({ nodes: [each('m', [1, 2, 3], task('gate'), { on_error: 'skip' })] }),
    );
    run.functions.gates[0]!.break('plugin_error');
    await settled();
    expect(showNodes(shownOf(run.state, EPOCH))).toMatchObject([
      { key: 'm', status: 'running', items: { done: 1, failed: 1, total: 3 } },
    ]);
    run.functions.gates[1]!.open(1);
    run.functions.gates[2]!.open(1);
    await runToEnd(run);
    expect(showNodes(shownOf(run.state, EPOCH))).toMatchObject([
      { key: 'm', status: 'completed', items: { done: 3, failed: 1, total: 3 } },
    ]);
  });

  it('shows a node that waits for its next attempt, and why', async () => {
    const retry = { max_attempts: 2, initial_delay: 5 };
    const run = await startRun(recipe({ nodes: [call('a', 'flaky', { times: 1 }, { retry })] }));
    expect(showNodes(shownOf(run.state, EPOCH))).toMatchObject([
      { status: 'backoff', attempts: 1, error: { code: 'provider_error' } },
    ]);
  });
});

describe('showNode()', () => {
  it('has the outputs of every visit', async () => {
    const run = await runRecipe(
      recipe({ nodes: [give('a', '{{ visits.a }}')], edges: ['START to a', 'a to a if a < 2'] }),
    );
    expect(showNode(shownOf(run.state, EPOCH), 'a')).toMatchObject([
      { key: 'a', output: 1 },
      { key: 'a@2', output: 2 },
    ]);
    expect(showNode(shownOf(run.state, EPOCH), 'nope')).toEqual([]);
  });

  it('has the items of a map, each with its output or error', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [
          each('m', [{ n: 1 }, { n: 2, fail: true }], task('check'), {
            collect: 'values',
            on_error: 'skip',
          }),
        ],
      }),
    );
    expect(showNode(shownOf(run.state, EPOCH), 'm').slice(1)).toMatchObject([
      { key: 'm[0]', status: 'completed', output: { n: 1 } },
      { key: 'm[1]', status: 'failed', error: { code: 'plugin_error' } },
    ]);
  });
});

describe('metrics', () => {
  it('add up times, and compare them with the time of the run', async () => {
    const run = await startRun(
      recipe({
        nodes: [call('a', 'gate'), call('b', 'gate'), give('c', 1)],
        edges: ['START to a', 'START to b', 'a to c', 'b to c'],
      }),
    );
    await run.clock.advance(1_000);
    run.functions.gates[0]!.open(1);
    await settled();
    await run.clock.advance(3_000);
    run.functions.gates[1]!.open(1);
    await runToEnd(run);
    const view = run.view();
    expect('metrics' in view && view.metrics).toEqual({
      total_time_ms: 4_000,
      node_time_ms: 5_000,
      parallel_efficiency: 1.25,
      slowest_node: { id: 'b', time_ms: 4_000 },
      error_count: 0,
      cache_hits: 0,
      cache_hit_rate: null,
      node_count: 3,
      skipped_count: 0,
      item_count: 0,
      attempts: 3,
      critical_path: { nodes: ['b', 'c'], time_ms: 4_000 },
      resources: {
        samples: 3,
        fuel: { average: 10, max: 10, min: 10 },
        memory_pages: { average: 1, max: 1, min: 1 },
        requests: null,
        limit_used: null,
        queue_depth: null,
        storage_bytes: null,
      },
      fuel: 30,
      input_tokens: 0,
      output_tokens: 0,
      cached_tokens: 0,
      reasoning_tokens: 0,
      cost_usd: null,
      unreported_tokens: 0,
      unreported_cost_usd: null,
      tool_calls: 0,
    });
  });

  it('follow the critical path through loops, and to what is under way', async () => {
    const run = await startRun(
      recipe({
        nodes: [call('a', 'gate'), call('b', 'gate'), call('z', 'gate')],
        edges: ['a to b', 'b to a if visits.a < 2', 'b to z if visits.a == 2'],
      }),
    );
    for (const seconds of [1, 2, 3, 4]) {
      await run.clock.advance(seconds * 1_000);
      run.functions.gates.at(-1)!.open(1);
      await settled();
    }
    await run.clock.advance(5_000);
    const path = () => {
      const view = run.view();
      return 'metrics' in view ? view.metrics.critical_path : undefined;
    };
    const nodes = ['a', 'b', 'a@2', 'b@2', 'z'];
    expect(path()).toEqual({ nodes, time_ms: 15_000 });
    run.driver.post({ type: 'cancel' });
    await settled();
    expect(run.status()).toBe('cancelled');
    expect(path()).toEqual({ nodes, time_ms: 15_000 });
  });

  it('count the attempts of items', async () => {
    const retry = { max_attempts: 3, initial_delay: 0 };
    const flaky = task('flaky', { times: 2, key: 'k{{ item }}' });
    const run = await runRecipe(recipe({ nodes: [each('m', [1, 2], flaky, { retry })] }));
    const view = run.view();
    expect('metrics' in view && view.metrics.attempts).toBe(7);
    const [, ...items] = showNode(shownOf(run.state, EPOCH), 'm');
    expect(items.map(({ attempts }) => attempts)).toEqual([3, 3]);
  });

  it('have null for what divides by nothing', async () => {
    const run = await runRecipe(recipe({ nodes: [give('a', 1, { when: 'false' })] }));
    const view = run.view();
    expect('metrics' in view && view.metrics).toMatchObject({
      parallel_efficiency: null,
      cache_hit_rate: null,
      slowest_node: null,
      node_count: 0,
      skipped_count: 1,
    });
  });

  it('count handled failures, failed items, attempts, items and tokens', async () => {
    const retry = { max_attempts: 2, initial_delay: 0 };
    const run = await runRecipe(
      recipe({
        nodes: [
          call('a', 'fail', {}, { on_error: 'continue' }),
          call('b', 'flaky', { times: 1 }, { retry }),
          each('m', [{ fail: true }, {}], task('check'), { on_error: 'skip' }),
          { id: 'l', type: 'language_task', prompt: 'one two' },
        ],
      }),
    );
    const view = run.view();
    expect('metrics' in view && view.metrics).toMatchObject({
      error_count: 2,
      attempts: 7,
      item_count: 2,
      node_count: 4,
      input_tokens: 2,
      output_tokens: 5,
    });
  });

  it("count a sub-recipe's time once, and a running map's as well", async () => {
    const run = await startRun(
      recipe({
        nodes: [include('r', 'recipes/s.yaml'), each('m', [1], task('gate'))],
        edges: ['START to r', 'START to m'],
      }),
      { sources: { 'recipes/s.yaml': recipe({ nodes: [call('x', 'gate')] }) } },
    );
    await run.clock.advance(2_000);
    const view = run.view();
    expect('metrics' in view && view.metrics).toMatchObject({ node_time_ms: 4_000, node_count: 3 });
  });
});
