/** Reads and writes of a partition's tables. All are synchronous; callers put them in transactions. */
import type { RunEvent, RunStatus } from '../../core/run/events.ts';
import type { LedgerRow, RunRow, StepRow, TurnRecord } from '../../core/run/record.ts';
import type { StoredRun } from '../../core/run/restore.ts';
import type { RunIdentity } from '../../core/run/state.ts';
import type { RunId, Tenant } from '../../runtime/ports.ts';
import type { Admission } from '../../core/queue/admission.ts';
import type { QueuedRow } from './admission-rows.ts';
import { findPlan } from './kept-rows.ts';

/** Events that lie in one row, so that no row passes what SQLite takes. */
const EVENTS_IN_A_ROW = 100;

export interface RunHead extends QueuedRow {
  readonly tenant: Tenant;
  readonly status: RunStatus;
  readonly identity: RunIdentity;
}

export function insertRun(sql: SqlStorage, head: RunHead): void {
  const { tenant, status, identity, admission } = head;
  sql.exec(
    `INSERT INTO runs (id, tenant, recipe, status, created_at, identity, admission)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    identity.id,
    tenant,
    identity.recipe,
    status,
    identity.createdAt,
    JSON.stringify(identity),
    admission === undefined ? null : JSON.stringify(admission),
  );
}

/** Makes another run of one that has not begun, under its id. */
export function replaceRun(sql: SqlStorage, { identity, admission }: RunHead): void {
  sql.exec(
    'UPDATE runs SET recipe = ?, identity = ?, admission = ? WHERE id = ?',
    identity.recipe,
    JSON.stringify(identity),
    JSON.stringify(admission),
    identity.id,
  );
}

export function setStatus(
  sql: SqlStorage,
  id: RunId,
  { status, endedAt, dueAt, heldSince }: Pick<RunRow, 'status' | 'endedAt' | 'dueAt' | 'heldSince'>,
): void {
  sql.exec(
    'UPDATE runs SET status = ?, ended_at = ?, due_at = ?, held_since = ? WHERE id = ?',
    status,
    endedAt ?? null,
    dueAt ?? null,
    heldSince ?? null,
    id,
  );
}

export function writeTurn(
  sql: SqlStorage,
  id: RunId,
  { run, steps, ledger, events }: TurnRecord,
): void {
  sql.exec('INSERT OR REPLACE INTO run_rows (run, body) VALUES (?, ?)', id, JSON.stringify(run));
  for (const step of steps) {
    sql.exec(
      'INSERT OR REPLACE INTO steps (run, key, body) VALUES (?, ?, ?)',
      id,
      step.key,
      JSON.stringify(step),
    );
  }
  for (const { key, segment, entries } of ledger) {
    sql.exec(
      'INSERT OR REPLACE INTO ledger (run, key, segment, body) VALUES (?, ?, ?, ?)',
      id,
      key,
      segment,
      JSON.stringify(entries),
    );
  }
  writeEvents(sql, id, events);
}

export function writeEvents(sql: SqlStorage, id: RunId, events: readonly RunEvent[]): void {
  for (let at = 0; at < events.length; at += EVENTS_IN_A_ROW) {
    const batch = events.slice(at, at + EVENTS_IN_A_ROW);
    const seq = batch.at(-1)?.seq ?? 0;
    sql.exec(
      'INSERT INTO events (run, seq, body) VALUES (?, ?, ?)',
      id,
      seq,
      JSON.stringify(batch),
    );
  }
}

/** Takes a run away with all that is kept of it. */
export function deleteRun(sql: SqlStorage, id: RunId): void {
  sql.exec('DELETE FROM runs WHERE id = ?', id);
  for (const table of [
    'run_rows',
    'steps',
    'ledger',
    'events',
    'records',
    'approval_links',
    'failures',
  ])
    sql.exec(`DELETE FROM ${table} WHERE run = ?`, id);
}

/** Events after `after`, at most about `limit`. */
export function readEvents(sql: SqlStorage, id: RunId, after: number, limit: number): RunEvent[] {
  const found: RunEvent[] = [];
  const rows = sql.exec<{ body: string }>(
    'SELECT body FROM events WHERE run = ? AND seq > ? ORDER BY seq',
    id,
    after,
  );
  for (const { body } of rows) {
    // SAFETY: written by `writeEvents`.
    const batch = JSON.parse(body) as RunEvent[];
    found.push(...batch.filter(({ seq }) => seq > after));
    if (found.length >= limit) break;
  }
  return found.slice(0, limit);
}

export function findHead(sql: SqlStorage, id: RunId): RunHead | undefined {
  const [row] = sql.exec<HeadColumns>(`SELECT ${HEAD} FROM runs WHERE id = ?`, id).toArray();
  return row && headOf(row);
}

/** The columns that `headOf` reads. */
export const HEAD = 'tenant, status, identity, admission, held_since AS heldSince';

export type HeadColumns = {
  readonly tenant: string;
  readonly status: string;
  readonly identity: string;
  readonly admission: string | null;
  readonly heldSince: number | null;
};

export function headOf({ tenant, status, identity, admission, heldSince }: HeadColumns): RunHead {
  // SAFETY: written by `insertRun`, `replaceRun` and `setStatus`.
  return {
    tenant,
    status: status as RunStatus,
    identity: JSON.parse(identity) as RunIdentity,
    ...(admission !== null && { admission: JSON.parse(admission) as Admission }),
    ...(heldSince !== null && { heldSince }),
  };
}

export function readRun(sql: SqlStorage, { identity }: RunHead): StoredRun | undefined {
  const { id, planHash } = identity;
  const plan = findPlan(sql, planHash);
  const run = readBodies<RunRow>(sql, 'SELECT body FROM run_rows WHERE run = ?', id)[0];
  if (plan === undefined || run === undefined) return undefined;
  const steps = readBodies<StepRow>(sql, 'SELECT body FROM steps WHERE run = ? ORDER BY key', id);
  const ledger = sql
    .exec<{ key: string; segment: number; body: string }>(
      'SELECT key, segment, body FROM ledger WHERE run = ? ORDER BY key, segment',
      id,
    )
    .toArray()
    // SAFETY: written by `writeTurn`.
    .map(({ key, segment, body }) => ({
      key,
      segment,
      entries: JSON.parse(body) as LedgerRow['entries'],
    }));
  return { identity, plan, run, steps, ledger };
}

export function findStep(sql: SqlStorage, id: RunId, key: string): StepRow | undefined {
  const [row] = sql
    .exec<{ body: string }>('SELECT body FROM steps WHERE run = ? AND key = ?', id, key)
    .toArray();
  // SAFETY: written by `writeTurn`.
  return row && (JSON.parse(row.body) as StepRow);
}

function readBodies<T>(sql: SqlStorage, query: string, id: RunId): T[] {
  return (
    sql
      .exec<{ body: string }>(query, id)
      .toArray()
      // SAFETY: each table's bodies are written from one type.
      .map(({ body }) => JSON.parse(body) as T)
  );
}
