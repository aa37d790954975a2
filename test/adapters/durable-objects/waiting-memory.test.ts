/** A run that waits for a person, an event or a far time is rows and nothing else. */
import { describe, expect, it } from 'vitest';
import { settled } from '../../support/manual-clock.ts';
import { createTestPartition } from '../../support/partition.ts';
import type { TestPartition } from '../../support/partition.ts';

const WAITS = `
name: waits
nodes:
  - {id: a, type: function_task, function_identifier: test.echo, input: {text: 'long {{ "x" * 1000 }}'}}
  - {id: ok, type: hitl, title: Ship it?, timeout: 30d}
`;

/** What an object has in memory of its runs. */
function heldBy({ live }: TestPartition): Record<string, number> {
  const { drivers, queue, watchers, enders, budgets } = live();
  const { running, waiting } = queue;
  return {
    drivers: drivers.size,
    running: running.size,
    waiting: waiting.size,
    watchers: watchers.size + enders.size,
    budgets: budgets.size,
  };
}

const NOTHING = { drivers: 0, running: 0, waiting: 0, watchers: 0, budgets: 0 };

describe('a run that waits for a person', () => {
  it('holds no driver, no slot and no timer, whoever looks at it', async () => {
    const partition = createTestPartition({ maxRunning: 1 });
    const runs = Array.from({ length: 20 }, () => partition.submit(WAITS).id);
    await partition.pass(5_000);
    expect(runs.map(partition.status)).toEqual(runs.map(() => 'waiting'));
    for (const id of runs) await partition.types(id);
    await settled();
    expect(heldBy(partition)).toEqual(NOTHING);
    expect(partition.clock.nextAt()).toBeUndefined();
  });

  it('is the same after the object is lost, and goes on once it is decided', async () => {
    const partition = createTestPartition();
    const { id } = partition.submit(WAITS);
    await settled();
    await partition.crash();
    expect(heldBy(partition)).toEqual(NOTHING);
    partition.decide(id, 'ok');
    await settled();
    expect(partition.status(id)).toBe('completed');
    expect(heldBy(partition)).toEqual(NOTHING);
  });
});
