/** Secrets in the Catalog's tables: sealed before they come here. */
import { fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import type { SecretEntry } from '../../runtime/ports/settings.ts';
import type { Sealed } from '../../runtime/ports/vault.ts';

export interface SealedSecret extends SecretEntry {
  readonly sealed: Sealed;
}

// A type alias, because SqlStorage wants an index signature that an interface does not have.
type SecretSql = { name: string; hosts: string; places: string; sealed: string; updatedAt: number };

const COLUMNS = 'name, hosts, places, sealed, updated_at AS updatedAt';
const MAX_SECRETS = 500;

export function putSecret(
  sql: SqlStorage,
  { name, hosts, in: places, sealed, updatedAt }: SealedSecret,
): Result<SecretEntry & { readonly created: boolean }> {
  const created = findSecret(sql, name) === undefined;
  const { count } = sql.exec<{ count: number }>('SELECT count(*) AS count FROM secrets').one();
  if (created && count >= MAX_SECRETS) {
    return fail('quota_exceeded', `Cannot keep another secret: there are ${count} already`);
  }
  const row = [name, hosts.join(' '), places.join(' '), sealed, updatedAt];
  sql.exec('INSERT OR REPLACE INTO secrets VALUES (?, ?, ?, ?, ?)', ...row);
  return ok({ name, hosts, in: places, updatedAt, created });
}

export function listSecrets(sql: SqlStorage): SecretEntry[] {
  const rows = sql.exec<SecretSql>(`SELECT ${COLUMNS} FROM secrets ORDER BY name`).toArray();
  return rows.map(secretOf).map(({ sealed: _sealed, ...entry }) => entry);
}

export function findSecret(sql: SqlStorage, name: string): SealedSecret | undefined {
  const query = `SELECT ${COLUMNS} FROM secrets WHERE name = ?`;
  return sql.exec<SecretSql>(query, name).toArray().map(secretOf)[0];
}

export function deleteSecret(sql: SqlStorage, name: string): boolean {
  return sql.exec('DELETE FROM secrets WHERE name = ? RETURNING name', name).toArray().length > 0;
}

function secretOf({ hosts, places, ...row }: SecretSql): SealedSecret {
  const isPlace = (text: string) => text === 'header' || text === 'body';
  return { ...row, hosts: hosts.split(' '), in: places.split(' ').filter(isPlace) };
}
