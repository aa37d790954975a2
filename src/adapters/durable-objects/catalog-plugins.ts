/** Plugins in the Catalog's tables. */
import { fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import { quotaFault } from '../../core/plugin/quota.ts';
import { dayStart } from '../../core/plugin/quota.ts';
import type { AddedVersion, PluginQuota, QuotaUse } from '../../core/plugin/quota.ts';
import type { Digest, EpochMs } from '../../runtime/ports.ts';

/** A plugin as a row; the manifest travels as text, for it is only kept here. */
export interface PluginRow {
  readonly name: string;
  readonly version: string;
  readonly hash: Digest;
  readonly upload: Digest;
  readonly size: number;
  readonly manifest: string;
  readonly usesWasi: boolean;
  readonly createdAt: EpochMs;
  /** Why it is not to be used any more. */
  readonly deprecated: string | null;
}

/** One of the list, or one that has left it. */
export interface ListedRow extends PluginRow {
  /** The higher, the newer. */
  readonly seq: number;
  readonly isLive: boolean;
}

export interface PluginChanges {
  /** Grows with each change to the list. */
  readonly revision: number;
  /** What has changed since the caller's revision; all that is there for one who knows none. */
  readonly rows: readonly ListedRow[];
}

// Type aliases, because SqlStorage wants an index signature that an interface does not have.
type PluginSql = Omit<PluginRow, 'usesWasi'> & { usesWasi: number };
type ListedSql = PluginSql & { seq: number; isLive: number };
type UseSql = { [key in keyof QuotaUse]: number };

const PLUGIN_COLUMNS =
  'name, version, hash, upload, size, manifest, uses_wasi AS usesWasi, created_at AS createdAt, deprecated';

export function listChanges(sql: SqlStorage, known: number | null): PluginChanges {
  const revision = sql
    .exec<{ number: number }>(`SELECT number FROM revisions WHERE subject = 'plugins'`)
    .one().number;
  if (revision === known) return { revision, rows: [] };
  const query = `SELECT ${PLUGIN_COLUMNS}, seq, live AS isLive FROM plugins`;
  const rows =
    known === null
      ? sql.exec<ListedSql>(`${query} WHERE live = 1`)
      : sql.exec<ListedSql>(`${query} WHERE changed > ?`, known);
  const listed = rows.toArray().map((row) => ({ ...pluginOf(row), isLive: row.isLive === 1 }));
  return { revision, rows: listed };
}

export function deletePlugin(sql: SqlStorage, name: string, version: string): boolean {
  const query = 'UPDATE plugins SET live = 0 WHERE name = ? AND version = ? AND live = 1';
  if (sql.exec(`${query} RETURNING name`, name, version).toArray().length === 0) return false;
  countChange(sql, { name, version });
  return true;
}

export function putPlugin(
  sql: SqlStorage,
  plugin: Omit<PluginRow, 'createdAt' | 'deprecated'>,
  { quota, now }: Bounds,
): Result<PluginRow & { readonly created: boolean }> {
  const { name, version, hash, upload, size, manifest, usesWasi } = plugin;
  const same = findPlugin(sql, name, version);
  if (same !== undefined) {
    if (same.upload !== upload || same.manifest !== manifest) {
      return fail('plugin_exists', `Cannot put plugin "${name}@${version}": it has other bytes`);
    }
    const full = whyFull(sql, plugin, { quota, now });
    if (full !== undefined) return full;
    const wasDeleted = revive(sql, name, version);
    // A later release may meter the same upload into other bytes; runs keep what they have pinned.
    if (same.hash !== hash) {
      sql.exec(
        'UPDATE plugins SET hash = ?, size = ? WHERE name = ? AND version = ?',
        hash,
        size,
        name,
        version,
      );
      countChange(sql, { name, version });
    }
    return ok({ ...same, hash, size, created: wasDeleted });
  }
  const full = whyFull(sql, plugin, { quota, now });
  if (full !== undefined) return full;
  sql.exec(
    `INSERT INTO plugins (name, version, hash, upload, size, manifest, uses_wasi, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    name,
    version,
    hash,
    upload,
    size,
    manifest,
    usesWasi ? 1 : 0,
    now,
  );
  countChange(sql, { name, version });
  return ok({ ...plugin, deprecated: null, createdAt: now, created: true });
}

/** True when the version had been deleted: the same upload brings it back. */
function revive(sql: SqlStorage, name: string, version: string): boolean {
  const query = 'UPDATE plugins SET live = 1 WHERE name = ? AND version = ? AND live = 0';
  const isRevived = sql.exec(`${query} RETURNING name`, name, version).toArray().length > 0;
  if (isRevived) countChange(sql, { name, version });
  return isRevived;
}

function findPlugin(sql: SqlStorage, name: string, version: string): PluginRow | undefined {
  return sql
    .exec<PluginSql>(
      `SELECT ${PLUGIN_COLUMNS} FROM plugins WHERE name = ? AND version = ?`,
      name,
      version,
    )
    .toArray()
    .map(pluginOf)[0];
}

function pluginOf<Row extends PluginSql>({ usesWasi, ...row }: Row) {
  return { ...row, usesWasi: usesWasi === 1 };
}

function countChange(sql: SqlStorage, { name, version }: { name: string; version: string }): void {
  sql.exec(`UPDATE revisions SET number = number + 1 WHERE subject = 'plugins'`);
  sql.exec(
    `UPDATE plugins SET changed = (SELECT number FROM revisions WHERE subject = 'plugins')
     WHERE name = ? AND version = ?`,
    name,
    version,
  );
}

interface Bounds {
  /** Null: none. */
  readonly quota: PluginQuota | null;
  readonly now: EpochMs;
}

/** Looked at within the transaction that writes, so that two uploads at a time do not pass together. */
function whyFull(
  sql: SqlStorage,
  plugin: AddedVersion,
  { quota, now }: Bounds,
): ReturnType<typeof fail> | undefined {
  if (quota === null) return undefined;
  const fault = quotaFault(useOf(sql, plugin, now), plugin, quota);
  if (fault === undefined) return undefined;
  const { name, version } = plugin;
  return fail('quota_exceeded', `Cannot put plugin "${name}@${version}": ${fault}`);
}

/** What `countUse` counts, without a row of it here. */
function useOf(sql: SqlStorage, { name, version, upload }: AddedVersion, now: EpochMs): QuotaUse {
  const { isThere, isKnown, ...use } = sql
    .exec<UseSql>(
      `SELECT coalesce(max(live = 1 AND name = ? AND version = ?), 0) AS isThere,
         coalesce(max(upload = ?), 0) AS isKnown,
         count(*) FILTER (WHERE live = 1) AS versions,
         coalesce(sum(size) FILTER (WHERE live = 1), 0) AS bytes,
         count(DISTINCT upload) FILTER (WHERE created_at >= ?) AS today
       FROM plugins`,
      name,
      version,
      upload,
      dayStart(now),
    )
    .one();
  return { ...use, isThere: isThere === 1, isKnown: isKnown === 1 };
}

export function deprecatePlugin(
  sql: SqlStorage,
  { name, version, note }: { name: string; version: string; note: string | null },
): boolean {
  const query = 'UPDATE plugins SET deprecated = ? WHERE name = ? AND version = ? AND live = 1';
  const changed = sql.exec(`${query} RETURNING name`, note, name, version).toArray();
  if (changed.length > 0) countChange(sql, { name, version });
  return changed.length > 0;
}
