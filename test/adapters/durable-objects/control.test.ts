/** Runs that are paused, taken up again, tried again and done again; also across crashes. */
import { describe, expect, it } from 'vitest';
import type { RunView } from '../../../src/core/run/view.ts';
import { startFlaky } from '../../support/flaky-run.ts';
import { settled } from '../../support/manual-clock.ts';
import { createTestPartition } from '../../support/partition.ts';
import type { TestPartition } from '../../support/partition.ts';

/** Two gates one after the other, `a` and `b`. */
const TWO = `
name: two
limits: {timeout: 60s}
nodes:
  - {id: a, type: function_task, function_identifier: test.gate, input: {key: a}}
  - {id: b, type: function_task, function_identifier: test.gate, input: {key: b}}
`;

type Shown = Extract<RunView, { status: 'completed' }>;

/** What the functions of a run were called with, by name. */
const calls = (partition: TestPartition, name: string) =>
  partition.functions.calls.filter((call) => call.name === name).map(({ input }) => input);

describe('a pause', () => {
  it('lets what is in flight end and begins nothing else, until the run is resumed', async () => {
    const partition = createTestPartition();
    const { id } = partition.submit(TWO);
    await settled();
    expect(partition.act(id, 'pause').status).toBe('paused');
    expect(partition.act(id, 'pause').status).toBe('paused');
    await partition.open('a');
    expect(partition.status(id)).toBe('paused');
    expect(partition.functions.gates).toHaveLength(0);
    await partition.crash();
    expect(partition.act(id, 'resume').status).toBe('running');
    expect(partition.act(id, 'resume').status).toBe('running');
    await settled();
    await partition.open('b');
    expect(partition.status(id)).toBe('completed');
    expect(await partition.types(id)).toEqual([
      'run.queued',
      'run.started',
      'node.started',
      'run.paused',
      'node.completed',
      'run.queued',
      'run.resumed',
      'node.started',
      'node.completed',
      'run.completed',
    ]);
  });

  it('gives the slot to others once nothing is in flight, and the run waits for one again', async () => {
    const partition = createTestPartition({ maxRunning: 1 });
    const [first, second] = [partition.submit(TWO), partition.submit(TWO)];
    await settled();
    partition.act(first.id, 'pause');
    await settled();
    expect(partition.status(second.id)).toBe('queued');
    await partition.open('a');
    expect(partition.status(second.id)).toBe('running');
    expect(partition.act(first.id, 'resume')).toMatchObject({
      status: 'queued',
      queue_position: 1,
    });
    await settled();
    await partition.open('a');
    await partition.open('b');
    expect(partition.status(first.id)).toBe('running');
  });

  it('goes on at once when it is resumed before its flight has ended', async () => {
    const partition = createTestPartition({ maxRunning: 1 });
    const { id } = partition.submit(TWO);
    partition.submit(TWO);
    await settled();
    partition.act(id, 'pause');
    expect(partition.act(id, 'resume').status).toBe('running');
    await partition.open('a');
    await partition.open('b');
    expect(partition.status(id)).toBe('completed');
  });

  it('repeats after a crash what was in flight when it was paused', async () => {
    const partition = createTestPartition();
    const { id } = partition.submit(TWO);
    await settled();
    partition.act(id, 'pause');
    await partition.crash();
    await partition.pass(40_000);
    expect(partition.functions.gates).toHaveLength(0);
    partition.act(id, 'resume');
    await settled();
    await partition.open('a');
    await partition.open('b');
    expect(partition.status(id)).toBe('completed');
  });

  it('counts for no deadline', async () => {
    const partition = createTestPartition();
    const { id } = partition.submit(TWO);
    await settled();
    partition.act(id, 'pause');
    await partition.open('a');
    await partition.pass(3_600_000);
    partition.act(id, 'resume');
    await settled();
    await partition.pass(59_000);
    expect(partition.status(id)).toBe('running');
    await partition.pass(1_000);
    expect(partition.view(id)).toMatchObject({ status: 'failed', error: { code: 'timeout' } });
  });

  it('keeps a run that has not begun from beginning', async () => {
    const partition = createTestPartition({ maxRunning: 1 });
    const [first, second] = [partition.submit(TWO), partition.submit(TWO)];
    await settled();
    expect(partition.act(second.id, 'pause')).toMatchObject({ id: second.id, status: 'paused' });
    partition.act(first.id, 'cancel');
    await settled();
    expect(partition.status(second.id)).toBe('paused');
    await partition.crash();
    expect(partition.act(second.id, 'resume').status).toBe('running');
  });

  it('keeps what a person or an event brings, and a time that has passed falls due afterwards', async () => {
    const partition = createTestPartition();
    const { id } = partition.submit(`
name: w
nodes:
  - {id: t, type: wait, for: 5m}
  - {id: e, type: wait, event: go}
edges: [START to t, START to e]
`);
    await settled();
    partition.act(id, 'pause');
    partition.deliver(id, 'go');
    await partition.pass(3_600_000);
    expect(partition.status(id)).toBe('paused');
    partition.act(id, 'resume');
    await settled();
    expect(partition.status(id)).toBe('completed');
  });

  it.each(['cancel', 'pause', 'resume', 'retry'] as const)(
    '%s is refused for a run that has ended well',
    async (action) => {
      const partition = createTestPartition();
      const { id } = partition.submit(
        'name: e\nnodes: [{id: a, type: function_task, function_identifier: test.echo}]',
      );
      await settled();
      expect(() => partition.act(id, action)).toThrow(
        expect.objectContaining({ code: 'run_finished' }),
      );
      expect(() => partition.act('run_none', action)).toThrow(
        expect.objectContaining({ code: 'run_not_found' }),
      );
    },
  );
});

describe('a retry', () => {
  it('runs what failed and nothing else: the item, then the node in the sub-recipe', async () => {
    const partition = createTestPartition();
    const { id } = await startFlaky(partition);
    expect(partition.view(id)).toMatchObject({ status: 'failed', error: { node: 'm' } });
    const before = calls(partition, 'flaky').length;
    expect(partition.act(id, 'retry').status).toBe('running');
    expect(partition.act(id, 'retry').status).toBe('running');
    await settled();
    expect(calls(partition, 'flaky').slice(before)).toEqual([
      expect.objectContaining({ key: 'm3' }),
      expect.objectContaining({ key: 'y' }),
    ]);
    expect(partition.view(id)).toMatchObject({ status: 'failed', error: { node: 's' } });
    await partition.crash();
    partition.act(id, 'retry');
    await partition.crash();
    await settled();
    expect(partition.view(id)).toMatchObject({ status: 'completed' });
    expect(
      calls(partition, 'echo').filter((input) => JSON.stringify(input) === '{"v":"once"}'),
    ).toHaveLength(1);
    expect(calls(partition, 'upper')).toHaveLength(1);
    expect(partition.output(id, 'm')).toEqual([1, 2, 3, 4]);
    const { nodes } = partition.view(id) as Shown;
    expect(nodes.map(({ key, status }) => `${key} ${status}`)).toEqual([
      'a completed',
      'm completed',
      's completed',
      's/x completed',
      's/y completed',
      'z completed',
    ]);
  });

  it('gives a run that was too late its whole time again', async () => {
    const partition = createTestPartition();
    const { id } = partition.submit(TWO);
    await settled();
    await partition.pass(60_000);
    expect(partition.status(id)).toBe('failed');
    partition.act(id, 'retry');
    await settled();
    await partition.pass(50_000);
    await partition.open('a');
    await partition.open('b');
    expect(partition.status(id)).toBe('completed');
  });

  it('takes up a run that was cancelled, where it was', async () => {
    const partition = createTestPartition();
    const { id } = partition.submit(TWO);
    await settled();
    await partition.open('a');
    partition.act(id, 'cancel');
    partition.act(id, 'retry');
    await settled();
    await partition.open('b');
    expect(partition.status(id)).toBe('completed');
    expect(calls(partition, 'gate')).toEqual([{ key: 'a' }, { key: 'b' }, { key: 'b' }]);
  });

  it('asks people and events anew', async () => {
    const partition = createTestPartition();
    const { id } = partition.submit('name: w\nnodes: [{id: e, type: wait, event: go}]');
    await settled();
    partition.act(id, 'cancel');
    partition.act(id, 'retry');
    await settled();
    expect(partition.status(id)).toBe('waiting');
    partition.deliver(id, 'go');
    await settled();
    expect(partition.status(id)).toBe('completed');
  });

  it('leaves a failure alone with which the flow went on', async () => {
    const partition = createTestPartition();
    const { id } = partition.submit(`
name: c
nodes:
  - {id: bad, type: function_task, function_identifier: test.fail, on_error: continue}
  - {id: a, type: function_task, function_identifier: test.flaky, input: {times: 1, code: plugin_error}}
`);
    await settled();
    partition.act(id, 'retry');
    await settled();
    expect(partition.status(id)).toBe('completed');
    expect(calls(partition, 'fail')).toHaveLength(1);
  });
});
