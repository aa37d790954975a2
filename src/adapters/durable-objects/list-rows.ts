/** Reads over many runs of a partition. */
import type { RunStatus } from '../../core/run/events.ts';
import type { StepRow } from '../../core/run/record.ts';
import type { RunIdentity } from '../../core/run/state.ts';
import type { RunSummary } from '../../core/run/view.ts';
import type { EpochMs, RunConditions, RunFilter, RunId } from '../../runtime/ports.ts';
import { HEAD, headOf } from './queue-rows.ts';
import type { HeadColumns, RunHead } from './queue-rows.ts';

export interface LiveRun extends RunHead {
  readonly dueAt: EpochMs | null;
}

/** Runs that have not ended, oldest first. */
export function liveRuns(sql: SqlStorage): LiveRun[] {
  return sql
    .exec<HeadColumns & { dueAt: number | null }>(
      `SELECT ${HEAD}, due_at AS dueAt FROM runs
       WHERE status IN ('queued', 'running', 'waiting', 'paused') ORDER BY id`,
    )
    .toArray()
    .map((row) => ({ ...headOf(row), dueAt: row.dueAt }));
}

/** Steps that wait for people, of runs that have not ended, oldest first. */
export function listOpenApprovals(sql: SqlStorage, limit: number): { run: RunId; step: StepRow }[] {
  return (
    sql
      .exec<{ run: string; body: string }>(
        `SELECT steps.run, steps.body FROM runs JOIN steps ON steps.run = runs.id
       WHERE runs.status IN ('queued', 'running', 'waiting', 'paused')
         AND json_extract(steps.body, '$.status') = 'open'
         AND json_extract(steps.body, '$.waiting.kind') = 'approval'
       ORDER BY runs.id, steps.key LIMIT ?`,
        limit,
      )
      .toArray()
      // SAFETY: written by `writeTurn`.
      .map(({ run, body }) => ({ run, step: JSON.parse(body) as StepRow }))
  );
}

/** What a query of runs is narrowed by; every value is a parameter of its own. */
function conditionsOf(given: RunConditions & { readonly statuses?: readonly RunStatus[] }): {
  readonly where: string;
  readonly values: readonly SqlStorageValue[];
} {
  const { recipe, status, statuses, label, createdFrom, createdBefore } = given;
  const parts: (readonly [condition: string, ...values: SqlStorageValue[]])[] = [];
  if (recipe !== undefined) parts.push(['recipe = ?', recipe]);
  if (status !== undefined) parts.push(['status = ?', status]);
  if (statuses !== undefined)
    parts.push([`status IN (${statuses.map(() => '?').join(', ')})`, ...statuses]);
  if (createdFrom !== undefined) parts.push(['created_at >= ?', createdFrom]);
  if (createdBefore !== undefined) parts.push(['created_at < ?', createdBefore]);
  if (label !== undefined) parts.push([LABEL, label.name, label.value]);
  return {
    where: parts.map(([condition]) => `(${condition})`).join(' AND ') || 'TRUE',
    values: parts.flatMap(([, ...values]) => values),
  };
}

const LABEL = `EXISTS (SELECT 1 FROM json_each(runs.identity, '$.labels') AS label
  WHERE label.key = ? AND ? = CASE label.type
    WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE CAST(label.value AS TEXT) END)`;

/** Oldest first. */
export function listIds(
  sql: SqlStorage,
  { limit, ...given }: RunConditions & { statuses: readonly RunStatus[]; limit: number },
): RunId[] {
  const { where, values } = conditionsOf(given);
  return sql
    .exec<{ id: string }>(
      `SELECT id FROM runs WHERE ${where} ORDER BY id LIMIT ?`,
      ...values,
      limit,
    )
    .toArray()
    .map(({ id }) => id);
}

type SummaryColumns = {
  readonly identity: string;
  readonly status: string;
  readonly ended_at: number | null;
  readonly failure: string | null;
};

/** Newest first. A failed one tells why. */
export function listRuns(sql: SqlStorage, { limit, cursor, ...given }: RunFilter): RunSummary[] {
  const { where, values } = conditionsOf(given);
  return sql
    .exec<SummaryColumns>(
      `SELECT identity, status, ended_at,
         CASE status WHEN 'failed' THEN coalesce(
           (SELECT json_extract(body, '$.failure') FROM run_rows WHERE run = id),
           (SELECT json_extract(view, '$.error') FROM records WHERE run = id)) END AS failure
       FROM runs WHERE ${where} AND (?${values.length + 1} IS NULL OR id < ?${values.length + 1})
       ORDER BY id DESC LIMIT ?${values.length + 2}`,
      ...values,
      cursor ?? null,
      limit,
    )
    .toArray()
    .map(summaryOf);
}

function summaryOf({ identity, status, ended_at, failure }: SummaryColumns): RunSummary {
  // SAFETY: written by `insertRun`.
  const { id, recipe, recipeVersion, createdAt, replayOf } = JSON.parse(identity) as RunIdentity;
  return {
    id,
    recipe,
    recipe_version: recipeVersion,
    status,
    created_at: new Date(createdAt).toISOString(),
    ...(ended_at !== null && { ended_at: new Date(ended_at).toISOString() }),
    ...(replayOf !== undefined && { replay_of: replayOf }),
    ...(failure !== null && { error: whyOf(failure) }),
  };
}

/** Without the details, which may be long. */
function whyOf(failure: string): NonNullable<RunSummary['error']> {
  // SAFETY: a failure of a run's row, or the error of a view.
  const { code, message, detail, node } = JSON.parse(failure) as {
    code: string;
    message?: string;
    detail?: string;
    node?: string;
  };
  return { code, detail: message ?? detail ?? '', ...(node !== undefined && { node }) };
}
