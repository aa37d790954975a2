/** What a partition's runs have spent on models, by day. */
import type { EpochMs } from '../../runtime/ports.ts';
import type { SpendBook } from '../../runtime/models/tenant-budget.ts';
import { startOfDay } from '../../runtime/models/tenant-budget.ts';

/** Part of the transaction that writes what was bought with it. */
export function addSpent(sql: SqlStorage, at: EpochMs, usd: number): void {
  if (usd <= 0) return;
  sql.exec(
    'INSERT INTO spend (day, usd) VALUES (?1, ?2) ON CONFLICT (day) DO UPDATE SET usd = usd + ?2',
    startOfDay(at),
    usd,
  );
}

export function spentSince(sql: SqlStorage, day: EpochMs): number {
  const rows = sql.exec<{ usd: number | null }>(
    'SELECT sum(usd) AS usd FROM spend WHERE day >= ?',
    day,
  );
  return rows.one().usd ?? 0;
}

export interface PartitionBook extends SpendBook {
  /** A turn has written so much of it. */
  written(usd: number): void;
}

export function createBook(sql: SqlStorage): PartitionBook {
  /** Between a call's end and the turn that writes it. */
  let unwritten = 0;
  return {
    spentSince: (day) => spentSince(sql, day) + unwritten,
    add(usd) {
      unwritten += usd;
    },
    written(usd) {
      unwritten = Math.max(0, unwritten - usd);
    },
  };
}
