/** API keys in the Catalog's tables. */
import { fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import { isScope } from '../../core/scopes.ts';
import type { Digest, Digests, EpochMs } from '../../runtime/ports.ts';
import type { KeyChange, KeyEntry } from '../../runtime/ports/keys.ts';

export type KeyPut = Omit<KeyEntry, 'lastUsedAt'> & { readonly digest: Digest };

export interface KeyUse {
  readonly id: string;
  readonly digest: Digest;
  readonly now: EpochMs;
}

// A type alias, because SqlStorage wants an index signature that an interface does not have.
type KeySql = {
  id: string;
  name: string;
  scopes: string;
  groups: string | null;
  createdAt: number;
  expiresAt: number | null;
  lastUsedAt: number | null;
};

const COLUMNS =
  'id, name, scopes, groups, created_at AS createdAt, expires_at AS expiresAt, last_used_at AS lastUsedAt';
const MAX_KEYS = 1_000;
/** A key in use costs a write a minute, not one a request. */
const USE_INTERVAL_MS = 60_000;

export function putKey(sql: SqlStorage, key: KeyPut): Result<KeyEntry> {
  const { count } = sql.exec<{ count: number }>('SELECT count(*) AS count FROM keys').one();
  if (count >= MAX_KEYS) {
    return fail('quota_exceeded', `Cannot make another key: there are ${count} already`);
  }
  const { id, name, scopes, groups, digest, createdAt, expiresAt = null } = key;
  const groupsText = groups === undefined ? null : JSON.stringify(groups);
  const row = [id, name, scopes.join(' '), groupsText, digest, createdAt, expiresAt, null];
  sql.exec('INSERT INTO keys VALUES (?, ?, ?, ?, ?, ?, ?, ?)', ...row);
  return ok({
    id,
    name,
    scopes,
    createdAt,
    ...(groups !== undefined && { groups }),
    ...(expiresAt !== null && { expiresAt }),
  });
}

export function listKeys(sql: SqlStorage): KeyEntry[] {
  return sql.exec<KeySql>(`SELECT ${COLUMNS} FROM keys ORDER BY id`).toArray().map(entryOf);
}

export function changeKey(sql: SqlStorage, id: string, change: KeyChange): KeyEntry | undefined {
  const { name, scopes, expiresAt } = change;
  if (name !== undefined) sql.exec('UPDATE keys SET name = ? WHERE id = ?', name, id);
  if (scopes !== undefined) {
    sql.exec('UPDATE keys SET scopes = ? WHERE id = ?', scopes.join(' '), id);
  }
  if (expiresAt !== undefined) {
    sql.exec('UPDATE keys SET expires_at = ? WHERE id = ?', expiresAt, id);
  }
  return findKey(sql, id);
}

export function deleteKey(sql: SqlStorage, id: string): boolean {
  return sql.exec('DELETE FROM keys WHERE id = ? RETURNING id', id).toArray().length > 0;
}

/** Counts as a use when it is the key. */
export function verifyKey(
  sql: SqlStorage,
  { id, digest, now }: KeyUse,
  digests: Pick<Digests, 'equal'>,
): KeyEntry | undefined {
  const query = 'SELECT digest FROM keys WHERE id = ?';
  const [row] = sql.exec<{ digest: string }>(query, id).toArray();
  if (row === undefined || !digests.equal(row.digest, digest)) return undefined;
  const key = findKey(sql, id);
  if (key === undefined || (key.expiresAt ?? Infinity) <= now) return undefined;
  if (now - (key.lastUsedAt ?? 0) < USE_INTERVAL_MS) return key;
  sql.exec('UPDATE keys SET last_used_at = ? WHERE id = ?', now, id);
  return { ...key, lastUsedAt: now };
}

function findKey(sql: SqlStorage, id: string): KeyEntry | undefined {
  const query = `SELECT ${COLUMNS} FROM keys WHERE id = ?`;
  return sql.exec<KeySql>(query, id).toArray().map(entryOf)[0];
}

function entryOf({ scopes, groups, expiresAt, lastUsedAt, ...key }: KeySql): KeyEntry {
  return {
    ...key,
    scopes: scopes.split(' ').filter(isScope),
    // SAFETY: written by `putKey`.
    ...(groups !== null && { groups: JSON.parse(groups) as string[] }),
    ...(expiresAt !== null && { expiresAt }),
    ...(lastUsedAt !== null && { lastUsedAt }),
  };
}
