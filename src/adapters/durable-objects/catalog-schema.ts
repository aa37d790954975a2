/** The Catalog's tables, as numbered steps from nothing to now. */

import { migrate } from './migrate.ts';

/** Only ever appended to: an object that was last awake under an older release runs what it lacks. */
const STEPS: readonly string[] = [
  `CREATE TABLE recipes (
     name TEXT PRIMARY KEY,
     -- The last number given. It outlives a deletion, so that none is given twice.
     version INTEGER NOT NULL,
     live INTEGER NOT NULL
   ) WITHOUT ROWID;
   CREATE TABLE recipe_versions (
     name TEXT NOT NULL,
     version INTEGER NOT NULL,
     digest TEXT NOT NULL,
     created_at INTEGER NOT NULL,
     text TEXT NOT NULL,
     PRIMARY KEY (name, version)
   );
   CREATE TABLE prompts (
     name TEXT PRIMARY KEY, digest TEXT NOT NULL, updated_at INTEGER NOT NULL, text TEXT NOT NULL
   );
   CREATE TABLE plugins (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     name TEXT NOT NULL,
     version TEXT NOT NULL,
     hash TEXT NOT NULL,
     upload TEXT NOT NULL,
     size INTEGER NOT NULL,
     manifest TEXT NOT NULL,
     uses_wasi INTEGER NOT NULL,
     created_at INTEGER NOT NULL,
     -- A deleted version keeps its row, so that its number never comes to mean other bytes.
     live INTEGER NOT NULL DEFAULT 1,
     UNIQUE (name, version)
   );
   CREATE TABLE revisions (subject TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
   INSERT INTO revisions VALUES ('plugins', 0);`,
  `CREATE TABLE keys (
     id TEXT PRIMARY KEY,
     name TEXT NOT NULL,
     -- Separated by spaces.
     scopes TEXT NOT NULL,
     -- JSON; null for all.
     groups TEXT,
     digest TEXT NOT NULL,
     created_at INTEGER NOT NULL,
     expires_at INTEGER,
     last_used_at INTEGER
   ) WITHOUT ROWID;
   CREATE TABLE settings (section TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
   CREATE TABLE secrets (
     name TEXT PRIMARY KEY,
     -- Both lists separated by spaces.
     hosts TEXT NOT NULL,
     places TEXT NOT NULL,
     sealed TEXT NOT NULL,
     updated_at INTEGER NOT NULL
   ) WITHOUT ROWID;`,
  `CREATE TABLE schedules (
     id TEXT PRIMARY KEY,
     tenant TEXT NOT NULL,
     spec TEXT NOT NULL,
     state TEXT NOT NULL,
     created_at INTEGER NOT NULL,
     updated_at INTEGER NOT NULL,
     revision INTEGER NOT NULL,
     -- When it is to be looked at; null when nothing of it comes any more.
     wake_at INTEGER
   ) WITHOUT ROWID;
   CREATE INDEX schedules_due ON schedules (wake_at) WHERE wake_at IS NOT NULL;`,
  `CREATE TABLE endpoints (
     kind TEXT NOT NULL,
     id TEXT NOT NULL,
     spec TEXT NOT NULL,
     sealed TEXT NOT NULL,
     created_at INTEGER NOT NULL,
     updated_at INTEGER NOT NULL,
     PRIMARY KEY (kind, id)
   ) WITHOUT ROWID;
   -- What has been taken and is not to be taken again.
   CREATE TABLE claims (key TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) WITHOUT ROWID;
   CREATE INDEX claims_over ON claims (expires_at);`,
  // `rights` is JSON.
  'CREATE TABLE grants (plugin TEXT PRIMARY KEY, rights TEXT NOT NULL) WITHOUT ROWID',
  'ALTER TABLE plugins ADD COLUMN deprecated TEXT',
  // The list's revision that brought its last change; whoever knows an older one is told of it.
  `ALTER TABLE plugins ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;
   CREATE INDEX plugins_changed ON plugins (changed);`,
];

export function migrateCatalog(storage: DurableObjectStorage): void {
  migrate(storage, STEPS);
}
