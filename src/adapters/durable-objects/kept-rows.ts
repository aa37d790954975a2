/** Reads and writes of what runs refer to or leave behind: plans, keys, records of runs done elsewhere. */
import type { Plan } from '../../core/recipe/plan.ts';
import type { NodeView, RunView } from '../../core/run/view.ts';
import { pack, unpack } from './packed-rows.ts';
import { keepLarge } from './value-rows.ts';
import type { LargeReader } from './value-rows.ts';
import type { Digest, EpochMs, RunId } from '../../runtime/ports.ts';

/** Plans of each object that were used last: parsed once, and one for all of their runs. */
const recent = new WeakMap<SqlStorage, Map<Digest, Plan>>();
const MOST_RECENT = 32;

export function findPlan(sql: SqlStorage, hash: Digest): Plan | undefined {
  const known = recent.get(sql)?.get(hash);
  if (known !== undefined) return known;
  const [row] = sql.exec<{ body: string }>('SELECT body FROM plans WHERE hash = ?', hash).toArray();
  // SAFETY: written by `keepPlan`.
  const plan = row && (JSON.parse(row.body) as Plan);
  if (plan !== undefined) remember(sql, hash, plan);
  return plan;
}

export function keepPlan(sql: SqlStorage, hash: Digest, plan: Plan): void {
  if (recent.get(sql)?.has(hash) === true) return;
  sql.exec('INSERT OR IGNORE INTO plans (hash, body) VALUES (?, ?)', hash, JSON.stringify(plan));
  remember(sql, hash, plan);
}

/** Plans that no run is pinned to any more. Whoever submits brings the plan again. */
export function deletePlans(sql: SqlStorage): void {
  recent.delete(sql);
  sql.exec(
    `DELETE FROM plans WHERE hash NOT IN (SELECT json_extract(identity, '$.planHash') FROM runs)`,
  );
}

function remember(sql: SqlStorage, hash: Digest, plan: Plan): void {
  const plans = recent.get(sql) ?? new Map<Digest, Plan>();
  recent.set(sql, plans);
  for (const oldest of plans.keys()) {
    if (plans.size < MOST_RECENT) break;
    plans.delete(oldest);
  }
  plans.set(hash, plan);
}

export interface IdempotencyRow {
  readonly run: RunId;
  readonly bodyHash: Digest;
}

export function findIdempotent(
  sql: SqlStorage,
  key: string,
  now: EpochMs,
): IdempotencyRow | undefined {
  return sql
    .exec<{ run: string; bodyHash: string }>(
      'SELECT run, body_hash AS bodyHash FROM idempotency WHERE key = ? AND expires_at > ?',
      key,
      now,
    )
    .toArray()[0];
}

export function keepIdempotent(
  sql: SqlStorage,
  key: string,
  row: IdempotencyRow & { expiresAt: EpochMs },
): void {
  sql.exec(
    'INSERT OR REPLACE INTO idempotency (key, run, body_hash, expires_at) VALUES (?, ?, ?, ?)',
    key,
    row.run,
    row.bodyHash,
    row.expiresAt,
  );
}

export function keepRecord(sql: SqlStorage, view: RunView, nodes: readonly NodeView[]): void {
  sql.exec(
    'INSERT OR REPLACE INTO records (run, view, nodes) VALUES (?, ?, ?)',
    view.id,
    keepLarge(sql, view.id, 'record', pack(view)),
    JSON.stringify(nodes),
  );
}

export function findRecord(
  { sql, read }: LargeReader,
  id: RunId,
): { view: RunView; nodes: NodeView[] } | undefined {
  const [row] = sql
    .exec<{ view: string; nodes: string }>('SELECT view, nodes FROM records WHERE run = ?', id)
    .toArray();
  if (row === undefined) return undefined;
  const view = unpack<RunView>(row.view, (field) => read({ run: id, place: 'record', field }));
  // SAFETY: written by `keepRecord`.
  return { view, nodes: JSON.parse(row.nodes) as NodeView[] };
}
