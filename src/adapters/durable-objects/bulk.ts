/** One action on many runs of a partition, found by a filter. */
import type { Result } from '../../core/errors.ts';
import type { RunView } from '../../core/run/view.ts';
import type { ActOptions, BulkOrder, RunAction, RunId } from '../../runtime/ports.ts';
import type { RunStatus } from '../../core/run/events.ts';
import { cancel, pause, resumeRun, retry } from './control.ts';
import { listIds } from './list-rows.ts';
import type { Partition } from './partition-state.ts';
import { deleteRun } from './queue-rows.ts';
import { tidyValues, withValues } from './values.ts';

/** On which runs an action does anything. */
const MEANT: { readonly [action in BulkOrder['action']]: readonly RunStatus[] } = {
  cancel: ['queued', 'running', 'waiting', 'paused'],
  pause: ['queued', 'running', 'waiting'],
  resume: ['paused'],
  retry: ['failed', 'cancelled'],
  discard: ['completed', 'failed', 'cancelled'],
};

export interface BulkDone {
  readonly changed: number;
  /** Runs are left that the filter finds: asking again goes on with them. */
  readonly hasMore: boolean;
}

/** The oldest first, at most `limit` of them. */
export async function bulk(
  partition: Partition,
  { action, filter, limit }: BulkOrder,
): Promise<BulkDone> {
  const found = listIds(partition.sql, { ...filter, statuses: MEANT[action], limit: limit + 1 });
  let changed = 0;
  for (const id of found.slice(0, limit)) {
    const isDone = await perform(partition, id, action);
    if (isDone) changed += 1;
  }
  if (action === 'discard') void tidyValues(partition);
  return { changed, hasMore: found.length > limit };
}

async function perform(
  partition: Partition,
  id: RunId,
  action: BulkOrder['action'],
): Promise<boolean> {
  if (action !== 'discard')
    return (await withValues(partition, id, () => act(partition, id, action))).ok;
  partition.ctx.storage.transactionSync(() => deleteRun(partition.sql, id));
  return true;
}

export function act(
  partition: Partition,
  id: RunId,
  action: RunAction,
  options?: ActOptions,
): Result<RunView> {
  const actions = { cancel, pause, resume: resumeRun, retry };
  return actions[action](partition, id, options);
}
