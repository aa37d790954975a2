/** Runs in the isolate of their request: the same engine, one record at the end. */
import { PLAIN } from '../../src/core/queue/admission.ts';
import { describe, expect, it } from 'vitest';
import { createModels } from '../../src/adapters/models/models.ts';
import { ok } from '../../src/core/errors.ts';
import { runInline } from '../../src/runtime/inline.ts';
import type { FinishedRun, Ports, Submission } from '../../src/runtime/ports.ts';
import { call, give, recipe } from '../support/recipe-text.ts';
import { createManualClock, settled } from '../support/manual-clock.ts';
import { planOf } from '../support/run-recipe.ts';
import { LOOPBACK, makeApi } from '../support/http/api.ts';

/** Answers with its input. */
const sandbox: Ports['sandbox'] = {
  validate: () => true,
  async call({ input, export: name }, signal) {
    if (name === 'gate') await new Promise((resolve) => signal.addEventListener('abort', resolve));
    if (name === 'flaky')
      return { ok: false, error: { code: 'provider_error', message: 'x', retryable: true } };
    return ok({ output: input, fuel: 5, memoryPages: 2, logs: [] });
  },
};

function setUp() {
  const clock = createManualClock();
  const recorded: FinishedRun[] = [];
  const { ports } = makeApi(LOOPBACK, { clock, sandbox, models: createModels() }).services;
  const runs = { ...ports.runs, record: async (run: FinishedRun) => void recorded.push(run) };
  return { clock, recorded, ports: { ...ports, runs } };
}

function submission(text: string): Submission {
  return {
    tenant: 'tenant',
    recipe: 'r',
    recipeVersion: null,
    planHash: 'ab',
    plan: planOf(text),
    inputs: {},
    labels: { team: 'x' },
    warnings: [],
    admission: PLAIN,
  };
}

describe('runInline()', () => {
  it('gives the view of the ended run and records it once, with its events', async () => {
    const { ports, recorded } = setUp();
    const view = await runInline(
      ports,
      submission(recipe({ nodes: [call('a', 'echo', { x: 1 }), give('b', '{{ a.x }}')] })),
    );
    expect(view).toMatchObject({
      status: 'completed',
      mode: 'inline',
      recipe_version: null,
      labels: { team: 'x' },
      result: { a: { x: 1 }, b: { value: 1 } },
    });
    expect(recorded).toHaveLength(1);
    expect(recorded[0]).toMatchObject({
      tenant: 'tenant',
      view,
      nodes: [{ key: 'a' }, { key: 'b' }],
    });
    expect(recorded[0]?.events.map(({ type }) => type)).toEqual([
      'run.started',
      'node.started',
      'node.completed',
      'node.started',
      'node.completed',
      'run.completed',
    ]);
  });

  it('records a failed run as well', async () => {
    const { ports, recorded } = setUp();
    const view = await runInline(
      ports,
      submission(recipe({ nodes: [give('a', '{{ 1 + [2] }}')] })),
    );
    expect(view).toMatchObject({ status: 'failed', error: { code: 'template_error', node: 'a' } });
    expect(recorded).toHaveLength(1);
  });

  it('waits for retries on the clock', async () => {
    const { ports, clock } = setUp();
    const retry = { max_attempts: 2, initial_delay: 7, jitter: 0 };
    const running = runInline(
      ports,
      submission(recipe({ nodes: [call('a', 'flaky', {}, { retry })] })),
    );
    await settled();
    await clock.advance(7_000);
    const view = await running;
    expect(view).toMatchObject({ status: 'failed', error: { code: 'provider_error' } });
    expect('metrics' in view && view.metrics.attempts).toBe(2);
  });

  it.each<[string, object]>([
    ['that a template gives', { for: '{{ 30 * 60 }}' }],
    ['until a time', { until: '{{ "2030-01-31T13:00:00Z" }}' }],
  ])('does not hold its request for a long wait %s', async (_, more) => {
    const { ports, clock } = setUp();
    const node = { id: 'a', type: 'wait', ...more };
    const view = await runInline(ports, submission(recipe({ nodes: [node] })));
    expect(view).toMatchObject({
      status: 'failed',
      error: { code: 'inline_unsupported', node: 'a' },
    });
    expect(clock.nextAt()).toBeUndefined();
  });

  it('waits up to a minute in all', async () => {
    const { ports, clock } = setUp();
    const waits = ['a', 'b', 'c'].map((id) => ({ id, type: 'wait', for: 25 }));
    const running = runInline(ports, submission(recipe({ nodes: waits })));
    await settled();
    await clock.advance(25_000);
    await clock.advance(25_000);
    expect(await running).toMatchObject({
      status: 'failed',
      error: { code: 'inline_unsupported', node: 'c' },
    });
  });

  it('does not hold its request for a retry in an hour', async () => {
    const { ports, clock } = setUp();
    const retry = { max_attempts: 5, initial_delay: '1h', max_delay: '2h' };
    const view = await runInline(
      ports,
      submission(recipe({ nodes: [call('a', 'flaky', {}, { retry })] })),
    );
    expect(view).toMatchObject({ status: 'failed', error: { code: 'provider_error' } });
    expect(clock.nextAt()).toBeUndefined();
  });

  it('is cancelled by the signal, and what is in flight with it', async () => {
    const { ports, recorded } = setUp();
    const client = new AbortController();
    const running = runInline(
      ports,
      submission(recipe({ nodes: [call('a', 'gate')] })),
      client.signal,
    );
    await settled();
    client.abort();
    expect(await running).toMatchObject({ status: 'cancelled' });
    expect(recorded).toHaveLength(1);
  });

  it('does not begin a node when the signal has aborted already', async () => {
    const { ports, recorded } = setUp();
    const view = await runInline(
      ports,
      submission(recipe({ nodes: [call('a', 'gate')] })),
      AbortSignal.abort(),
    );
    expect(view).toMatchObject({ status: 'cancelled' });
    expect(recorded[0]?.events.map(({ type }) => type)).toEqual(['run.cancelled']);
  });

  it('leaves no timer of the run behind', async () => {
    const { ports, clock } = setUp();
    await runInline(ports, submission(recipe({ nodes: [give('a', 1)], limits: { timeout: 600 } })));
    await clock.advance(599_000);
    await clock.advance(2_000);
    expect(clock.nextAt()).toBeUndefined();
  });
});
