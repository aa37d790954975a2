/** The Cache object: a shard of one tenant's entries, the epochs of its tags, and who makes what is missing. */
import { DurableObject } from 'cloudflare:workers';
import type { Clock, EpochMs } from '../../runtime/ports.ts';
import type {
  CacheHit,
  CacheLease,
  CacheTaken,
  LeaseTerms,
  StoredEntry,
} from '../../runtime/ports/cache.ts';
import { migrate } from './migrate.ts';

/** Only ever appended to: an object that was last awake under an older release runs what it lacks. */
const STEPS: readonly string[] = [
  `CREATE TABLE entries (
     key TEXT PRIMARY KEY,
     value BLOB NOT NULL,
     fresh_until INTEGER NOT NULL,
     dead_until INTEGER NOT NULL,
     -- JSON: each tag and its epoch when the value began to be made.
     tags TEXT NOT NULL
   );
   CREATE INDEX entries_by_death ON entries (dead_until);
   CREATE TABLE tags (
     tag TEXT PRIMARY KEY, epoch INTEGER NOT NULL, changed_at INTEGER NOT NULL
   ) WITHOUT ROWID;
   CREATE TABLE total (id INTEGER PRIMARY KEY, bytes INTEGER NOT NULL);
   INSERT INTO total VALUES (0, 0);`,
];

export interface CacheObjectDeps {
  readonly clock: Pick<Clock, 'now'>;
  /** Bytes of values that a shard keeps; what dies first goes first. Default 64 MiB. */
  readonly maxBytes?: number;
}

const MAX_BYTES = 64 * 1024 * 1024;
const SWEEP_MS = 10 * 60 * 1000;
/** Rows that one sweep or one eviction takes. */
const SLICE = 200;
/** Longer than any entry lives: a counter that starts anew finds none of its old entries. */
const TAG_MS = 31 * 24 * 60 * 60 * 1000;

interface Held {
  readonly holder: string;
  readonly until: EpochMs;
}

// A type alias, because SqlStorage wants an index signature that an interface does not have.
type EntryRow = { value: ArrayBuffer; freshUntil: number; deadUntil: number; tags: string };

/** The platform builds the object, so what it needs is bound here. */
export function makeCacheObject({ clock, maxBytes = MAX_BYTES }: CacheObjectDeps) {
  return class CacheShard extends DurableObject {
    /** Leases live for seconds: with the object they end, and somebody makes a value twice. */
    readonly #leases = new Map<string, Held>();
    #hasAlarm = false;

    constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
      super(ctx, env);
      migrate(ctx.storage, STEPS);
    }

    find(key: string): CacheHit | null {
      return findLive(this.ctx.storage.sql, key, clock.now()) ?? null;
    }

    take(key: string, { ms, holder, tags }: Required<LeaseTerms>): CacheTaken {
      const { sql } = this.ctx.storage;
      const now = clock.now();
      const hit = findLive(sql, key, now);
      if (hit !== undefined && hit.freshUntil > now) return { hit };
      const held = this.#leases.get(key);
      const isHeld = held !== undefined && held.until > now && held.holder !== holder;
      if (!isHeld) this.#leases.set(key, { holder, until: now + ms });
      return {
        ...(hit !== undefined && { hit }),
        ...(!isHeld && { lease: { holder, epochs: epochsOf(sql, tags) } }),
      };
    }

    set(key: string, entry: StoredEntry): void {
      const { sql } = this.ctx.storage;
      this.ctx.storage.transactionSync(() => {
        keep(sql, key, entry);
        makeRoom(sql, clock.now(), maxBytes);
      });
      if (this.#hasAlarm) return;
      this.#hasAlarm = true;
      void this.ctx.storage.setAlarm(clock.now() + SWEEP_MS);
    }

    delete(key: string): void {
      this.ctx.storage.transactionSync(() => drop(this.ctx.storage.sql, key));
    }

    invalidate(tags: readonly string[]): void {
      const { sql } = this.ctx.storage;
      const now = clock.now();
      this.ctx.storage.transactionSync(() => {
        for (const tag of tags) {
          sql.exec(
            `INSERT INTO tags VALUES (?, 1, ?)
             ON CONFLICT (tag) DO UPDATE SET epoch = epoch + 1, changed_at = excluded.changed_at`,
            tag,
            now,
          );
        }
      });
    }

    release(key: string, { holder }: CacheLease): void {
      if (this.#leases.get(key)?.holder === holder) this.#leases.delete(key);
    }

    override async alarm(): Promise<void> {
      const { storage } = this.ctx;
      const now = clock.now();
      for (const [key, { until }] of this.#leases) if (until <= now) this.#leases.delete(key);
      const isDone = storage.transactionSync(() => sweep(storage.sql, now));
      const isEmpty = count(storage.sql, 'entries') === 0 && count(storage.sql, 'tags') === 0;
      this.#hasAlarm = !isEmpty;
      if (!isEmpty) await storage.setAlarm(isDone ? now + SWEEP_MS : now);
    }
  };
}

export type CacheObject = InstanceType<ReturnType<typeof makeCacheObject>>;

function findLive(sql: SqlStorage, key: string, now: EpochMs): CacheHit | undefined {
  const [row] = sql
    .exec<EntryRow>(
      `SELECT value, fresh_until AS freshUntil, dead_until AS deadUntil, tags
       FROM entries WHERE key = ? AND dead_until > ?`,
      key,
      now,
    )
    .toArray();
  if (row === undefined) return undefined;
  // SAFETY: written by `keep`.
  const epochs = JSON.parse(row.tags) as CacheLease['epochs'];
  const current = epochsOf(sql, Object.keys(epochs));
  if (Object.entries(epochs).some(([tag, epoch]) => current[tag] !== epoch)) return undefined;
  const { value, freshUntil, deadUntil } = row;
  return { value: new Uint8Array(value), freshUntil, deadUntil };
}

function epochsOf(sql: SqlStorage, tags: readonly string[]): CacheLease['epochs'] {
  return Object.fromEntries(
    tags.map((tag) => {
      const [row] = sql
        .exec<{ epoch: number }>('SELECT epoch FROM tags WHERE tag = ?', tag)
        .toArray();
      return [tag, row?.epoch ?? 0];
    }),
  );
}

function keep(sql: SqlStorage, key: string, entry: StoredEntry): void {
  const { value, freshUntil, deadUntil, tags, epochs } = entry;
  drop(sql, key);
  const stamped = { ...epochsOf(sql, tags), ...epochs };
  sql.exec(
    'INSERT INTO entries VALUES (?, ?, ?, ?, ?)',
    key,
    value,
    freshUntil,
    deadUntil,
    JSON.stringify(stamped),
  );
  sql.exec('UPDATE total SET bytes = bytes + ?', value.length);
}

function drop(sql: SqlStorage, key: string): void {
  const [row] = sql
    .exec<{ bytes: number }>(
      'DELETE FROM entries WHERE key = ? RETURNING length(value) AS bytes',
      key,
    )
    .toArray();
  if (row !== undefined) sql.exec('UPDATE total SET bytes = bytes - ?', row.bytes);
}

/** What is dead goes, and then what dies first, until the rest fits. */
function makeRoom(sql: SqlStorage, now: EpochMs, maxBytes: number): void {
  for (let bytes = totalBytes(sql); bytes > maxBytes; bytes = totalBytes(sql)) {
    const isSwept = sweep(sql, now);
    if (!isSwept || totalBytes(sql) < bytes) continue;
    const [first] = sql
      .exec<{ key: string }>('SELECT key FROM entries ORDER BY dead_until LIMIT 1')
      .toArray();
    if (first === undefined) return;
    drop(sql, first.key);
  }
}

function totalBytes(sql: SqlStorage): number {
  return sql.exec<{ bytes: number }>('SELECT bytes FROM total').one().bytes;
}

/** Drops a slice of what is dead. False: there is more. */
function sweep(sql: SqlStorage, now: EpochMs): boolean {
  const dead = sql
    .exec<{ key: string }>(
      'SELECT key FROM entries WHERE dead_until <= ? ORDER BY dead_until LIMIT ?',
      now,
      SLICE,
    )
    .toArray();
  for (const { key } of dead) drop(sql, key);
  sql.exec('DELETE FROM tags WHERE changed_at <= ?', now - TAG_MS);
  return dead.length < SLICE;
}

function count(sql: SqlStorage, table: 'entries' | 'tags'): number {
  return sql.exec<{ rows: number }>(`SELECT count(*) AS rows FROM ${table}`).one().rows;
}
