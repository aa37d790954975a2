/** Schedules as rows of the Catalog. */
import { fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import { nextTick } from '../../core/schedule/ticks.ts';
import type { EpochMs, RunId, Tenant } from '../../runtime/ports.ts';
import type { Schedule, ScheduleSpec, TickOutcome } from '../../runtime/ports/schedules.ts';

const MAX_SCHEDULES = 1_000;

/** Where a schedule stands. */
export interface ScheduleState {
  /** The earliest tick that nothing has become of yet. */
  readonly next?: EpochMs;
  /** Ticks whose runs are to be started, oldest first. */
  readonly waiting: readonly EpochMs[];
  readonly recent: readonly TickOutcome[];
  /** The run that was started last. */
  readonly last?: RunId;
  /** Looks in a row that could not start the first of those that wait. */
  readonly delays: number;
}

/** Type alias, because SqlStorage wants an index signature. */
type ScheduleSql = {
  id: string;
  tenant: string;
  spec: string;
  state: string;
  createdAt: number;
  updatedAt: number;
  revision: number;
};

export interface ScheduleRow {
  readonly id: string;
  readonly tenant: Tenant;
  readonly spec: ScheduleSpec;
  readonly state: ScheduleState;
  readonly createdAt: EpochMs;
  readonly updatedAt: EpochMs;
  /** Grows when somebody replaces the spec: what was begun under the old one is not written then. */
  readonly revision: number;
}

const COLUMNS =
  'id, tenant, spec, state, created_at AS createdAt, updated_at AS updatedAt, revision';

export function createSchedule(
  sql: SqlStorage,
  { tenant, id, spec, now }: { tenant: Tenant; id: string; spec: ScheduleSpec; now: EpochMs },
): Result<Schedule> {
  const { count } = sql.exec<{ count: number }>('SELECT count(*) AS count FROM schedules').one();
  if (count >= MAX_SCHEDULES) {
    return fail('quota_exceeded', `Cannot make another schedule: there are ${MAX_SCHEDULES}`);
  }
  const state = startFrom(spec, now);
  sql.exec(
    `INSERT INTO schedules (id, tenant, spec, state, created_at, updated_at, revision, wake_at)
     VALUES (?, ?, ?, ?, ?, ?, 1, ?)`,
    id,
    tenant,
    JSON.stringify(spec),
    JSON.stringify(state),
    now,
    now,
    state.next ?? null,
  );
  return ok(viewOf({ id, tenant, spec, state, createdAt: now, updatedAt: now, revision: 1 }));
}

export function listSchedules(sql: SqlStorage): Schedule[] {
  return sql
    .exec<ScheduleSql>(`SELECT ${COLUMNS} FROM schedules ORDER BY id`)
    .toArray()
    .map((row) => viewOf(rowOf(row)));
}

export function findSchedule(sql: SqlStorage, id: string): Schedule | undefined {
  const row = readSchedule(sql, id);
  return row && viewOf(row);
}

export function replaceSchedule(
  sql: SqlStorage,
  { id, spec, now }: { id: string; spec: ScheduleSpec; now: EpochMs },
): Schedule | undefined {
  const row = readSchedule(sql, id);
  if (row === undefined) return undefined;
  const { recent, last } = row.state;
  const state = { ...startFrom(spec, now), recent, ...(last !== undefined && { last }) };
  sql.exec(
    `UPDATE schedules SET spec = ?, state = ?, updated_at = ?, revision = revision + 1, wake_at = ?
     WHERE id = ?`,
    JSON.stringify(spec),
    JSON.stringify(state),
    now,
    state.next ?? null,
    id,
  );
  return viewOf({ ...row, spec, state, updatedAt: now });
}

export function deleteSchedule(sql: SqlStorage, id: string): boolean {
  return sql.exec('DELETE FROM schedules WHERE id = ? RETURNING id', id).toArray().length > 0;
}

function startFrom(spec: ScheduleSpec, now: EpochMs): ScheduleState {
  const next = spec.paused ? undefined : nextTick(spec, now);
  return { waiting: [], recent: [], delays: 0, ...(next !== undefined && { next }) };
}

export function readSchedule(sql: SqlStorage, id: string): ScheduleRow | undefined {
  return sql
    .exec<ScheduleSql>(`SELECT ${COLUMNS} FROM schedules WHERE id = ?`, id)
    .toArray()
    .map(rowOf)[0];
}

/** Schedules to look at now, the one that waits longest first. */
export function dueSchedules(sql: SqlStorage, now: EpochMs, limit: number): ScheduleRow[] {
  return sql
    .exec<ScheduleSql>(
      `SELECT ${COLUMNS} FROM schedules WHERE wake_at <= ? ORDER BY wake_at LIMIT ?`,
      now,
      limit,
    )
    .toArray()
    .map(rowOf);
}

/** Sees to it that the object wakes when a schedule is to be looked at next. */
export function armAlarm(storage: DurableObjectStorage): void {
  const { at } = storage.sql
    .exec<{ at: number | null }>('SELECT min(wake_at) AS at FROM schedules')
    .one();
  if (at !== null) void storage.setAlarm(at);
}

/** False when the schedule was replaced or deleted meanwhile: nothing is written then. */
export function writeState(
  sql: SqlStorage,
  { id, revision }: Pick<ScheduleRow, 'id' | 'revision'>,
  state: ScheduleState,
  wakeAt: EpochMs | undefined,
): boolean {
  const query = `UPDATE schedules SET state = ?, wake_at = ? WHERE id = ? AND revision = ? RETURNING id`;
  return sql.exec(query, JSON.stringify(state), wakeAt ?? null, id, revision).toArray().length > 0;
}

function rowOf({ spec, state, ...row }: ScheduleSql): ScheduleRow {
  // SAFETY: written by the functions above.
  return {
    ...row,
    spec: JSON.parse(spec) as ScheduleSpec,
    state: JSON.parse(state) as ScheduleState,
  };
}

function viewOf({ id, spec, state, createdAt, updatedAt }: ScheduleRow): Schedule {
  const { next, waiting, recent } = state;
  return {
    ...spec,
    id,
    createdAt,
    updatedAt,
    waiting,
    recent,
    ...(next !== undefined && { nextAt: next }),
  };
}
