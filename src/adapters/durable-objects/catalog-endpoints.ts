/** Hooks and webhooks in the Catalog's tables: their secrets are sealed before they come here. */
import { fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import type { EpochMs } from '../../runtime/ports.ts';
import type { Endpoint, EndpointKind } from '../../runtime/ports/endpoints.ts';
import type { Sealed } from '../../runtime/ports/vault.ts';

/** Of a kind. */
const MAX_ENDPOINTS = 200;
/** Rows that one claim clears away. */
const SWEEP = 100;

export type SealedEndpoint = Endpoint & { readonly sealed: Sealed };

export interface EndpointPut {
  readonly id: string;
  readonly spec: JsonObject;
  /** Null keeps the one there is. */
  readonly sealed: Sealed | null;
  readonly now: EpochMs;
}

type EndpointSql = {
  id: string;
  spec: string;
  sealed: string;
  createdAt: number;
  updatedAt: number;
};

const COLUMNS = 'id, spec, sealed, created_at AS createdAt, updated_at AS updatedAt';

export function createEndpoint(
  sql: SqlStorage,
  kind: EndpointKind,
  { id, spec, sealed, now }: EndpointPut,
): Result<Endpoint> {
  const { count } = sql
    .exec<{ count: number }>('SELECT count(*) AS count FROM endpoints WHERE kind = ?', kind)
    .one();
  if (count >= MAX_ENDPOINTS) {
    return fail('quota_exceeded', `Cannot make another ${kind}: there are ${count} already`);
  }
  const row = [kind, id, JSON.stringify(spec), sealed ?? '', now, now];
  // One that is there already stays: who made it first has its secret.
  sql.exec('INSERT OR IGNORE INTO endpoints VALUES (?, ?, ?, ?, ?, ?)', ...row);
  return ok({ id, spec, createdAt: now, updatedAt: now });
}

export function replaceEndpoint(
  sql: SqlStorage,
  kind: EndpointKind,
  { id, spec, sealed, now }: EndpointPut,
): Endpoint | undefined {
  const query = `UPDATE endpoints SET spec = ?, sealed = coalesce(?, sealed), updated_at = ?
    WHERE kind = ? AND id = ? RETURNING ${COLUMNS}`;
  const rows = sql.exec<EndpointSql>(query, JSON.stringify(spec), sealed, now, kind, id).toArray();
  return rows.map(endpointOf).map(withoutSecret)[0];
}

export function listEndpoints(sql: SqlStorage, kind: EndpointKind): Endpoint[] {
  const query = `SELECT ${COLUMNS} FROM endpoints WHERE kind = ? ORDER BY id`;
  return sql.exec<EndpointSql>(query, kind).toArray().map(endpointOf).map(withoutSecret);
}

export function findEndpoint(
  sql: SqlStorage,
  kind: EndpointKind,
  id: string,
): SealedEndpoint | undefined {
  const query = `SELECT ${COLUMNS} FROM endpoints WHERE kind = ? AND id = ?`;
  return sql.exec<EndpointSql>(query, kind, id).toArray().map(endpointOf)[0];
}

export function deleteEndpoint(sql: SqlStorage, kind: EndpointKind, id: string): boolean {
  const query = 'DELETE FROM endpoints WHERE kind = ? AND id = ? RETURNING id';
  return sql.exec(query, kind, id).toArray().length > 0;
}

/** False while the key is taken. */
export function claim(
  sql: SqlStorage,
  { key, now, forMs }: { key: string; now: EpochMs; forMs: number },
): boolean {
  sql.exec(
    'DELETE FROM claims WHERE key IN (SELECT key FROM claims WHERE expires_at <= ? LIMIT ?)',
    now,
    SWEEP,
  );
  const query = `INSERT INTO claims VALUES (?1, ?2) ON CONFLICT (key)
    DO UPDATE SET expires_at = ?2 WHERE expires_at <= ?3 RETURNING key`;
  return sql.exec(query, key, now + forMs, now).toArray().length > 0;
}

export function releaseClaim(sql: SqlStorage, key: string): void {
  sql.exec('DELETE FROM claims WHERE key = ?', key);
}

export function withoutSecret({ sealed: _sealed, ...endpoint }: SealedEndpoint): Endpoint {
  return endpoint;
}

function endpointOf({ spec, ...row }: EndpointSql): SealedEndpoint {
  // SAFETY: written by the functions above.
  return { ...row, spec: JSON.parse(spec) as JsonObject };
}
