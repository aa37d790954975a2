/** Runs that are done again from a point on, and many runs changed at once. */
import { describe, expect, it } from 'vitest';
import { bulk } from '../../../src/adapters/durable-objects/bulk.ts';
import { listRuns } from '../../../src/adapters/durable-objects/list-rows.ts';
import type { RunView } from '../../../src/core/run/view.ts';
import { startFlaky } from '../../support/flaky-run.ts';
import { settled } from '../../support/manual-clock.ts';
import { createTestPartition } from '../../support/partition.ts';
import type { TestPartition } from '../../support/partition.ts';

type Shown = Extract<RunView, { status: 'completed' }>;

/** What the functions of a run were called with, by name. */
const calls = (partition: TestPartition, name: string) =>
  partition.functions.calls.filter((call) => call.name === name).map(({ input }) => input);

/** Two gates one after the other, `a` and `b`. */
const TWO = `
name: two
limits: {timeout: 60s}
nodes:
  - {id: a, type: function_task, function_identifier: test.gate, input: {key: a}}
  - {id: b, type: function_task, function_identifier: test.gate, input: {key: b}}
`;

const CHAIN = `
name: chain
user_inputs: [{id: n, type: int, default: 1}]
nodes:
  - {id: a, type: function_task, function_identifier: test.double, input: {n: "{{ n }}"}}
  - {id: side, type: function_task, function_identifier: test.upper, input: {text: side}}
  - {id: b, type: function_task, function_identifier: test.add, input: {a: "{{ a }}", b: "{{ n }}"}}
  - {id: c, type: function_task, function_identifier: test.add, input: {a: "{{ b }}", b: 100}}
edges: [a to b, b to c, START to a, START to side]
`;

describe('a replay', () => {
  it('from a node takes over what came before and beside it, with other inputs', async () => {
    const partition = createTestPartition();
    const first = partition.submit(CHAIN);
    await settled();
    expect(partition.output(first.id, 'c')).toBe(103);
    const again = partition.replay(first.id, { from: 'b' }, { inputs: { n: 5 } });
    expect(again).toMatchObject({ replay_of: first.id, inputs: { n: 5 } });
    await partition.crash();
    expect(partition.view(again.id)).toMatchObject({ status: 'completed' });
    expect(partition.output(again.id, 'c')).toBe(107);
    expect(calls(partition, 'double')).toHaveLength(1);
    expect(calls(partition, 'upper')).toHaveLength(1);
    const { nodes } = partition.view(again.id) as Shown;
    expect(
      nodes.filter(({ stats }) => stats !== undefined && 'reused' in stats).map(({ key }) => key),
    ).toEqual(['a', 'side']);
    expect(partition.status(first.id)).toBe('completed');
  });

  it('from its beginning runs everything', async () => {
    const partition = createTestPartition();
    const first = partition.submit(CHAIN);
    await settled();
    const again = partition.replay(first.id);
    await settled();
    expect(partition.output(again.id, 'c')).toBe(103);
    expect(calls(partition, 'double')).toHaveLength(2);
  });

  it('from an item repeats that item alone, with another one in its place', async () => {
    const partition = createTestPartition();
    const recipe = `
name: items
nodes:
  - {id: list, type: function_task, function_identifier: test.range, input: {n: 4}}
  - {id: m, type: map, over: list, task: {type: function_task, function_identifier: test.double, input: {n: "{{ item }}"}}, collect: values}
  - {id: total, type: function_task, function_identifier: test.sum, input: {items: "{{ m }}"}}
`;
    const first = partition.submit(recipe);
    await settled();
    expect(partition.output(first.id, 'total')).toBe(12);
    const again = partition.replay(first.id, { from: 'm[2]', item: 10 });
    await settled();
    expect(partition.output(again.id, 'm')).toEqual([0, 2, 20, 6]);
    expect(partition.output(again.id, 'total')).toBe(28);
    expect(calls(partition, 'double')).toHaveLength(5);
  });

  it('does no item over whose value is the same, and every one whose value is another', async () => {
    const partition = createTestPartition();
    const recipe = `
name: items
user_inputs: [{id: list, type: json, default: [1, 2, 3]}]
nodes:
  - {id: m, type: map, over: list, task: {type: function_task, function_identifier: test.double, input: {n: "{{ item }}"}}, collect: values}
`;
    const first = partition.submit(recipe);
    await settled();
    const again = partition.replay(first.id, { from: 'm[0]' }, { inputs: { list: [1, 9, 3] } });
    await settled();
    expect(partition.output(again.id, 'm')).toEqual([2, 18, 6]);
    expect(calls(partition, 'double').slice(3)).toEqual([{ n: 1 }, { n: 9 }]);
  });

  it('from a step inside a sub-recipe takes over what came before it there', async () => {
    const partition = createTestPartition();
    const { id } = await startFlaky(partition);
    partition.act(id, 'retry');
    await settled();
    const again = partition.replay(id, { from: 's/y' }, { inputs: { times: 0 } });
    await settled();
    expect(partition.view(again.id).status).toBe('completed');
    expect(calls(partition, 'upper')).toHaveLength(1);
  });

  it('of a visit in a loop keeps the visits before it', async () => {
    const partition = createTestPartition();
    const recipe = `
name: loop
nodes:
  - {id: n, type: function_task, function_identifier: test.add, input: {a: "{{ n | default(0) }}", b: 1}}
edges:
  - START to n
  - n to n if n < 3
`;
    const first = partition.submit(recipe);
    await settled();
    const again = partition.replay(first.id, { from: 'n@3' });
    await settled();
    expect(partition.view(again.id)).toMatchObject({ status: 'completed', result: { n: 3 } });
    expect(calls(partition, 'add')).toHaveLength(4);
  });

  it.each([
    [{ from: 'nothing' }],
    [{ from: 'a[0]' }],
    [{ from: 'a', item: 1 }],
    [{ from: 'a/b' }],
    [{ from: 'm[1][2]' }],
    [{ from: '__proto__' }],
  ])('from %j, which there is not, is refused', async (point) => {
    const partition = createTestPartition();
    const first = partition.submit(CHAIN);
    await settled();
    expect(() => partition.replay(first.id, point)).toThrow(
      expect.objectContaining({ code: 'node_not_found' }),
    );
  });
});

describe('many at once', () => {
  it('are retried, cancelled and discarded by filter, the oldest first and so many at a time', async () => {
    const partition = createTestPartition();
    const failing =
      'name: f\nnodes: [{id: a, type: function_task, function_identifier: test.flaky, input: {times: 3, code: plugin_error}}]';
    const runs = ['x', 'x', 'y'].map((team) => partition.submit(failing, { labels: { team } }));
    const gated = partition.submit(TWO, { labels: { team: 'x' } });
    await settled();
    const { sql } = partition.live();
    expect(listRuns(sql, { status: 'failed', limit: 9 })).toMatchObject([
      { id: runs[2]!.id, error: { code: 'plugin_error', node: 'a' } },
      { id: runs[1]!.id },
      { id: runs[0]!.id },
    ]);
    const label = { name: 'team', value: 'x' };
    expect(await bulk(partition.live(), { action: 'retry', filter: { label }, limit: 1 })).toEqual({
      changed: 1,
      hasMore: true,
    });
    await settled();
    expect(runs.map(({ id }) => partition.status(id))).toEqual(['completed', 'failed', 'failed']);
    const cancelled = await bulk(partition.live(), {
      action: 'cancel',
      filter: { label },
      limit: 9,
    });
    expect(cancelled.changed).toBe(1);
    expect(partition.status(gated.id)).toBe('cancelled');
    const discard = {
      action: 'discard' as const,
      filter: { recipe: 'f', status: 'failed' as const },
      limit: 9,
    };
    expect(await bulk(partition.live(), discard)).toEqual({ changed: 2, hasMore: false });
    expect(listRuns(sql, { recipe: 'f', limit: 9 }).map(({ id }) => id)).toEqual([runs[0]!.id]);
    for (const table of ['run_rows', 'steps', 'events']) {
      const rows = sql.exec(`SELECT 1 FROM ${table} WHERE run = ?`, runs[1]!.id).toArray();
      expect(rows).toEqual([]);
    }
  });

  it('are listed by label and by the time they were made', async () => {
    const partition = createTestPartition();
    const at = partition.clock.now();
    const [first] = [partition.submit(TWO, { labels: { n: 1, ok: true } })];
    await partition.pass(1_000);
    const second = partition.submit(TWO, { labels: { n: 2, "a'b": 'c' } });
    const list = (filter: object) =>
      listRuns(partition.live().sql, { limit: 9, ...filter }).map(({ id }) => id);
    expect(list({ label: { name: 'n', value: '1' } })).toEqual([first!.id]);
    expect(list({ label: { name: 'ok', value: 'true' } })).toEqual([first!.id]);
    expect(list({ label: { name: "a'b", value: 'c' } })).toEqual([second.id]);
    expect(list({ label: { name: '$.n', value: '1' } })).toEqual([]);
    expect(list({ createdFrom: at + 1 })).toEqual([second.id]);
    expect(list({ createdBefore: at + 1 })).toEqual([first!.id]);
    expect(list({ cursor: second.id })).toEqual([first!.id]);
  });
});
