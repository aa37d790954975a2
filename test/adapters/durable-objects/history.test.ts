/** The history of a run is bounded, and whoever has missed a part that is gone is told. */
import { describe, expect, it } from 'vitest';
import { readEvents } from '../../../src/adapters/durable-objects/reading.ts';
import { writeEvents } from '../../../src/adapters/durable-objects/queue-rows.ts';
import type { RunEvent } from '../../../src/core/run/events.ts';
import { settled } from '../../support/manual-clock.ts';
import { createTestPartition } from '../../support/partition.ts';
import type { TestPartition } from '../../support/partition.ts';

const DAY = 24 * 3_600_000;
const DONE = 'name: done\nnodes: [{id: a, type: wait, for: 0}]';

const pageOf = async (partition: TestPartition, id: string, seq: number) => {
  const page = await readEvents(partition.live(), id, { seq, delta: 0 }, 0);
  return page.ok ? page.value : undefined;
};

const event = (seq: number): RunEvent => ({ seq, at: 0, type: 'run.queued' });

describe('a history', () => {
  it('keeps the newest 50 000 events of a run, and its rows are bounded', async () => {
    const partition = createTestPartition();
    const { id } = partition.submit('name: w\nnodes: [{id: a, type: wait, event: go}]');
    const { sql } = partition.live();
    const before = await pageOf(partition, id, 0);
    const last = before!.events.at(-1)!.seq;
    for (let seq = last + 1; seq <= 120_000; seq += 100)
      writeEvents(
        sql,
        id,
        Array.from({ length: 100 }, (_, n) => event(seq + n)),
      );
    const rows = sql.exec<{ n: number }>('SELECT count(*) AS n FROM events').one().n;
    expect(rows).toBeGreaterThanOrEqual(500);
    expect(rows).toBeLessThanOrEqual(515);
    const page = await pageOf(partition, id, 7);
    expect(page?.events[0]?.seq).toBe(page!.lostUntil! + 1);
    expect(page?.lostUntil).toBeGreaterThan(68_000);
    expect(page?.lostUntil).toBeLessThanOrEqual(70_100);
    const next = await pageOf(partition, id, page!.lostUntil!);
    expect(next).not.toHaveProperty('lostUntil');
  });

  it('that was deleted is told as lost up to its end, and then as read', async () => {
    const retention = async () => ({ runsMs: 30 * DAY, historyMs: DAY });
    const partition = createTestPartition({ retention });
    const { id } = partition.submit(DONE);
    await settled();
    const whole = await pageOf(partition, id, 0);
    expect(whole).not.toHaveProperty('lostUntil');
    for (let day = 0; day < 4; day += 1) {
      await partition.pass(DAY);
      for (let turn = 0; turn < 10; turn += 1) await settled();
    }
    const last = whole!.events.at(-1)!.seq;
    expect(await pageOf(partition, id, 1)).toEqual({
      events: [],
      deltas: [],
      lostUntil: last,
      finished: true,
    });
    expect(await pageOf(partition, id, last)).toEqual({ events: [], deltas: [], finished: true });
  });
});
