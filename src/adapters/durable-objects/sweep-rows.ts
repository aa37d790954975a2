/** Takes runs that have been kept long enough out of a partition's tables. */
import type { EpochMs, RunId, Tenant } from '../../runtime/ports.ts';

const ENDED = `'completed', 'failed', 'cancelled'`;

export interface EndedRun {
  readonly id: RunId;
  readonly createdAt: EpochMs;
  readonly endedAt: EpochMs;
}

/**
 * Runs that have ended, oldest first by when they were made, after `after`. No run ends before it is
 * made, so whoever comes to one that was made too late has seen all that ended early enough.
 */
export function endedRuns(
  sql: SqlStorage,
  { after, madeBefore, limit }: { after: RunId; madeBefore: EpochMs; limit: number },
): EndedRun[] {
  return sql
    .exec<{ id: string; createdAt: number; endedAt: number }>(
      `SELECT id, created_at AS createdAt, coalesce(ended_at, created_at) AS endedAt FROM runs
       WHERE id > ? AND created_at < ? AND status IN (${ENDED}) ORDER BY id LIMIT ?`,
      after,
      madeBefore,
      limit,
    )
    .toArray();
}

export function tenantOf(sql: SqlStorage): Tenant | undefined {
  return sql.exec<{ tenant: string }>('SELECT tenant FROM runs LIMIT 1').toArray()[0]?.tenant;
}

export function hasEndedRuns(sql: SqlStorage): boolean {
  const query = `SELECT 1 FROM runs WHERE status IN (${ENDED}) LIMIT 1`;
  return sql.exec(query).toArray().length > 0;
}

/** The history goes, what came of the run stays. */
export function deleteHistory(sql: SqlStorage, id: RunId): void {
  sql.exec('DELETE FROM events WHERE run = ?', id);
}

export function deleteExpiredKeys(sql: SqlStorage, now: EpochMs, limit: number): number {
  const query = `DELETE FROM idempotency WHERE key IN
    (SELECT key FROM idempotency WHERE expires_at <= ? LIMIT ?) RETURNING key`;
  return sql.exec(query, now, limit).toArray().length;
}

/** What was sent before `cut` and is not tried any more; ids grow with time. */
export function deleteDeliveries(sql: SqlStorage, cut: EpochMs, limit: number): number {
  const old = sql
    .exec<{ id: string; createdAt: number; dueAt: number | null }>(
      'SELECT id, created_at AS createdAt, due_at AS dueAt FROM deliveries ORDER BY id LIMIT ?',
      limit,
    )
    .toArray()
    .filter(({ createdAt, dueAt }) => createdAt < cut && dueAt === null);
  for (const { id } of old) sql.exec('DELETE FROM deliveries WHERE id = ?', id);
  return old.length;
}

/** When the next sweep is due; kept, so that an object that sleeps a lot sweeps all the same. */
export function readSweepAt(sql: SqlStorage): EpochMs | undefined {
  return sql.exec<{ at: number }>('SELECT at FROM sweeps').toArray()[0]?.at;
}

export function writeSweepAt(sql: SqlStorage, at: EpochMs | undefined): void {
  sql.exec('DELETE FROM sweeps');
  if (at !== undefined) sql.exec('INSERT INTO sweeps VALUES (?)', at);
}
