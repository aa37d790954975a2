/**
 * Starts the recipe that a failed run's `on_failure` names. That it is to be started is written in the
 * transaction in which the run fails; it is started afterwards, under one key, until it has been.
 *
 * F1. A failed run starts its recipe once, whatever dies in between; a run that was started so starts none.
 */
import { codeOf, ERRORS, failure, toFailure } from '../../core/errors.ts';
import type { Failure } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import { utf8Length } from '../../core/json.ts';
import type { FollowUpView, RunView } from '../../core/run/view.ts';
import type { EpochMs, RunId } from '../../runtime/ports.ts';
import { armAlarm } from './partition-state.ts';
import type { Partition } from './partition-state.ts';
import { findHead } from './queue-rows.ts';

type Row = {
  readonly run: string;
  readonly tenant: string;
  readonly recipe: string;
  readonly failedAt: number;
  readonly attempts: number;
};

const MINUTE_MS = 60_000;
/** After each attempt; about a day in all. */
const DELAYS_MS: readonly number[] = [
  5_000,
  MINUTE_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * 60 * MINUTE_MS,
  8 * 60 * MINUTE_MS,
  12 * 60 * MINUTE_MS,
];
/** Inputs beyond it are left out of the report. */
const MAX_REPORT_BYTES = 256 * 1024;
const SLICE = 20;

/** Within the transaction of the turn in which a run failed. */
export function noteFailure(partition: Partition, id: RunId): void {
  const state = partition.drivers.get(id)?.state;
  const recipe = state?.plan.onFailure?.recipe;
  if (recipe === undefined || state?.identity.failureOf !== undefined) return;
  const tenant = findHead(partition.sql, id)?.tenant ?? '';
  const now = partition.deps.clock.now();
  partition.sql.exec(
    `INSERT OR REPLACE INTO failures (run, tenant, recipe, failed_at, due_at, attempts)
     VALUES (?, ?, ?, ?, ?, 0)`,
    id,
    tenant,
    recipe,
    now,
    now,
  );
  partition.failures.dueAt = now;
}

/** The object has woken: what an earlier life did not start is started when its time comes. */
export function resumeFailures(partition: Partition): void {
  const [row] = partition.sql
    .exec<{ due: number | null }>('SELECT min(due_at) AS due FROM failures')
    .toArray();
  partition.failures.dueAt = row?.due ?? undefined;
  if (partition.failures.dueAt !== undefined) armAlarm(partition, partition.failures.dueAt);
}

/** Starts what is due, one after the other. */
export async function startDue(
  partition: Partition,
  show: (id: RunId) => Promise<RunView | null>,
): Promise<void> {
  const { failures, deps, sql } = partition;
  if (failures.isBusy || (failures.dueAt ?? Number.POSITIVE_INFINITY) > deps.clock.now()) return;
  failures.isBusy = true;
  try {
    const due = sql
      .exec<Row>(
        `SELECT run, tenant, recipe, failed_at AS failedAt, attempts FROM failures
         WHERE due_at <= ? ORDER BY due_at LIMIT ?`,
        deps.clock.now(),
        SLICE,
      )
      .toArray();
    for (const row of due) await start(partition, row, await show(row.run));
  } finally {
    failures.isBusy = false;
    resumeFailures(partition);
  }
}

async function start(partition: Partition, row: Row, view: RunView | null): Promise<void> {
  const { deps } = partition;
  const { run: failed, tenant, recipe, failedAt, attempts } = row;
  if (view === null) return settle(partition, failed, { reason: 'the run is not kept any more' });
  const order = { recipe, failed, key: `on_failure ${failed} ${failedAt}`, report: reportOf(view) };
  const started = await deps
    .startAfterFailure(tenant, order)
    .catch((error: unknown): { ok: false; error: Failure } => ({
      ok: false,
      error: codeOf(error) === undefined ? failure('not_ready', String(error)) : toFailure(error),
    }));
  if (started.ok) return settle(partition, failed, { started: started.value });
  const { code, message } = started.error;
  const delayMs = ERRORS[code].retryable ? DELAYS_MS[attempts] : undefined;
  deps.log.write('warn', 'on_failure_not_started', { run: failed, code, attempt: attempts + 1 });
  if (delayMs === undefined) return settle(partition, failed, { reason: `${code}: ${message}` });
  partition.sql.exec(
    'UPDATE failures SET attempts = attempts + 1, due_at = ? WHERE run = ?',
    deps.clock.now() + delayMs,
    failed,
  );
}

function settle(
  { sql }: Partition,
  run: RunId,
  { started, reason }: { readonly started?: RunId; readonly reason?: string },
): void {
  sql.exec(
    'UPDATE failures SET due_at = NULL, started = ?, reason = ? WHERE run = ?',
    started ?? null,
    reason ?? null,
    run,
  );
}

/** What the recipe gets as its input `failed_run`. */
function reportOf(view: RunView): JsonObject {
  const { id, recipe, recipe_version, created_at, labels, inputs } = view;
  const error = view.status === 'failed' ? { ...view.error } : null;
  const ended = 'ended_at' in view ? { ended_at: view.ended_at } : {};
  const about = { id, recipe, recipe_version, created_at, ...ended, labels, error };
  const isSmall = utf8Length(JSON.stringify(inputs)) <= MAX_REPORT_BYTES;
  return { ...about, inputs: isSmall ? inputs : null };
}

/** What became of it, as the failed run shows it. */
export function findFollowUp(
  { sql }: Pick<Partition, 'sql'>,
  run: RunId,
): FollowUpView | undefined {
  const [row] = sql
    .exec<{ recipe: string; due: EpochMs | null; started: string | null; reason: string | null }>(
      'SELECT recipe, due_at AS due, started, reason FROM failures WHERE run = ?',
      run,
    )
    .toArray();
  if (row === undefined) return undefined;
  const { recipe, started, reason, due } = row;
  if (started !== null) return { recipe, status: 'started', run_id: started };
  return due === null
    ? { recipe, status: 'failed', detail: reason ?? '' }
    : { recipe, status: 'pending' };
}
