/** Checkpoints of steps under way: kept in rows, found again after a restart, gone when decided. */
import { describe, expect, it } from 'vitest';
import { restore } from '../../../src/core/run/restore.ts';
import { identityOf, planOf, startRun } from '../../support/run-recipe.ts';
import type { StartedRun } from '../../support/run-recipe.ts';
import { settled } from '../../support/manual-clock.ts';
import { storedRun } from '../../support/run-rows.ts';

const ONE = planOf(`
name: one
nodes:
  - { id: a, type: function_task, function_identifier: test.gate }
  - { id: b, type: function_task, function_identifier: test.value, input: { value: 1 } }
`);
const ITEMS = planOf(`
name: items
nodes:
  - id: m
    type: map
    over: [1, 2]
    task: { type: function_task, function_identifier: test.gate }
`);

function report(run: StartedRun, key: string, done: number, attempt = 1): void {
  run.driver.post({
    type: 'progress',
    key,
    attempt,
    checkpoint: { at: done },
    done,
    total: 10,
  });
}

/** The state that a restart would find. */
function again({ records }: StartedRun, plan = ONE) {
  return restore(storedRun(identityOf(), plan, records));
}

describe('progress of a step', () => {
  it('is an event and a row, and the node is shown once, as running', async () => {
    const run = await startRun(ONE);
    report(run, 'a', 3);
    expect(run.events().at(-1)).toMatchObject({
      type: 'node.progress',
      key: 'a',
      node: 'a',
      done: 3,
      total: 10,
    });
    expect(run.records.at(-1)?.steps).toEqual([
      expect.objectContaining({ key: 'a', status: 'open', checkpoint: { at: 3 } }),
    ]);
    const view = run.view();
    expect('nodes' in view && view.nodes.map(({ key, status }) => `${key} ${status}`)).toEqual([
      'a running',
    ]);
  });

  it('comes back after a restart, with an attempt that is to be made', async () => {
    const run = await startRun(ONE);
    report(run, 'a', 3);
    report(run, 'a', 5);
    const state = again(run);
    expect(state.active.get('a')).toMatchObject({
      phase: 'ready',
      attempt: 1,
      checkpoint: { at: 5 },
    });
    expect([...state.rows.keys()]).toEqual([]);
  });

  it('is gone when the step is decided', async () => {
    const run = await startRun(ONE);
    report(run, 'a', 3);
    run.functions.gates[0]?.open('done');
    await settled();
    const rows = storedRun(identityOf(), ONE, run.records).steps;
    expect(rows.map(({ key, status, checkpoint }) => [key, status, checkpoint])).toEqual([
      ['a', 'completed', undefined],
      ['b', 'completed', undefined],
    ]);
    expect(again(run).status).toBe('completed');
  });

  it('of another attempt, or of what is decided, changes nothing', async () => {
    const run = await startRun(ONE);
    report(run, 'a', 3, 2);
    report(run, 'none', 3);
    run.functions.gates[0]?.open('done');
    await settled();
    report(run, 'a', 4);
    expect(run.events().some(({ type }) => type === 'node.progress')).toBe(false);
    expect(run.status()).toBe('completed');
  });

  it('stays through a retry', async () => {
    const run = await startRun(`
name: retried
nodes:
  - { id: a, type: function_task, function_identifier: test.gate, retry: { max_attempts: 2 } }
`);
    report(run, 'a', 3);
    run.functions.gates[0]?.break('provider_error');
    await settled();
    expect(run.state.active.get('a')).toMatchObject({ phase: 'backoff', checkpoint: { at: 3 } });
    await run.clock.advance(run.clock.nextAt()! - run.clock.now());
    expect(run.state.active.get('a')).toMatchObject({ attempt: 2, checkpoint: { at: 3 } });
  });

  it('of an item comes back, and leaves nothing when the item is decided', async () => {
    const run = await startRun(ITEMS);
    report(run, 'm[0]', 3);
    report(run, 'm[1]', 4);
    const state = again(run, ITEMS);
    expect(state.active.get('m[0]')?.checkpoint).toEqual({ at: 3 });
    expect(state.active.get('m[1]')?.checkpoint).toEqual({ at: 4 });
    run.functions.gates[0]?.open('done');
    await settled();
    expect(again(run, ITEMS).active.has('m[0]')).toBe(false);
    run.functions.gates[1]?.open('done');
    await settled();
    const ended = again(run, ITEMS);
    expect(ended.status).toBe('completed');
    expect([...ended.rows.keys()]).toEqual(['m']);
  });

  it('of a cancelled step is gone', async () => {
    const run = await startRun(ONE);
    report(run, 'a', 3);
    run.driver.post({ type: 'cancel' });
    const rows = storedRun(identityOf(), ONE, run.records).steps;
    expect(rows.map(({ key, status }) => [key, status])).toEqual([['a', 'cancelled']]);
  });
});
