/** Runs that wait for long until their next attempt: they hold no slot and no memory meanwhile. */
import { describe, expect, it } from 'vitest';
import { settled } from '../../support/manual-clock.ts';
import { createTestPartition } from '../../support/partition.ts';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

/** Calls are counted over all runs: the first `times` fail. */
const retrying = (delay: string, times = 1) => `
name: retrying
nodes:
  - id: a
    type: function_task
    function_identifier: test.flaky
    input: {times: ${times}, value: done}
    retry: {max_attempts: 2, initial_delay: ${delay}, max_delay: 2h, jitter: 0}
`;
const LIMITED = `
name: limited
nodes:
  - id: a
    type: function_task
    function_identifier: test.value
    input: {value: 1}
    rate_limit: {limit: 1, window: 1h}
`;
const QUICK =
  'name: quick\nnodes: [{id: q, type: function_task, function_identifier: test.value, input: {value: 2}}]';

async function calm(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await settled();
}

describe('a run whose next attempt is far off', () => {
  it('gives its slot to the next in the line, and goes on when its time has come', async () => {
    const partition = createTestPartition({ maxRunning: 1 });
    const slow = partition.submit(retrying('1h')).id;
    const quick = partition.submit(QUICK).id;
    await calm();
    expect(partition.view(slow)).toMatchObject({
      status: 'waiting',
      nodes: [{ key: 'a', status: 'backoff', attempts: 1 }],
    });
    expect(partition.status(quick)).toBe('completed');
    expect(partition.live().drivers.size).toBe(0);
    await partition.pass(HOUR - SECOND);
    expect(partition.status(slow)).toBe('waiting');
    await partition.pass(SECOND);
    await calm();
    expect(partition.view(slow)).toMatchObject({ status: 'completed', result: { a: 'done' } });
    expect(partition.functions.calls.filter(({ name }) => name === 'flaky')).toHaveLength(2);
  });

  it('does so over the loss of its object, with the attempts that it has used', async () => {
    const partition = createTestPartition({ maxRunning: 1 });
    const slow = partition.submit(retrying('1h')).id;
    await calm();
    await partition.crash();
    expect(partition.status(slow)).toBe('waiting');
    expect(partition.live().queue.running.size).toBe(0);
    await partition.pass(HOUR);
    await calm();
    expect(partition.view(slow)).toMatchObject({ status: 'completed', nodes: [{ attempts: 2 }] });
  });

  it('takes its place in the line when there is no room then', async () => {
    const partition = createTestPartition({ maxRunning: 1 });
    const slow = partition.submit(retrying('1h')).id;
    await calm();
    const gate =
      'name: gate\nnodes: [{id: g, type: function_task, timeout: 3h, function_identifier: test.gate, input: {key: k}}]';
    partition.submit(gate);
    await calm();
    await partition.pass(HOUR);
    await calm();
    expect(partition.status(slow)).toBe('queued');
    await partition.open('k');
    await calm();
    expect(partition.status(slow)).toBe('completed');
  });

  it('may be cancelled and paused meanwhile', async () => {
    const partition = createTestPartition({ maxRunning: 1 });
    const [first, second] = [
      partition.submit(retrying('1h', 2)).id,
      partition.submit(retrying('1h', 2)).id,
    ];
    await calm();
    expect(partition.act(first, 'cancel').status).toBe('cancelled');
    expect(partition.act(second, 'pause').status).toBe('paused');
    await partition.pass(3 * HOUR);
    expect(partition.status(second)).toBe('paused');
    partition.act(second, 'resume');
    await calm();
    expect(partition.status(second)).toBe('completed');
  });

  it('keeps its slot for a moment’s wait', async () => {
    const partition = createTestPartition({ maxRunning: 1 });
    const slow = partition.submit(retrying('5s')).id;
    const quick = partition.submit(QUICK).id;
    await calm();
    expect([partition.status(slow), partition.status(quick)]).toEqual(['running', 'queued']);
    await partition.pass(5 * SECOND);
    await calm();
    expect([partition.status(slow), partition.status(quick)]).toEqual(['completed', 'completed']);
  });
});

describe('a run that a rate limit refused for long', () => {
  it('gives its slot back too, and its attempt does not count', async () => {
    const partition = createTestPartition({ maxRunning: 1 });
    const [first, second] = [partition.submit(LIMITED).id, partition.submit(LIMITED).id];
    const quick = partition.submit(QUICK).id;
    await calm();
    expect([first, second, quick].map(partition.status)).toEqual([
      'completed',
      'waiting',
      'completed',
    ]);
    await partition.pass(HOUR);
    await calm();
    expect(partition.view(second)).toMatchObject({ status: 'completed', nodes: [{ attempts: 1 }] });
  });

  it('an item of a map does not hold it while the others go on', async () => {
    const partition = createTestPartition({ maxRunning: 1 });
    const recipe = `
name: items
nodes:
  - id: m
    type: map
    over: [0, 1, 1]
    collect: values
    task:
      type: function_task
      function_identifier: test.flaky
      input: {times: '{{ item }}', value: '{{ index }}'}
      retry: {max_attempts: 2, initial_delay: 1h, max_delay: 2h, jitter: 0}
`;
    const { id } = partition.submit(recipe);
    await calm();
    expect(partition.status(id)).toBe('waiting');
    await partition.crash();
    await partition.pass(HOUR);
    await calm();
    expect(partition.view(id)).toMatchObject({ status: 'completed', result: { m: [0, 1, 2] } });
  });
});
