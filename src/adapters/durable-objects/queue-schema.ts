/** The tables of a partition's runs, as numbered steps from nothing to now. */
import { migrate } from './migrate.ts';

/**
 * Only ever appended to. Steps, ledger and events are keyed by their run and have no row id and no
 * second index, so that each of their rows costs one write.
 */
const STEPS: readonly string[] = [
  `CREATE TABLE plans (hash TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
   -- Ids grow with time, so the key is also the order of listings. Changes only with the status.
   CREATE TABLE runs (
     id TEXT PRIMARY KEY,
     tenant TEXT NOT NULL,
     recipe TEXT NOT NULL,
     status TEXT NOT NULL,
     created_at INTEGER NOT NULL,
     ended_at INTEGER,
     -- When a waiting run has something due; the others are in memory.
     due_at INTEGER,
     identity TEXT NOT NULL
   ) WITHOUT ROWID;
   CREATE INDEX live_runs ON runs (id) WHERE status IN ('queued', 'running', 'waiting', 'paused');
   -- What each turn changes.
   CREATE TABLE run_rows (run TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
   CREATE TABLE steps (
     run TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (run, key)
   ) WITHOUT ROWID;
   CREATE TABLE ledger (
     run TEXT NOT NULL, key TEXT NOT NULL, segment INTEGER NOT NULL, body TEXT NOT NULL,
     PRIMARY KEY (run, key, segment)
   ) WITHOUT ROWID;
   -- The events of one turn, under the number of the last.
   CREATE TABLE events (
     run TEXT NOT NULL, seq INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (run, seq)
   ) WITHOUT ROWID;
   CREATE TABLE idempotency (
     key TEXT PRIMARY KEY, run TEXT NOT NULL, body_hash TEXT NOT NULL, expires_at INTEGER NOT NULL
   ) WITHOUT ROWID;
   -- Runs that were executed elsewhere, as they are shown.
   CREATE TABLE records (run TEXT PRIMARY KEY, view TEXT NOT NULL, nodes TEXT NOT NULL) WITHOUT ROWID;`,
  `-- Only digests of the links' tokens.
   CREATE TABLE approval_links (
     run TEXT NOT NULL,
     digest TEXT NOT NULL,
     key TEXT NOT NULL,
     id TEXT NOT NULL,
     person TEXT NOT NULL,
     groups TEXT NOT NULL,
     title TEXT,
     created_at INTEGER NOT NULL,
     expires_at INTEGER NOT NULL,
     PRIMARY KEY (run, digest)
   ) WITHOUT ROWID;`,
  `-- By what a run is admitted; absent: like any other.
   ALTER TABLE runs ADD COLUMN admission TEXT;
   -- Since when a run that had begun is kept from going on.
   ALTER TABLE runs ADD COLUMN held_since INTEGER;
   -- Starts that still count, by the rate that bounds them.
   CREATE TABLE starts (rate TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;`,
  `-- What happened and may have to be told.
   CREATE TABLE notices (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     tenant TEXT NOT NULL,
     run TEXT NOT NULL,
     event TEXT NOT NULL,
     key TEXT,
     at INTEGER NOT NULL
   );
   CREATE TABLE deliveries (
     id TEXT PRIMARY KEY,
     tenant TEXT NOT NULL,
     webhook TEXT,
     url TEXT NOT NULL,
     event TEXT NOT NULL,
     run TEXT NOT NULL,
     status TEXT NOT NULL,
     attempts INTEGER NOT NULL,
     body TEXT NOT NULL,
     last TEXT,
     created_at INTEGER NOT NULL,
     -- Null when it is not sent any more.
     due_at INTEGER
   ) WITHOUT ROWID;
   CREATE INDEX deliveries_due ON deliveries (due_at) WHERE due_at IS NOT NULL;
   -- When old runs are to be deleted next.
   CREATE TABLE sweeps (at INTEGER PRIMARY KEY) WITHOUT ROWID;`,
  `-- US dollars spent on models, by the start of a day in UTC.
   CREATE TABLE spend (day INTEGER PRIMARY KEY, usd REAL NOT NULL);`,
  `-- Recipes that failed runs start; without a due time it has been decided.
   CREATE TABLE failures (
     run TEXT PRIMARY KEY,
     tenant TEXT NOT NULL,
     recipe TEXT NOT NULL,
     failed_at INTEGER NOT NULL,
     due_at INTEGER,
     attempts INTEGER NOT NULL,
     started TEXT,
     reason TEXT
   ) WITHOUT ROWID;`,
  `-- Fields that are too large for their rows. Without a digest they lie in parts here, else in the store.
   CREATE TABLE large_values (
     run TEXT NOT NULL,
     place TEXT NOT NULL,
     field TEXT NOT NULL,
     size INTEGER NOT NULL,
     digest TEXT,
     PRIMARY KEY (run, place, field)
   ) WITHOUT ROWID;
   CREATE INDEX values_by_digest ON large_values (digest) WHERE digest IS NOT NULL;
   CREATE INDEX values_to_move ON large_values (run) WHERE digest IS NULL;
   CREATE TABLE value_parts (
     run TEXT NOT NULL,
     place TEXT NOT NULL,
     field TEXT NOT NULL,
     part INTEGER NOT NULL,
     body BLOB NOT NULL,
     PRIMARY KEY (run, place, field, part)
   );
   -- What lies in the store, or may; loose: perhaps nobody needs it.
   CREATE TABLE blobs (
     digest TEXT PRIMARY KEY,
     tenant TEXT NOT NULL,
     size INTEGER NOT NULL,
     stored INTEGER NOT NULL,
     loose INTEGER NOT NULL
   ) WITHOUT ROWID;
   CREATE INDEX loose_blobs ON blobs (digest) WHERE loose = 1;`,
  `-- It came with an earlier step, and later than the rest of that step.
   CREATE TABLE IF NOT EXISTS sweeps (at INTEGER PRIMARY KEY) WITHOUT ROWID;`,
];

/** How many steps there are. */
export const QUEUE_STEPS = STEPS.length;

export function migrateQueue(storage: DurableObjectStorage): void {
  migrate(storage, STEPS);
}
