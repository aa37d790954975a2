/** What is done to runs that are known. */
import { fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import type { RunView } from '../../core/run/view.ts';
import type { RunId } from '../../runtime/ports.ts';
import { findDriver } from './partition.ts';
import type { Partition } from './partition-state.ts';
import { findHead } from './queue-rows.ts';
import { show } from './reading.ts';

export function cancel(partition: Partition, id: RunId): Result<RunView> {
  const head = findHead(partition.sql, id);
  if (head === undefined) return fail('run_not_found', `Cannot find run "${id}"`);
  if (head.status === 'completed' || head.status === 'failed') {
    return fail('run_finished', `Cannot cancel run "${id}": it is ${head.status}`);
  }
  if (head.status !== 'cancelled') {
    findDriver(partition, id)?.post({ type: 'cancel' });
  }
  const view = show(partition, id);
  return view === null ? fail('run_not_found', `Cannot find run "${id}"`) : ok(view);
}
