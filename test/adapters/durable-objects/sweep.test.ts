/** What has been kept long enough goes, a little at a time; what is under way stays. */
import { describe, expect, it } from 'vitest';
import { readEvents, show } from '../../../src/adapters/durable-objects/reading.ts';
import { settled } from '../../support/manual-clock.ts';
import { createTestPartition } from '../../support/partition.ts';
import type { TestPartition } from '../../support/partition.ts';

const DAY = 24 * 3_600_000;
const DONE = 'name: done\nnodes: [{id: a, type: wait, for: 0}]';
const WAITS = 'name: waits\nnodes: [{id: a, type: wait, event: go}]';
const KEPT = { runsMs: 30 * DAY, historyMs: 30 * DAY };

const rowsOf = (partition: TestPartition, table: string) =>
  partition.live().sql.exec(`SELECT * FROM ${table}`).toArray().length;
const isKept = (partition: TestPartition, id: string) => show(partition.live(), id) !== null;

async function days(partition: TestPartition, count: number): Promise<void> {
  for (let day = 0; day < count; day += 1) {
    await partition.pass(DAY);
    for (let turn = 0; turn < 10; turn += 1) await settled();
  }
}

describe('retention', () => {
  it('deletes what ended too long ago, with all that belonged to it', async () => {
    const partition = createTestPartition({ retention: async () => KEPT });
    const { id } = partition.submit(DONE, { idempotency: { key: 'k', bodyHash: 'h' } });
    await days(partition, 29);
    expect(isKept(partition, id)).toBe(true);
    await days(partition, 3);
    expect(isKept(partition, id)).toBe(false);
    for (const table of ['runs', 'run_rows', 'steps', 'events', 'plans', 'idempotency', 'sweeps']) {
      expect([table, rowsOf(partition, table)]).toEqual([table, 0]);
    }
  });

  it('counts from the end of a run, and keeps what has not ended', async () => {
    const partition = createTestPartition({ retention: async () => KEPT });
    const late = partition.submit(WAITS).id;
    const never = partition.submit(WAITS).id;
    partition.submit(DONE);
    await days(partition, 25);
    partition.deliver(late, 'go');
    await settled();
    await days(partition, 10);
    expect(rowsOf(partition, 'runs')).toBe(2);
    expect(partition.status(late)).toBe('completed');
    await days(partition, 25);
    expect(isKept(partition, late)).toBe(false);
    expect(partition.status(never)).toBe('waiting');
    expect(rowsOf(partition, 'plans')).toBe(1);
  });

  it('lets the history go before the result', async () => {
    const retention = async () => ({ runsMs: 30 * DAY, historyMs: 2 * DAY });
    const partition = createTestPartition({ retention });
    const { id } = partition.submit(DONE);
    await days(partition, 5);
    expect(partition.view(id)).toMatchObject({ status: 'completed', result: {} });
    const page = await readEvents(partition.live(), id, { seq: 0, delta: 0 }, 0);
    expect(page).toMatchObject({ ok: true, value: { events: [], finished: true } });
  });

  it('goes on where it was after a death, and after a store that could not be asked', async () => {
    let isDown = true;
    const retention = async () => {
      if (isDown) throw new Error('no settings');
      return { runsMs: DAY, historyMs: DAY };
    };
    const partition = createTestPartition({ retention });
    const { id } = partition.submit(DONE);
    await partition.crash();
    await days(partition, 3);
    expect(isKept(partition, id)).toBe(true);
    isDown = false;
    await partition.crash();
    await days(partition, 1);
    expect(isKept(partition, id)).toBe(false);
  });

  it('takes more than one part for thousands of runs, and an alarm for each', async () => {
    const partition = createTestPartition({
      retention: async () => ({ runsMs: DAY, historyMs: DAY }),
    });
    for (let count = 0; count < 1_100; count += 1) partition.submit(DONE);
    // The first sweep comes a day after the first end, which is not long enough.
    await days(partition, 2);
    expect(rowsOf(partition, 'runs')).toBe(100);
    await partition.pass(60_000);
    await settled();
    expect(rowsOf(partition, 'runs')).toBe(0);
    const { id } = partition.submit(DONE);
    expect(partition.status(id)).toBe('completed');
  });
});
