/** Runs that start, wait for room, give it back and get it again. */
import { describe, expect, it } from 'vitest';
import { settled } from '../../support/manual-clock.ts';
import { createTestPartition } from '../../support/partition.ts';
import type { TestPartition } from '../../support/partition.ts';
import { planOf } from '../../support/run-recipe.ts';

/** Goes through a gate of its key, and then ends. */
const gate = (more = '') => `
name: gated
user_inputs: [{id: key, type: string}]
nodes: [{id: a, type: function_task, function_identifier: test.gate, input: {key: "{{ key }}"}}]
${more}
`;
/** Waits for an event before its gate. */
const waiting = (more = '') => `
name: waits
user_inputs: [{id: key, type: string}]
nodes:
  - {id: w, type: wait, event: go}
  - {id: a, type: function_task, function_identifier: test.gate, input: {key: "{{ key }}"}}
${more}
`;

const ids = (partition: TestPartition, status: string, all: readonly string[]) =>
  all.filter((id) => partition.status(id) === status);

describe('room', () => {
  it('is given to as many runs as there are slots, the next when one ends', async () => {
    const partition = createTestPartition({ maxRunning: 2 });
    const runs = ['a', 'b', 'c', 'd'].map((key) => partition.submit(gate(), { inputs: { key } }));
    expect(runs.map(({ status }) => status)).toEqual(['running', 'running', 'queued', 'queued']);
    expect(runs[3]).toMatchObject({ queue_position: 2 });
    await settled();
    await partition.open('a');
    expect(runs.map(({ id }) => partition.status(id))).toEqual([
      'completed',
      'running',
      'running',
      'queued',
    ]);
  });

  it('is refused when the queue is full, and nothing that was accepted is lost', async () => {
    const partition = createTestPartition({ maxRunning: 1, maxQueued: 1 });
    const [a, b] = ['a', 'b'].map((key) => partition.submit(gate(), { inputs: { key } }));
    expect(() => partition.submit(gate(), { inputs: { key: 'c' } })).toThrow(
      expect.objectContaining({ code: 'queue_full' }),
    );
    await settled();
    await partition.crash();
    await partition.open('a');
    await partition.open('b');
    expect(ids(partition, 'completed', [a!.id, b!.id])).toHaveLength(2);
    expect(partition.faults).toEqual([]);
  });

  it('is not held by a run that waits, which gets it again in its turn', async () => {
    const partition = createTestPartition({ maxRunning: 1 });
    const first = partition.submit(waiting(), { inputs: { key: 'first' } });
    await settled();
    expect(partition.status(first.id)).toBe('waiting');
    const second = partition.submit(gate(), { inputs: { key: 'second' } });
    const third = partition.submit(gate(), { inputs: { key: 'third' } });
    await settled();
    partition.deliver(first.id, 'go');
    await settled();
    expect(partition.view(first.id)).toMatchObject({ status: 'queued', queue_position: 1 });
    expect(partition.status(second.id)).toBe('running');
    await partition.crash();
    expect(partition.view(first.id)).toMatchObject({ status: 'queued', queue_position: 1 });
    await partition.open('second');
    expect(partition.status(first.id)).toBe('running');
    expect(partition.status(third.id)).toBe('queued');
    await partition.open('first');
    await partition.open('third');
    expect(await partition.types(first.id)).toEqual([
      'run.queued',
      'run.started',
      'node.started',
      'node.waiting',
      'node.completed',
      'run.queued',
      'run.resumed',
      'node.started',
      'node.completed',
      'run.completed',
    ]);
  });

  it('is not needed for an event that sets nothing in motion', async () => {
    const partition = createTestPartition({ maxRunning: 1 });
    const first = partition.submit(waiting(), { inputs: { key: 'first' } });
    await settled();
    partition.submit(gate(), { inputs: { key: 'second' } });
    partition.deliver(first.id, 'something else');
    await settled();
    expect(partition.status(first.id)).toBe('waiting');
  });

  it('is needed again when a time comes, also after a crash', async () => {
    const partition = createTestPartition({ maxRunning: 1 });
    const timer = waiting().replace('event: go', 'for: 10m');
    const first = partition.submit(timer, { inputs: { key: 'first' } });
    await settled();
    partition.submit(gate('timeout: 2h').replace('timeout: 2h', ''), { inputs: { key: 'second' } });
    await settled();
    await partition.crash();
    await partition.pass(60_000);
    expect(partition.status(first.id)).toBe('waiting');
    await partition.open('second');
    await partition.pass(540_000);
    expect(partition.status(first.id)).toBe('running');
  });
});

describe('a concurrency key', () => {
  const keyed = (limit: number, onLimit = 'queue', inner = gate()) =>
    `${inner}concurrency: {key: "{{ key }}", limit: ${limit}, on_limit: ${onLimit}}\n`;

  it('holds its limit and leaves other keys alone', async () => {
    const partition = createTestPartition();
    const runs = ['x', 'x', 'y'].map((key) => partition.submit(keyed(1), { inputs: { key } }));
    expect(runs.map(({ status }) => status)).toEqual(['running', 'queued', 'running']);
    await settled();
    await partition.open('x');
    expect(partition.status(runs[1]!.id)).toBe('running');
  });

  it('refuses with on_limit: reject what would not start at once', async () => {
    const partition = createTestPartition();
    partition.submit(keyed(1, 'reject'), { inputs: { key: 'x' } });
    expect(() => partition.submit(keyed(1, 'reject'), { inputs: { key: 'x' } })).toThrow(
      expect.objectContaining({ code: 'concurrency_limit' }),
    );
    await settled();
    await partition.open('x');
    expect(partition.submit(keyed(1, 'reject'), { inputs: { key: 'x' } }).status).toBe('running');
  });

  it('cancels the oldest with on_limit: replace', async () => {
    const partition = createTestPartition();
    const runs = [1, 2, 3].map(() =>
      partition.submit(keyed(2, 'replace'), { inputs: { key: 'x' } }),
    );
    await settled();
    expect(runs.map(({ id }) => partition.status(id))).toEqual(['cancelled', 'running', 'running']);
    expect(partition.view(runs[0]!.id)).toMatchObject({ cancel_reason: 'replaced' });
  });

  it('is not overtaken by a run that comes back to it', async () => {
    const partition = createTestPartition();
    const recipe = keyed(1, 'queue', waiting());
    const runs = [1, 2].map(() => partition.submit(recipe, { inputs: { key: 'x' } }));
    await settled();
    expect(runs.map(({ id }) => partition.status(id))).toEqual(['waiting', 'waiting']);
    for (const { id } of runs) partition.deliver(id, 'go');
    await settled();
    expect(runs.map(({ id }) => partition.status(id))).toEqual(['running', 'queued']);
    await partition.open('x');
    await partition.open('x');
    expect(
      ids(
        partition,
        'completed',
        runs.map(({ id }) => id),
      ),
    ).toHaveLength(2);
  });

  it('holds its limit under 200 submissions, sub-recipes and maps included', async () => {
    const partition = createTestPartition({ maxRunning: 7 });
    const { gates } = partition.functions;
    const inner = `
name: inner
user_inputs: [{id: key, type: string}]
nodes:
  - {id: w, type: wait, for: 5}
  - {id: busy, type: function_task, function_identifier: test.gate, input: {key: "{{ key }}"}}
`;
    const plan = planOf(
      `
name: crowd
user_inputs: [{id: key, type: string}]
concurrency: {key: "{{ key }}", limit: 3}
nodes:
  - id: each
    type: map
    over: [1, 2]
    max_concurrency: 2
    task: {type: recipe, recipe_path: inner.yaml, input_mapping: {key: "{{ key }}"}}
  - {id: busy, type: function_task, function_identifier: test.gate, input: {key: "{{ key }}"}}
`,
      { sources: { 'recipes/inner.yaml': inner } },
    );
    const runs = Array.from({ length: 200 }, (_, index) =>
      partition.submit(plan, { inputs: { key: `k${index % 2}` } }),
    );
    let most = 0;
    const isBusy = () => {
      const { queue, due } = partition.live();
      return queue.running.size + queue.waiting.size + due.size > 0;
    };
    for (let round = 0; isBusy() && round < 500; round += 1) {
      await partition.pass(1_000);
      const { running, used } = partition.live().queue;
      most = Math.max(most, ...used.values());
      expect(running.size).toBeLessThanOrEqual(7);
      for (const gateOpen of gates.splice(0)) gateOpen.open('opened');
      await settled();
      if (round % 50 === 49) await partition.crash();
    }
    expect(
      ids(
        partition,
        'completed',
        runs.map(({ id }) => id),
      ),
    ).toHaveLength(200);
    expect(most).toBe(3);
    expect(partition.faults).toEqual([]);
  }, 60_000);
});

describe('time', () => {
  it('delays a run until start_at, across a crash', async () => {
    const partition = createTestPartition();
    const startAt = partition.clock.now() + 3_600_000;
    const run = partition.submit(gate(), { inputs: { key: 'a' }, startAt });
    expect(run).toMatchObject({ status: 'queued', start_at: new Date(startAt).toISOString() });
    await partition.crash();
    await partition.pass(3_599_999);
    expect(partition.status(run.id)).toBe('queued');
    await partition.pass(1);
    expect(partition.status(run.id)).toBe('running');
  });

  it('lets a recipe start no faster than its rate, also after a crash', async () => {
    const partition = createTestPartition();
    const recipe = gate('rate_limit: {limit: 2, window: 1m}');
    const runs = ['a', 'b', 'c'].map((key) => partition.submit(recipe, { inputs: { key } }));
    const statuses = () => runs.map(({ id }) => partition.status(id));
    expect(statuses()).toEqual(['running', 'running', 'queued']);
    await partition.pass(30_000);
    await partition.crash();
    expect(statuses()).toEqual(['running', 'running', 'queued']);
    await partition.pass(30_000);
    expect(statuses()).toEqual(['running', 'running', 'running']);
  });

  it('makes one run of submissions close together, with what the last one gave', async () => {
    const partition = createTestPartition();
    const recipe = gate('debounce: {wait: 10s, max_wait: 25s}');
    const first = partition.submit(recipe, { inputs: { key: 'a' } });
    await partition.pass(9_000);
    await partition.crash();
    const second = partition.submit(recipe, { inputs: { key: 'b' } });
    expect(second).toMatchObject({ id: first.id, status: 'queued', inputs: { key: 'b' } });
    await partition.pass(9_000);
    expect(partition.submit(recipe, { inputs: { key: 'c' } }).id).toBe(first.id);
    await partition.pass(6_999);
    expect(partition.status(first.id)).toBe('queued');
    await partition.pass(1);
    expect(partition.view(first.id)).toMatchObject({ status: 'running', inputs: { key: 'c' } });
    expect(await partition.types(first.id)).toEqual([
      'run.queued',
      'run.debounced',
      'run.debounced',
      'run.started',
      'node.started',
    ]);
    expect(partition.submit(recipe, { inputs: { key: 'd' } }).id).not.toBe(first.id);
  });
});
