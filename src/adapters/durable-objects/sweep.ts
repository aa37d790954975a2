/** Deletes what has been kept long enough, a little at a time. */
import type { EpochMs, Tenant } from '../../runtime/ports.ts';
import { deletePlans } from './kept-rows.ts';
import { armAlarm } from './partition-state.ts';
import type { Partition } from './partition-state.ts';
import { deleteRun } from './queue-rows.ts';
import * as rows from './sweep-rows.ts';
import { tidyValues } from './values.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Runs that one transaction deletes: other requests wait for it. */
const SLICE = 20;
/** Slices that one alarm does; the next one goes on. */
const SLICES = 50;
const AGAIN_MS = 60_000;
const KEYS = 1_000;
const FILES_IN_A_PAGE = 200;
const FILE_PAGES = 25;

/** Sees to it that there is a sweep to come, once there is anything to sweep. */
export function planSweep(partition: Partition): void {
  if (partition.sweep.at !== undefined) return;
  const known = rows.readSweepAt(partition.sql);
  setSweep(partition, known ?? partition.deps.clock.now() + DAY_MS);
  if (known === undefined) rows.writeSweepAt(partition.sql, partition.sweep.at);
}

/** The object has woken. */
export function resumeSweep(partition: Partition): void {
  const at = rows.readSweepAt(partition.sql);
  if (at !== undefined) setSweep(partition, at);
}

/** Sweeps when it is time. Resolves when this part of it is done. */
export async function sweepWhenDue(partition: Partition): Promise<void> {
  const { sweep: state, deps, sql } = partition;
  if (state.at === undefined || state.isBusy) return;
  if (state.at > deps.clock.now()) return armAlarm(partition, state.at);
  state.isBusy = true;
  try {
    const isDone = await sweepPart(partition);
    void tidyValues(partition);
    const now = deps.clock.now();
    const next = isDone ? (rows.hasEndedRuns(sql) ? now + DAY_MS : undefined) : now + AGAIN_MS;
    rows.writeSweepAt(sql, next);
    state.at = undefined;
    if (next !== undefined) setSweep(partition, next);
  } catch (error) {
    deps.log.write('warn', 'sweep_delayed', { reason: String(error) });
    setSweep(partition, deps.clock.now() + AGAIN_MS);
  } finally {
    state.isBusy = false;
  }
}

function setSweep(partition: Partition, at: EpochMs): void {
  partition.sweep.at = at;
  armAlarm(partition, at);
}

/** A part of the tenant's files each time; the next sweep goes on where this one stopped. */
async function sweepFiles({ deps, sweep: state }: Partition, tenant: Tenant): Promise<void> {
  for (let pages = 0; pages < FILE_PAGES; pages += 1) {
    const after = state.afterFile === undefined ? {} : { after: state.afterFile };
    const page = await deps.files.sweep(tenant, { limit: FILES_IN_A_PAGE, ...after });
    state.afterFile = page.after;
    if (page.after === undefined) return;
  }
}

/** False: there is more to do than one part may take. */
async function sweepPart(partition: Partition): Promise<boolean> {
  const { sql, deps, sweep: state } = partition;
  const tenant = rows.tenantOf(sql);
  while (rows.deleteExpiredKeys(sql, deps.clock.now(), KEYS) === KEYS) await deps.clock.sleep(0);
  if (tenant === undefined) return true;
  const { runsMs, historyMs } = await deps.retention(tenant);
  const now = deps.clock.now();
  const cut = { runs: now - runsMs, history: now - historyMs };
  await sweepFiles(partition, tenant);
  while (rows.deleteDeliveries(sql, cut.runs, KEYS) > 0) await deps.clock.sleep(0);
  for (let slices = 0; slices < SLICES; slices += 1) {
    const madeBefore = Math.max(cut.runs, cut.history);
    const ended = rows.endedRuns(sql, { after: state.after, madeBefore, limit: SLICE });
    const last = ended.at(-1);
    if (last === undefined) {
      if (state.deleted > 0) deletePlans(sql);
      Object.assign(state, { after: '', deleted: 0 });
      return true;
    }
    partition.ctx.storage.transactionSync(() => {
      for (const { id, endedAt } of ended) {
        if (endedAt < cut.runs) {
          deleteRun(sql, id);
          state.deleted += 1;
        } else if (endedAt < cut.history) rows.deleteHistory(sql, id);
      }
    });
    state.after = last.id;
    // Requests that wait come first.
    await deps.clock.sleep(0);
  }
  return false;
}
