/** What nodes have done is undone in reverse order, once, also across crashes. */
import { describe, expect, it } from 'vitest';
import { act } from '../../../src/adapters/durable-objects/bulk.ts';
import type { RunView } from '../../../src/core/run/view.ts';
import { settled } from '../../support/manual-clock.ts';
import { createTestPartition } from '../../support/partition.ts';
import type { TestPartition } from '../../support/partition.ts';
import { planOf } from '../../support/run-recipe.ts';

type Shown = Extract<RunView, { status: 'failed' }>;

const undo = (key: string) =>
  `compensate: {function_identifier: test.gate, input: {key: "undo-${key}", of: "{{ ${key} }}"}}`;
const echo = (id: string, more = '') =>
  `  - {id: ${id}, type: function_task, function_identifier: test.echo, input: {v: ${id}}${more === '' ? '' : `, ${more}`}}`;
const SAGA = `
name: saga
limits: {timeout: 60s}
nodes:
${echo('reserve', undo('reserve'))}
${echo('note')}
${echo('charge', undo('charge'))}
  - {id: ship, type: function_task, function_identifier: test.gate, input: {key: ship}, ${undo('ship')}}
`;

const gates = (partition: TestPartition) =>
  partition.functions.gates.filter(({ signal }) => !signal.aborted).map(({ input }) => input);

async function failing(partition: TestPartition) {
  const { id } = partition.submit(SAGA);
  await settled();
  partition.functions.gates.shift()!.break('plugin_error');
  await settled();
  return id;
}

describe('a run that fails', () => {
  it('calls what undoes its nodes one after the other, the last one first, and then ends', async () => {
    const partition = createTestPartition();
    const id = await failing(partition);
    expect(partition.status(id)).toBe('running');
    expect(gates(partition)).toEqual([{ key: 'undo-charge', of: { v: 'charge' } }]);
    await partition.crash();
    expect(gates(partition)).toEqual([{ key: 'undo-charge', of: { v: 'charge' } }]);
    await partition.open('undo-charge');
    expect(gates(partition)).toEqual([{ key: 'undo-reserve', of: { v: 'reserve' } }]);
    await partition.crash();
    await partition.open('undo-reserve');
    const view = partition.view(id) as Shown;
    expect(view).toMatchObject({ status: 'failed', error: { code: 'plugin_error', node: 'ship' } });
    expect(view.nodes.map(({ key, status }) => `${key} ${status}`)).toEqual([
      'reserve completed',
      'note completed',
      'charge completed',
      'ship failed',
      'charge!undo completed',
      'reserve!undo completed',
    ]);
    expect(await partition.types(id)).toEqual(
      expect.arrayContaining(['run.rolling_back', 'run.failed']),
    );
  });

  it('is undone to its end when one call fails for good, and says so', async () => {
    const partition = createTestPartition();
    const id = await failing(partition);
    partition.functions.gates.pop()!.break('plugin_error');
    await settled();
    await partition.open('undo-reserve');
    const view = partition.view(id) as Shown;
    expect(view.status).toBe('failed');
    expect(view.warnings.map(({ code }) => code)).toEqual(['compensation_failed']);
    expect(view.error).toMatchObject({ node: 'ship' });
  });

  it('tries such a call again when that may help', async () => {
    const partition = createTestPartition();
    const id = await failing(partition);
    partition.functions.gates.pop()!.break('provider_error');
    await settled();
    await partition.pass(2_000);
    await partition.open('undo-charge');
    await partition.open('undo-reserve');
    expect((partition.view(id) as Shown).warnings).toEqual([]);
  });

  it('has no deadline while it is undone, and is not kept from it by a cancellation', async () => {
    const partition = createTestPartition();
    const id = await failing(partition);
    await partition.pass(90_000);
    partition.act(id, 'cancel');
    await partition.open('undo-charge');
    await partition.open('undo-reserve');
    expect(partition.status(id)).toBe('failed');
  });

  it('cannot be retried after that, and a replay does again what was undone', async () => {
    const partition = createTestPartition();
    const id = await failing(partition);
    await partition.open('undo-charge');
    await partition.open('undo-reserve');
    expect(() => partition.act(id, 'retry')).toThrow(
      expect.objectContaining({ code: 'run_finished' }),
    );
    const before = partition.functions.calls.length;
    partition.replay(id, { from: 'ship' });
    await settled();
    expect(partition.functions.calls.slice(before).map(({ input }) => input)).toEqual([
      { v: 'reserve' },
      { v: 'charge' },
      { key: 'ship' },
    ]);
  });

  it('undoes what a sub-recipe had done, and takes templates in outputs for text', async () => {
    const partition = createTestPartition();
    const inner = `
name: inner
nodes:
  - {id: pay, type: function_task, function_identifier: test.echo, input: {v: "{% raw %}{{ 1 + 1 }}{% endraw %}"}, compensate: test.gate}
  - {id: bad, type: function_task, function_identifier: test.fail}
`;
    const plan = planOf('name: outer\nnodes: [{id: sub, type: recipe, recipe_path: inner.yaml}]', {
      sources: { 'recipes/inner.yaml': inner },
    });
    const { id } = partition.submit(plan);
    await settled();
    expect(gates(partition)).toEqual([{ output: { v: '{{ 1 + 1 }}' } }]);
    partition.functions.gates[0]!.open(null);
    await settled();
    expect(partition.status(id)).toBe('failed');
  });
});

describe('a run that is cancelled', () => {
  it('is undone only when that is asked for', async () => {
    const partition = createTestPartition();
    const [plain, undone] = [partition.submit(SAGA), partition.submit(SAGA)];
    await settled();
    expect(partition.act(plain.id, 'cancel').status).toBe('cancelled');
    const asked = act(partition.live(), undone.id, 'cancel', { rollback: true });
    expect(asked).toMatchObject({ ok: true, value: { status: 'running' } });
    await settled();
    await partition.open('undo-charge');
    await partition.open('undo-reserve');
    expect(partition.status(undone.id)).toBe('cancelled');
  });

  it('needs room to be undone when it waited', async () => {
    const partition = createTestPartition({ maxRunning: 1 });
    const recipe = `name: w\nnodes:\n${echo('a', undo('a'))}\n  - {id: w, type: wait, event: go}\n`;
    const { id } = partition.submit(recipe);
    await settled();
    partition.submit(SAGA);
    await settled();
    act(partition.live(), id, 'cancel', { rollback: true });
    expect(partition.status(id)).toBe('queued');
    await partition.open('ship');
    await settled();
    expect(partition.status(id)).toBe('running');
    await partition.open('undo-a');
    expect(partition.status(id)).toBe('cancelled');
  });
});
