/**
 * Values that are too large for their rows. They are written here with their row, in one transaction,
 * and moved to the store afterwards.
 *
 * V1. Whatever lies in the store has a row in `blobs`, from before it is put until after it is deleted.
 * V2. A row that says `stored` is right: it says so after the put, and no more before the deletion.
 */
import type { Digest, RunId, Tenant } from '../../runtime/ports.ts';
import type { Packed } from './packed-rows.ts';

/** A field of a row that lies elsewhere. */
export interface ValueName {
  readonly run: RunId;
  /** The row: `run`, `identity`, `record`, or a table and a key. */
  readonly place: string;
  readonly field: string;
}

/** Where rows are read from that may have large values: `read` gives one, or throws. */
export interface LargeReader {
  readonly sql: SqlStorage;
  readonly read: (name: ValueName) => string;
}

/** What is read to show a run without its steps' outputs. */
export const SHOWN: readonly string[] = ['run', 'identity', 'record'];

/** What SQLite takes as one value is 2 MB. */
const PART_BYTES = 1024 * 1024;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Writes what does not fit into a row, in the row's transaction, and gives the text of the row. */
export function keepLarge(sql: SqlStorage, run: RunId, place: string, packed: Packed): string {
  if (packed.large.size > 0) writeValues(sql, { run, place }, packed.large);
  return packed.body;
}

function writeValues(
  sql: SqlStorage,
  { run, place }: Omit<ValueName, 'field'>,
  large: ReadonlyMap<string, string>,
): void {
  for (const [field, text] of large) {
    const bytes = encoder.encode(text);
    dropValues(sql, 'run = ? AND place = ? AND field = ?', run, place, field);
    sql.exec(
      'INSERT INTO large_values (run, place, field, size) VALUES (?, ?, ?, ?)',
      run,
      place,
      field,
      bytes.length,
    );
    for (let part = 0; part * PART_BYTES < bytes.length; part += 1) {
      const piece = bytes.slice(part * PART_BYTES, (part + 1) * PART_BYTES);
      sql.exec(
        'INSERT INTO value_parts (run, place, field, part, body) VALUES (?, ?, ?, ?, ?)',
        run,
        place,
        field,
        part,
        piece.buffer,
      );
    }
  }
}

/** Takes all values of a run away; what lay in the store is deleted there later. */
export function deleteValues(sql: SqlStorage, run: RunId): void {
  dropValues(sql, 'run = ?', run);
}

function dropValues(sql: SqlStorage, where: string, ...values: readonly string[]): void {
  sql.exec(
    `UPDATE blobs SET loose = 1 WHERE digest IN (SELECT digest FROM large_values WHERE ${where})`,
    ...values,
  );
  sql.exec(`DELETE FROM large_values WHERE ${where}`, ...values);
  sql.exec(`DELETE FROM value_parts WHERE ${where}`, ...values);
}

/** The bytes of a value that has not been moved. */
export function readParts(sql: SqlStorage, { run, place, field }: ValueName): Uint8Array {
  const parts = sql
    .exec<{ body: ArrayBuffer }>(
      'SELECT body FROM value_parts WHERE run = ? AND place = ? AND field = ? ORDER BY part',
      run,
      place,
      field,
    )
    .toArray()
    .map(({ body }) => new Uint8Array(body));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

export function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** Where a value lies: here where it has no digest. Undefined: there is none. */
export function findValue(
  sql: SqlStorage,
  { run, place, field }: ValueName,
): { readonly digest: Digest | null } | undefined {
  return sql
    .exec<{ digest: string | null }>(
      'SELECT digest FROM large_values WHERE run = ? AND place = ? AND field = ?',
      run,
      place,
      field,
    )
    .toArray()[0];
}

/** Digests of a run's values that have to be fetched before they can be read. */
export function awayValues(sql: SqlStorage, run: RunId, places?: readonly string[]): Digest[] {
  const narrowed = places === undefined ? '' : `AND place IN (${places.map(() => '?').join(', ')})`;
  return sql
    .exec<{ digest: string }>(
      `SELECT DISTINCT digest FROM large_values WHERE run = ? AND digest IS NOT NULL ${narrowed}`,
      run,
      ...(places ?? []),
    )
    .toArray()
    .map(({ digest }) => digest);
}

export function tenantOf(sql: SqlStorage, digest: Digest): Tenant {
  const query = 'SELECT tenant FROM blobs WHERE digest = ?';
  return sql.exec<{ tenant: string }>(query, digest).toArray()[0]?.tenant ?? '';
}

// ---------------------------------------------------------------- moving

export function tenantOfRun(sql: SqlStorage, run: RunId): Tenant | undefined {
  const query = 'SELECT tenant FROM runs WHERE id = ?';
  return sql.exec<{ tenant: string }>(query, run).toArray()[0]?.tenant;
}

export function nextToMove(sql: SqlStorage): ValueName | undefined {
  return sql
    .exec<{ run: string; place: string; field: string }>(
      'SELECT run, place, field FROM large_values WHERE digest IS NULL LIMIT 1',
    )
    .toArray()[0];
}

export interface Blob {
  readonly digest: Digest;
  readonly tenant: Tenant;
}

/** Says that it may come to lie in the store. True: it does already. */
export function expectBlob(sql: SqlStorage, { digest, tenant }: Blob, size: number): boolean {
  sql.exec(
    'INSERT OR IGNORE INTO blobs (digest, tenant, size, stored, loose) VALUES (?, ?, ?, 0, 1)',
    digest,
    tenant,
    size,
  );
  return (
    sql.exec('SELECT 1 FROM blobs WHERE digest = ? AND stored = 1', digest).toArray().length > 0
  );
}

/** It is about to be deleted. */
export function expectNoBlob(sql: SqlStorage, digest: Digest): void {
  sql.exec('UPDATE blobs SET stored = 0 WHERE digest = ?', digest);
}

/** It lies in the store; and the value does, unless it has become another meanwhile. */
export function endMove(
  sql: SqlStorage,
  name: ValueName,
  { digest, isSame }: { readonly digest: Digest; readonly isSame: boolean },
): void {
  sql.exec('UPDATE blobs SET stored = 1 WHERE digest = ?', digest);
  if (!isSame) return;
  const { run, place, field } = name;
  const where = 'run = ? AND place = ? AND field = ?';
  sql.exec(`UPDATE large_values SET digest = ? WHERE ${where}`, digest, run, place, field);
  sql.exec(`DELETE FROM value_parts WHERE ${where}`, run, place, field);
  sql.exec('UPDATE blobs SET loose = 0 WHERE digest = ?', digest);
}

/** What nobody needs any more, as far as can be told: some of it is found to be needed. */
export function looseBlobs(sql: SqlStorage, limit: number): (Blob & { readonly used: number })[] {
  return sql
    .exec<{ digest: string; tenant: string; used: number }>(
      `SELECT digest, tenant,
         EXISTS (SELECT 1 FROM large_values WHERE large_values.digest = blobs.digest) AS used
       FROM blobs WHERE loose = 1 LIMIT ?`,
      limit,
    )
    .toArray();
}

export function keepBlob(sql: SqlStorage, digest: Digest): void {
  sql.exec('UPDATE blobs SET loose = 0 WHERE digest = ?', digest);
}

export function forgetBlob(sql: SqlStorage, digest: Digest): void {
  sql.exec('DELETE FROM blobs WHERE digest = ?', digest);
}
