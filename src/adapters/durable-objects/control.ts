/** What is done to runs that are known. Each of these may be asked for again without harm. */
import { fail, ok, toFailure } from '../../core/errors.ts';
import { unfollowed } from '../../core/recipe/plan-format.ts';
import type { Result } from '../../core/errors.ts';
import { isFinal } from '../../core/run/events.ts';
import { reopen } from '../../core/run/reopen.ts';
import type { RunView } from '../../core/run/view.ts';
import type { ActOptions, RunId } from '../../runtime/ports.ts';
import { undoneKeys } from '../../core/run/undo-rows.ts';
import { admit, drive, findDriver, post } from './partition.ts';
import type { Partition } from './partition-state.ts';
import { findHead, readRun } from './queue-rows.ts';
import type { RunHead } from './queue-rows.ts';
import { show } from './reading.ts';

/** `rollback`: what its nodes have done is undone first. */
export function cancel(
  partition: Partition,
  id: RunId,
  { rollback }: ActOptions = {},
): Result<RunView> {
  return withRun(partition, id, ({ status }) => {
    if (status === 'completed' || status === 'failed') return finished('cancel', id, status);
    if (status === 'cancelled') return undefined;
    const driver = findDriver(partition, id);
    if (driver !== undefined)
      post(partition, driver, { type: 'cancel', ...(rollback === true && { rollback }) });
    admit(partition);
    return undefined;
  });
}

/** What is in flight ends and is kept; nothing else begins. */
export function pause(partition: Partition, id: RunId): Result<RunView> {
  return withRun(partition, id, ({ status }) => {
    if (isFinal(status)) return finished('pause', id, status);
    if (status !== 'paused') findDriver(partition, id)?.post({ type: 'pause' });
    return undefined;
  });
}

/** The run goes on once there is room for it. */
export function resumeRun(partition: Partition, id: RunId): Result<RunView> {
  return withRun(partition, id, ({ status }) => {
    if (isFinal(status)) return finished('resume', id, status);
    if (status !== 'paused') return undefined;
    const driver = findDriver(partition, id);
    // What is still in flight has kept its slot.
    const hasSlot = partition.queue.running.has(id);
    driver?.post({ type: 'resume' }, ...(hasSlot ? [{ type: 'start' } as const] : []));
    admit(partition);
    return undefined;
  });
}

/** What failed, or was cancelled, runs again; what was decided stays. */
export function retry(partition: Partition, id: RunId): Result<RunView> {
  return withRun(partition, id, (head) => {
    if (head.status === 'completed') return finished('retry', id, head.status);
    if (!isFinal(head.status)) return undefined;
    const stored = readRun(partition, head);
    if (stored === undefined)
      return fail('run_not_kept', `Cannot retry run "${id}": it was executed inline`);
    if ('foreign' in stored) return { ok: false, error: toFailure(unfollowed(id, stored.foreign)) };
    if (undoneKeys(stored.steps).size > 0)
      return fail('run_finished', `Cannot retry run "${id}": it was rolled back, so replay it`);
    const { maxQueued, clock } = partition.deps;
    if (partition.queue.waiting.size >= maxQueued)
      return fail('queue_full', `Cannot queue the run: ${maxQueued} are waiting`);
    drive(partition, head, reopen(stored, clock.now())).post({ type: 'retry' });
    admit(partition);
    return undefined;
  });
}

type Refusal = ReturnType<typeof fail>;

function withRun(
  partition: Partition,
  id: RunId,
  act: (head: RunHead) => Refusal | undefined,
): Result<RunView> {
  const head = findHead(partition.sql, id);
  const refused = head && act(head);
  if (refused !== undefined) return refused;
  const view = head && show(partition, id);
  return view === undefined || view === null
    ? fail('run_not_found', `Cannot find run "${id}"`)
    : ok(view);
}

function finished(what: string, id: RunId, status: string): Refusal {
  return fail('run_finished', `Cannot ${what} run "${id}": it is ${status}`);
}
