/** Reads and writes of a partition's tables. All are synchronous; callers put them in transactions. */
import type { JsonObject } from '../../core/json.ts';
import { isFollowed, standIn } from '../../core/recipe/plan-format.ts';
import type { RunEvent, RunStatus } from '../../core/run/events.ts';
import type { LedgerRow, RunRow, StepRow, TurnRecord } from '../../core/run/record.ts';
import type { StoredRun } from '../../core/run/restore.ts';
import type { RunIdentity } from '../../core/run/state.ts';
import type { RunId, Tenant } from '../../runtime/ports.ts';
import type { Admission } from '../../core/queue/admission.ts';
import type { QueuedRow } from './admission-rows.ts';
import { findPlan } from './kept-rows.ts';
import { pack, packEntries, unpack, unpackEntries } from './packed-rows.ts';
import type { Packed } from './packed-rows.ts';
import { deleteValues, keepLarge } from './value-rows.ts';
import type { LargeReader } from './value-rows.ts';

/** Events that lie in one row, and about how long it may be, so that no row passes what SQLite takes. */
const EVENTS_IN_A_ROW = 100;
const EVENTS_LENGTH = 256 * 1024;

export interface RunHead extends QueuedRow {
  readonly tenant: Tenant;
  readonly status: RunStatus;
  readonly identity: RunIdentity;
}

/** True: its inputs are large, and to be moved. */
export function insertRun(sql: SqlStorage, head: RunHead): boolean {
  const { tenant, status, identity, admission } = head;
  const packed = pack(identity);
  sql.exec(
    `INSERT INTO runs (id, tenant, recipe, status, created_at, identity, admission)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    identity.id,
    tenant,
    identity.recipe,
    status,
    identity.createdAt,
    keepLarge(sql, identity.id, 'identity', packed),
    admission === undefined ? null : JSON.stringify(admission),
  );
  return packed.large.size > 0;
}

/** Makes another run of one that has not begun, under its id. */
export function replaceRun(sql: SqlStorage, { identity, admission }: RunHead): boolean {
  const packed = pack(identity);
  sql.exec(
    'UPDATE runs SET recipe = ?, identity = ?, admission = ? WHERE id = ?',
    identity.recipe,
    keepLarge(sql, identity.id, 'identity', packed),
    JSON.stringify(admission),
    identity.id,
  );
  return packed.large.size > 0;
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

/** True: it has large values, which are to be moved. */
export function writeTurn(
  sql: SqlStorage,
  id: RunId,
  { run, steps, ledger, events }: TurnRecord,
): boolean {
  let isLarge = false;
  const keep = (place: string, packed: Packed): string => {
    isLarge ||= packed.large.size > 0;
    return keepLarge(sql, id, place, packed);
  };
  const body = keep('run', pack(run));
  sql.exec('INSERT OR REPLACE INTO run_rows (run, body) VALUES (?, ?)', id, body);
  for (const step of steps) {
    sql.exec(
      'INSERT OR REPLACE INTO steps (run, key, body) VALUES (?, ?, ?)',
      id,
      step.key,
      keep(stepPlace(step.key), pack(step)),
    );
  }
  for (const { key, segment, entries } of ledger) {
    sql.exec(
      'INSERT OR REPLACE INTO ledger (run, key, segment, body) VALUES (?, ?, ?, ?)',
      id,
      key,
      segment,
      keep(segmentPlace(key, segment), packEntries(entries)),
    );
  }
  writeEvents(sql, id, events);
  return isLarge;
}

/** What large values of a step's row are found under. */
export const stepPlace = (key: string): string => `steps ${key}`;
const segmentPlace = (key: string, segment: number): string => `ledger ${segment} ${key}`;

export function writeEvents(sql: SqlStorage, id: RunId, events: readonly RunEvent[]): void {
  for (let at = 0; at < events.length; at += EVENTS_IN_A_ROW) {
    const batch = events.slice(at, at + EVENTS_IN_A_ROW);
    writeBatch(sql, id, batch);
  }
  dropOldEvents(sql, id, events);
}

/** Events that are kept of one run; older ones go, in steps of some, as it goes on. */
const KEPT_EVENTS = 50_000;
const DROP_STEP = 1_000;

function dropOldEvents(sql: SqlStorage, id: RunId, events: readonly RunEvent[]): void {
  const [first] = events;
  const last = events.at(-1);
  if (first === undefined || last === undefined || last.seq <= KEPT_EVENTS) return;
  const hasCrossed = Math.floor(last.seq / DROP_STEP) > Math.floor((first.seq - 1) / DROP_STEP);
  if (!hasCrossed) return;
  sql.exec('DELETE FROM events WHERE run = ? AND seq <= ?', id, last.seq - KEPT_EVENTS);
}

/** The number of a run's last event; 0 for one that was executed elsewhere. */
export function lastSeq(sql: SqlStorage, id: RunId): number {
  const query = `SELECT json_extract(body, '$.seq') AS seq FROM run_rows WHERE run = ?`;
  return sql.exec<{ seq: number }>(query, id).toArray()[0]?.seq ?? 0;
}

function writeBatch(sql: SqlStorage, id: RunId, batch: readonly RunEvent[]): void {
  const body = JSON.stringify(batch);
  const half = Math.ceil(batch.length / 2);
  if (body.length > EVENTS_LENGTH && half < batch.length) {
    writeBatch(sql, id, batch.slice(0, half));
    return writeBatch(sql, id, batch.slice(half));
  }
  const seq = batch.at(-1)?.seq ?? 0;
  sql.exec('INSERT INTO events (run, seq, body) VALUES (?, ?, ?)', id, seq, body);
}

/** Takes a run away with all that is kept of it; its large values are then to be tidied up. */
export function deleteRun(sql: SqlStorage, id: RunId): void {
  sql.exec('DELETE FROM runs WHERE id = ?', id);
  deleteValues(sql, id);
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
    identity: readIdentity(identity),
    ...(admission !== null && { admission: JSON.parse(admission) as Admission }),
    ...(heldSince !== null && { heldSince }),
  };
}

/** Without inputs that are too large for it: `readRun` has those. */
function readIdentity(text: string): RunIdentity {
  const identity = unpack<RunIdentity>(text, () => undefined);
  return { ...identity, inputs: identity.inputs ?? {} };
}

/** `bare`: without the large values of its steps, as far as they are only to be counted. */
export function readRun(
  { sql, read }: LargeReader,
  { identity: { id, planHash } }: RunHead,
  { bare = false }: { readonly bare?: boolean } = {},
): StoredRun | undefined {
  const found = findPlan(sql, planHash);
  const readAt = (place: string) => (field: string) => read({ run: id, place, field });
  const readStep = (place: string) => (bare ? () => undefined : readAt(place));
  const [row] = sql
    .exec<{ body: string; identity: string }>(
      'SELECT body, identity FROM run_rows JOIN runs ON id = run WHERE run = ?',
      id,
    )
    .toArray();
  if (found === undefined || row === undefined) return undefined;
  const isForeign = !isFollowed(found);
  const plan = isForeign ? standIn(found) : found;
  const run = unpack<RunRow>(row.body, readAt('run'));
  const identity = unpack<RunIdentity>(row.identity, readAt('identity'));
  const steps = sql
    .exec<{ key: string; body: string }>(
      'SELECT key, body FROM steps WHERE run = ? ORDER BY key',
      id,
    )
    .toArray()
    .map(({ key, body }) => unpack<StepRow>(body, readStep(stepPlace(key))));
  const ledger = sql
    .exec<{ key: string; segment: number; body: string }>(
      'SELECT key, segment, body FROM ledger WHERE run = ? ORDER BY key, segment',
      id,
    )
    .toArray()
    .map(({ key, segment, body }): LedgerRow => ({
      key,
      segment,
      entries: unpackEntries(body, readStep(segmentPlace(key, segment))),
    }));
  return { identity, plan, run, steps, ledger, ...(isForeign && { foreign: found.planFormat }) };
}

export function findStep({ sql, read }: LargeReader, run: RunId, key: string): StepRow | undefined {
  const [row] = sql
    .exec<{ body: string }>('SELECT body FROM steps WHERE run = ? AND key = ?', run, key)
    .toArray();
  return row && unpack(row.body, (field) => read({ run, place: stepPlace(key), field }));
}

/** Of a run that was executed elsewhere: its inputs. */
export function readInputs({ sql, read }: LargeReader, run: RunId): JsonObject {
  const [row] = sql
    .exec<{ identity: string }>('SELECT identity FROM runs WHERE id = ?', run)
    .toArray();
  const place = 'identity';
  return row
    ? unpack<RunIdentity>(row.identity, (field) => read({ run, place, field })).inputs
    : {};
}
