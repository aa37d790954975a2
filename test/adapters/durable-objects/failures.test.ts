/** The recipe that a failed run starts: once, with a report, until it could be started. */
import { describe, expect, it } from 'vitest';
import { fail, ok } from '../../../src/core/errors.ts';
import type { StartAfterFailure } from '../../../src/runtime/on-failure.ts';
import { settled } from '../../support/manual-clock.ts';
import { createTestPartition } from '../../support/partition.ts';

type Order = Parameters<StartAfterFailure>[1];

const FAILING = `
name: failing
on_failure: {recipe: tell}
nodes: [{id: a, type: function_task, function_identifier: test.fail, input: {code: plugin_error}}]
`;

/** Takes orders, and answers them as told. */
function starter(answers: readonly ('ok' | 'later' | 'never' | 'throws')[]) {
  const orders: Order[] = [];
  const start: StartAfterFailure = async (_tenant, order) => {
    const answer = answers[orders.length] ?? 'ok';
    orders.push(order);
    if (answer === 'throws') throw new Error('the network is gone');
    if (answer === 'later') return fail('queue_full', 'Too many');
    return answer === 'ok' ? ok('run_told') : fail('recipe_not_found', 'No such recipe');
  };
  return { orders, start };
}

describe('on_failure', () => {
  it('starts the recipe with the report of the failed run, which tells of it', async () => {
    const { orders, start } = starter(['ok']);
    const partition = createTestPartition({ startAfterFailure: start });
    const { id } = partition.submit(FAILING, { labels: { team: 'x' } });
    await settled();
    expect(orders).toMatchObject([
      {
        recipe: 'tell',
        failed: id,
        report: {
          id,
          recipe: 'failing',
          labels: { team: 'x' },
          error: { code: 'plugin_error', node: 'a' },
        },
      },
    ]);
    expect(partition.view(id)).toMatchObject({
      on_failure: { recipe: 'tell', status: 'started', run_id: 'run_told' },
    });
    await partition.crash();
    await partition.pass(86_400_000);
    expect(orders).toHaveLength(1);
  });

  it.each(['later', 'throws'] as const)(
    'is tried again when it %s, also after a crash',
    async (answer) => {
      const { orders, start } = starter([answer, answer]);
      const partition = createTestPartition({ startAfterFailure: start });
      const { id } = partition.submit(FAILING);
      await settled();
      expect(partition.view(id)).toMatchObject({ on_failure: { status: 'pending' } });
      await partition.crash();
      await partition.pass(65_000);
      expect(new Set(orders.map(({ key }) => key)).size).toBe(1);
      expect(orders).toHaveLength(3);
      expect(partition.view(id)).toMatchObject({ on_failure: { status: 'started' } });
    },
  );

  it('says why when it cannot be started at all', async () => {
    const { orders, start } = starter(['never']);
    const partition = createTestPartition({ startAfterFailure: start });
    const { id } = partition.submit(FAILING);
    await settled();
    await partition.pass(86_400_000);
    expect(orders).toHaveLength(1);
    expect(partition.view(id)).toMatchObject({
      on_failure: { status: 'failed', detail: 'recipe_not_found: No such recipe' },
    });
  });

  it('is asked again when the run is retried and fails again, under another key', async () => {
    const { orders, start } = starter([]);
    const partition = createTestPartition({ startAfterFailure: start });
    const { id } = partition.submit(FAILING);
    await settled();
    await partition.pass(1_000);
    partition.act(id, 'retry');
    await settled();
    expect(new Set(orders.map(({ key }) => key)).size).toBe(2);
  });

  it('is not asked for runs that end otherwise', async () => {
    const { orders, start } = starter([]);
    const partition = createTestPartition({ startAfterFailure: start });
    partition.submit(FAILING.replace('test.fail', 'test.echo'));
    const { id } = partition.submit(FAILING.replace('test.fail', 'test.gate'));
    partition.act(id, 'cancel');
    await settled();
    expect(orders).toEqual([]);
  });
});
