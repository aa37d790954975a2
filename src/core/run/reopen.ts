/** A retry: what a run that ended had not finished is open again, and what it had decided stays. */
import { isFinal } from './events.ts';
import type { LedgerRow, RunRow, StepRow } from './record.ts';
import { restore } from './restore.ts';
import type { StoredRun } from './restore.ts';
import type { RunState } from './state.ts';

/** The state of a run that failed or was cancelled, ready to be queued, with the rows that changed. */
export function reopen(stored: StoredRun, now: number): RunState {
  if (!isFinal(stored.run.status)) throw new Error('Cannot reopen a run that has not ended');
  const steps = stored.steps.map(reopenStep);
  const open = new Set(steps.filter(({ status }) => status === 'open').map(({ key }) => key));
  const ledger = stored.ledger.map((row) => (open.has(row.key) ? withoutFailures(row) : row));
  const state = restore({ ...stored, run: reopenRun(stored.run, now), steps, ledger });
  const changed = steps.filter((row, index) => row !== stored.steps[index]);
  for (const row of changed) state.changes.steps.set(row.key, row);
  for (const [index, { key, segment }] of ledger.entries()) {
    if (ledger[index] === stored.ledger[index]) continue;
    const segments = state.changes.segments.get(key) ?? new Set();
    state.changes.segments.set(key, segments.add(segment));
  }
  return state;
}

/** Its deadline counts anew: a run that failed for being late would fail again at once. */
function reopenRun(run: RunRow, now: number): RunRow {
  const { endedAt: _ended, failure: _failure, cancelReason: _reason, ...kept } = run;
  const { startedAt } = run;
  const held = startedAt === undefined ? {} : { heldMs: now - startedAt, heldSince: now };
  return { ...kept, ...held, status: 'queued', active: [] };
}

/**
 * A failure that the flow went on with is a decision. Maps and sub-recipes go on with what they were
 * opened over; all else starts again from its beginning.
 */
function reopenStep(row: StepRow): StepRow {
  const isUndecided =
    row.status === 'cancelled' || (row.status === 'failed' && row.output === undefined);
  if (!isUndecided) return row;
  const { failure: _failure, ...kept } = row;
  const wasOpened = row.items !== undefined || row.recipe !== undefined;
  return { ...kept, status: wasOpened ? 'open' : 'undone', taken: [] };
}

function withoutFailures(row: LedgerRow): LedgerRow {
  const entries = row.entries.filter(([, outcome]) => outcome.ok);
  return entries.length === row.entries.length ? row : { ...row, entries };
}
