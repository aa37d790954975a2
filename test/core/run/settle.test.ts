/** What becomes of a step that fails, is late, is tried again or is cancelled. */
import { describe, expect, it } from 'vitest';
import { failure } from '../../../src/core/errors.ts';
import { advance } from '../../../src/core/run/advance.ts';
import { createRunState } from '../../../src/core/run/state.ts';
import { call, each, give, include, recipe, task } from '../../support/recipe-text.ts';
import { EPOCH, settled } from '../../support/manual-clock.ts';
import { identityOf, planOf, runRecipe, runToEnd, startRun } from '../../support/run-recipe.ts';

const retry = { max_attempts: 3, initial_delay: 10, backoff: 2, jitter: 0 };

describe('a failed node', () => {
  it('fails the run by default and cancels what is in flight', async () => {
    const run = await startRun(
      recipe({
        nodes: [call('a', 'gate'), call('b', 'gate'), give('c', 1)],
        edges: ['a to c', 'b to c'],
      }),
    );
    const [a, b] = run.functions.gates;
    a!.break('plugin_error');
    await runToEnd(run);
    expect(run.statuses()).toEqual({ a: 'failed', b: 'cancelled' });
    expect(b!.signal.aborted).toBe(true);
    expect(run.state.failure).toMatchObject({ code: 'plugin_error', node: 'a' });
    expect(run.events().map(({ type }) => type)).toEqual([
      'run.started',
      'node.started',
      'node.started',
      'node.failed',
      'node.cancelled',
      'run.failed',
    ]);
  });

  it.each(['continue', 'skip'])(
    'goes on under on_error: %s, its output telling the error',
    async (on_error) => {
      const run = await runRecipe(
        recipe({
          nodes: [call('a', 'fail', {}, { on_error }), give('b', '{{ a.error.code }}')],
        }),
      );
      expect(run.status()).toBe('completed');
      expect(run.statuses()).toEqual({ a: 'failed', b: 'completed' });
      expect(run.outputs()).toEqual({
        a: { success: false, error: { code: 'plugin_error', message: 'as asked' } },
        b: 'plugin_error',
      });
    },
  );

  it('takes its edges under on_error: continue', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [call('a', 'fail', {}, { on_error: 'continue' }), give('good', 1), give('bad', 2)],
        edges: ['a to good if a.success is not defined', 'a to bad if a.success == false'],
      }),
    );
    expect(run.statuses()).toEqual({ a: 'failed', good: 'skipped', bad: 'completed' });
  });

  it('with an answer that is too large says so', async () => {
    const run = await runRecipe(recipe({ nodes: [call('a', 'text', { size: 8 * 1024 * 1024 })] }));
    expect(run.state.failure).toMatchObject({ code: 'value_too_large', node: 'a' });
  });

  it('with a template that cannot be evaluated says so', async () => {
    const run = await runRecipe(recipe({ nodes: [give('a', '{{ 1 + [2] }}')] }));
    expect(run.state.failure).toMatchObject({ code: 'template_error', node: 'a' });
  });
});

describe('retries', () => {
  it('wait longer each time, and end in the answer', async () => {
    const run = await startRun(
      recipe({ nodes: [call('a', 'flaky', { times: 2, value: 7 }, { retry })] }),
    );
    expect(run.state.active.get('a')).toMatchObject({ phase: 'backoff', retryAt: EPOCH + 10_000 });
    await run.clock.advance(9_999);
    expect(run.functions.calls).toHaveLength(1);
    await run.clock.advance(1);
    expect(run.functions.calls).toHaveLength(2);
    expect(run.state.active.get('a')).toMatchObject({ phase: 'backoff', retryAt: EPOCH + 30_000 });
    await run.clock.advance(20_000);
    expect(run.outputs()).toEqual({ a: 7 });
    expect(run.state.rows.get('a')).toMatchObject({ attempt: 3 });
    expect(run.events().flatMap((e) => (e.type === 'node.retrying' ? [e.attempt] : []))).toEqual([
      1, 2,
    ]);
  });

  it('end after max_attempts', async () => {
    const run = await runRecipe(recipe({ nodes: [call('a', 'flaky', { times: 9 }, { retry })] }));
    expect(run.state.failure).toMatchObject({ code: 'provider_error' });
    expect(run.functions.calls).toHaveLength(3);
  });

  it('are not made for a failure that will not pass', async () => {
    const run = await runRecipe(recipe({ nodes: [call('a', 'fail', {}, { retry })] }));
    expect(run.functions.calls).toHaveLength(1);
  });

  it('are made for the codes of retry_on alone', async () => {
    const policy = { ...retry, retry_on: ['plugin_error'] };
    const run = await runRecipe(
      recipe({
        nodes: [
          call('a', 'flaky', { times: 1, code: 'plugin_error' }, { retry: policy }),
          call('b', 'flaky', { times: 1 }, { retry: policy }),
        ],
      }),
    );
    expect(run.statuses()).toEqual({ a: 'completed', b: 'failed' });
  });

  it('are not made by a function that asks for none', async () => {
    const run = await runRecipe(recipe({ nodes: [call('a', 'flaky', { times: 1 })] }));
    expect(run.functions.calls).toHaveLength(1);
  });

  it('go on for one node while others work', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [call('a', 'flaky', { times: 1, value: 1 }, { retry }), give('b', 2)],
        edges: ['START to a', 'START to b'],
      }),
    );
    expect(run.outputs()).toEqual({ a: 1, b: 2 });
  });
});

describe('Retry-After', () => {
  const failed = {
    type: 'failed',
    key: 'a',
    attempt: 1,
    failure: failure('provider_error', 'busy'),
  } as const;
  const begun = () =>
    startRun(recipe({ nodes: [call('a', 'gate', {}, { retry: { ...retry, initial_delay: 2 } })] }));

  it.each([
    ['is waited for when it is longer than the policy asks', 30_000, 30_000],
    ['does not make the wait shorter', 500, 2_000],
  ])('%s', async (_, retryAfterMs, expected) => {
    const run = await begun();
    run.driver.post({ ...failed, retryAfterMs });
    expect(run.state.active.get('a')).toMatchObject({
      phase: 'backoff',
      retryAt: EPOCH + expected,
    });
  });
});

describe('timeouts', () => {
  it('of a node abort its attempt', async () => {
    const run = await startRun(recipe({ nodes: [call('a', 'gate', {}, { timeout: 5 })] }));
    await run.clock.advance(5_000);
    await runToEnd(run);
    expect(run.functions.gates[0]!.signal.aborted).toBe(true);
    expect(run.state.failure).toMatchObject({ code: 'timeout', node: 'a' });
  });

  it('count for each attempt anew', async () => {
    const run = await startRun(recipe({ nodes: [call('a', 'gate', {}, { timeout: 5, retry })] }));
    await run.clock.advance(5_000);
    expect(run.state.active.get('a')).toMatchObject({ phase: 'backoff' });
    await run.clock.advance(10_000);
    await run.clock.advance(4_999);
    run.functions.gates[1]!.open('late but fine');
    await runToEnd(run);
    expect(run.outputs()).toEqual({ a: 'late but fine' });
  });

  it('of a map fail it and end its items, and nothing else', async () => {
    const run = await startRun(
      recipe({
        nodes: [
          each('m', [1, 2], task('gate', { of: 'm' }), { timeout: 5, on_error: 'continue' }),
          call('m2', 'gate', { of: 'm2' }),
        ],
        edges: ['START to m', 'START to m2'],
      }),
    );
    await run.clock.advance(5_000);
    expect(run.statuses()).toEqual({ m: 'failed' });
    expect([...run.state.active.keys()]).toEqual(['m2']);
    run.functions.gates.find(({ input }) => input['of'] === 'm2')!.open(1);
    await runToEnd(run);
    expect(run.outputs()).toMatchObject({
      m: { success: false, error: { code: 'timeout' } },
      m2: 1,
    });
  });

  it('of a map begin no item in the turn in which they end it', async () => {
    const run = await startRun(
      recipe({
        nodes: [
          each('m', [1, 2, 3], task('gate'), {
            timeout: 5,
            max_concurrency: 1,
            on_error: 'continue',
          }),
          call('z', 'gate', { of: 'z' }),
        ],
        edges: ['START to m', 'START to z'],
      }),
    );
    run.driver.stop();
    const key = 'm[0]';
    await run.clock.advance(4_999);
    const turn = advance(
      run.state,
      [
        { type: 'succeeded', key, attempt: 1, warnings: [], output: 1, stats: { wallMs: 1 } },
        { type: 'wake' },
      ],
      { now: EPOCH + 5_000, random: () => 0.5 },
    );
    expect(turn.launch).toEqual([]);
    expect([...run.state.active.keys()]).toEqual(['z']);
  });

  it('of a sub-recipe fail it and cancel its nodes', async () => {
    const run = await startRun(
      recipe({ nodes: [include('r', 'recipes/sub.yaml', { timeout: 5, on_error: 'continue' })] }),
      { sources: { 'recipes/sub.yaml': recipe({ nodes: [call('x', 'gate')] }) } },
    );
    await run.clock.advance(5_000);
    expect(run.statuses()).toEqual({ r: 'failed', 'r/x': 'cancelled' });
    expect(run.status()).toBe('completed');
  });

  it('of an item abort it', async () => {
    const run = await startRun(
      recipe({
        nodes: [each('m', [1], task('gate'), { item_timeout: 3, on_error: 'skip' })],
      }),
    );
    await run.clock.advance(3_000);
    expect(run.outputs()).toMatchObject({ m: [{ status: 'failed', error: { code: 'timeout' } }] });
  });

  it('of an item end a sub-recipe in it', async () => {
    const run = await startRun(
      recipe({
        nodes: [
          each(
            'm',
            [1, 2],
            { type: 'recipe', recipe_path: 'recipes/sub.yaml' },
            { item_timeout: 3, on_error: 'drop' },
          ),
        ],
      }),
      { sources: { 'recipes/sub.yaml': recipe({ nodes: [call('x', 'gate')] }) } },
    );
    await run.clock.advance(3_000);
    expect(run.outputs()).toEqual({ m: [] });
    expect(run.statuses()).toMatchObject({ 'm[0]/x': 'cancelled', 'm[1]/x': 'cancelled' });
  });

  it('of the run fail it wherever it is', async () => {
    const run = await startRun(
      recipe({ nodes: [call('a', 'gate', {}, { on_error: 'continue' })], limits: { timeout: 30 } }),
    );
    await run.clock.advance(30_000);
    expect(run.status()).toBe('failed');
    expect(run.state.failure).toMatchObject({ code: 'timeout' });
    expect(run.statuses()).toEqual({ a: 'cancelled' });
  });

  it('of the run end a retry that would come later', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [call('a', 'flaky', { times: 1 }, { retry: { ...retry, initial_delay: 60 } })],
        limits: { timeout: 30 },
      }),
    );
    expect(run.state.failure).toMatchObject({ code: 'timeout' });
    expect(run.state.endedAt).toBe(EPOCH + 30_000);
  });
});

describe('cancelling', () => {
  it('ends what is in flight, marks it and leaves the rest undone', async () => {
    const run = await startRun(recipe({ nodes: [give('a', 1), call('b', 'gate'), give('c', 3)] }));
    run.driver.post({ type: 'cancel' });
    await settled();
    expect(run.status()).toBe('cancelled');
    expect(run.statuses()).toEqual({ a: 'completed', b: 'cancelled' });
    expect(run.functions.gates[0]!.signal.aborted).toBe(true);
    expect(run.events().at(-1)).toMatchObject({ type: 'run.cancelled' });
  });

  it('a second time changes nothing', async () => {
    const run = await startRun(recipe({ nodes: [call('b', 'gate')] }));
    run.driver.post({ type: 'cancel' });
    const { length } = run.events();
    run.driver.post({ type: 'cancel' });
    expect(run.events()).toHaveLength(length);
  });

  it('reaches into maps and sub-recipes', async () => {
    const run = await startRun(
      recipe({
        nodes: [each('m', [1, 2], { type: 'recipe', recipe_path: 'recipes/sub.yaml' })],
      }),
      { sources: { 'recipes/sub.yaml': recipe({ nodes: [call('x', 'gate')] }) } },
    );
    run.driver.post({ type: 'cancel' });
    await settled();
    expect(run.functions.gates.map(({ signal }) => signal.aborted)).toEqual([true, true]);
    expect(run.state.active.size).toBe(0);
  });

  it('a queued run ends it before it has started', async () => {
    const state = createRunState(identityOf(), planOf(recipe({ nodes: [give('a', 1)] })));
    const world = { now: EPOCH, random: () => 0 };
    advance(state, [{ type: 'cancel' }, { type: 'start' }], world);
    expect(state.status).toBe('cancelled');
    expect(state.startedAt).toBeUndefined();
  });
});

describe('a late answer', () => {
  it('to a step that is decided changes nothing', async () => {
    const run = await startRun(recipe({ nodes: [give('a', 1), call('b', 'gate')] }));
    const answer = {
      type: 'succeeded',
      attempt: 1,
      warnings: [],
      output: 9,
      stats: { wallMs: 1 },
    } as const;
    const world = { now: EPOCH, random: () => 0 };
    const { record } = advance(
      run.state,
      [
        { ...answer, key: 'a' },
        { ...answer, key: 'b', attempt: 2 },
      ],
      world,
    );
    expect(record.events).toEqual([]);
    expect(record.steps).toEqual([]);
    expect(run.state.active.has('b')).toBe(true);
  });
});
