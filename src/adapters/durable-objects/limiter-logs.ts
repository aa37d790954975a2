/** The logs of one Limiter object: in memory to decide by, in rows to outlive it. */
import { admit, createLog, judge, refund } from '../../core/rate/sliding-log.ts';
import type { SlidingLog, Verdict } from '../../core/rate/sliding-log.ts';
import type { EpochMs } from '../../runtime/ports.ts';
import type { RateUse } from '../../runtime/ports/rate-limiter.ts';
import { migrate } from './migrate.ts';

/** Only ever appended to: an object that was last awake under an older release runs what it lacks. */
const STEPS: readonly string[] = [
  `CREATE TABLE uses (
     log TEXT NOT NULL, stamp INTEGER NOT NULL, units INTEGER NOT NULL, ends_at INTEGER NOT NULL,
     PRIMARY KEY (log, stamp)
   ) WITHOUT ROWID;`,
];

export type ObjectUse = Omit<RateUse, 'subject'>;

/** Where a use was entered, to take it back. */
export interface Entered {
  readonly log: string;
  readonly stamp: EpochMs;
  readonly units: number;
}

/** Rows of entries that have left the window are deleted so many at a time. */
const STALE_ROWS = 64;

export interface LimiterLogs {
  judge(use: ObjectUse, now: EpochMs): Verdict;
  /** What `judge` has passed. */
  enter(use: ObjectUse, now: EpochMs): Entered;
  takeBack(entered: Entered): void;
  drop(log: string): void;
}

/** Reads the rows once; what has left its window since stays a row for a while. */
export function openLogs(storage: DurableObjectStorage): LimiterLogs {
  const { sql } = storage;
  const logs = readLogs(storage);
  const stale = new Map<string, number>();

  function logOf(name: string): SlidingLog {
    const log = logs.get(name) ?? createLog();
    logs.set(name, log);
    return log;
  }

  /** The clock was set back, and the stamps with it: they count from now on, also after a restart. */
  function rewrite({ log: name, windowMs }: ObjectUse, log: SlidingLog): void {
    sql.exec('DELETE FROM uses WHERE log = ?', name);
    for (const [index, stamp] of log.stamps.entries()) {
      const units = (log.totals[index] ?? 0) - (log.totals[index - 1] ?? log.base);
      sql.exec('INSERT INTO uses VALUES (?, ?, ?, ?)', name, stamp, units, stamp + windowMs);
    }
  }

  return {
    judge(use, now) {
      const log = logOf(use.log);
      const before = log.stamps.length;
      const last = log.stamps.at(-1);
      const verdict = judge(log, use, use.cost, now);
      if ((log.stamps.at(-1) ?? last ?? 0) < (last ?? 0)) rewrite(use, log);
      stale.set(use.log, (stale.get(use.log) ?? 0) + before - log.stamps.length);
      return verdict;
    },
    enter(use, now) {
      const log = logOf(use.log);
      if ((stale.get(use.log) ?? 0) >= STALE_ROWS) {
        stale.delete(use.log);
        sql.exec('DELETE FROM uses WHERE log = ? AND stamp < ?', use.log, log.stamps[0] ?? now);
      }
      const stamp = admit(log, use, use.cost, now);
      sql.exec(
        `INSERT INTO uses VALUES (?, ?, ?, ?)
         ON CONFLICT (log, stamp) DO UPDATE SET units = units + excluded.units`,
        use.log,
        stamp,
        use.cost,
        stamp + use.windowMs,
      );
      return { log: use.log, stamp, units: use.cost };
    },
    takeBack({ log, stamp, units }) {
      refund(logOf(log), stamp, units);
      sql.exec('UPDATE uses SET units = units - ? WHERE log = ? AND stamp = ?', units, log, stamp);
    },
    drop(log) {
      logs.delete(log);
      sql.exec('DELETE FROM uses WHERE log = ?', log);
    },
  };
}

function readLogs(storage: DurableObjectStorage): Map<string, SlidingLog> {
  migrate(storage, STEPS);
  const logs = new Map<string, SlidingLog>();
  const rows = storage.sql.exec<{ name: string; stamp: number; units: number }>(
    'SELECT log AS name, stamp, units FROM uses ORDER BY log, stamp',
  );
  for (const { name, stamp, units } of rows) {
    const log = logs.get(name) ?? createLog();
    logs.set(name, log);
    log.stamps.push(stamp);
    log.totals.push((log.totals.at(-1) ?? 0) + units);
  }
  return logs;
}

/** Drops what has left its window. Gives when the rest will have; undefined: nothing is left. */
export function sweepLogs(sql: SqlStorage, now: EpochMs): EpochMs | undefined {
  sql.exec('DELETE FROM uses WHERE ends_at <= ?', now);
  const { last } = sql.exec<{ last: number | null }>('SELECT max(ends_at) AS last FROM uses').one();
  return last ?? undefined;
}
