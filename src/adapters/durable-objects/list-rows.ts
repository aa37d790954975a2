/** Reads over many runs of a partition. */
import type { StepRow } from '../../core/run/record.ts';
import type { RunIdentity } from '../../core/run/state.ts';
import type { RunSummary } from '../../core/run/view.ts';
import type { EpochMs, RunFilter, RunId } from '../../runtime/ports.ts';
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

export function listRuns(
  sql: SqlStorage,
  { recipe, status, limit, cursor }: RunFilter,
): RunSummary[] {
  return sql
    .exec<{ identity: string; status: string; ended_at: number | null }>(
      `SELECT identity, status, ended_at FROM runs
       WHERE (?1 IS NULL OR id < ?1) AND (?2 IS NULL OR recipe = ?2) AND (?3 IS NULL OR status = ?3)
       ORDER BY id DESC LIMIT ?4`,
      cursor ?? null,
      recipe ?? null,
      status ?? null,
      limit,
    )
    .toArray()
    .map((row) => {
      // SAFETY: written by `insertRun`.
      const {
        id,
        recipe: name,
        recipeVersion,
        createdAt,
      } = JSON.parse(row.identity) as RunIdentity;
      const ended =
        row.ended_at === null ? undefined : { ended_at: new Date(row.ended_at).toISOString() };
      return {
        id,
        recipe: name,
        recipe_version: recipeVersion,
        status: row.status,
        created_at: new Date(createdAt).toISOString(),
        ...ended,
      };
    });
}
