/** Brings an object's SQLite from whatever release last had it to this one. */

/** Runs the steps it lacks, each in one transaction. Steps are only ever appended to. */
export function migrate(storage: DurableObjectStorage, steps: readonly string[]): void {
  const { sql } = storage;
  sql.exec('CREATE TABLE IF NOT EXISTS migrations (step INTEGER PRIMARY KEY) WITHOUT ROWID');
  const done = sql.exec<{ done: number }>('SELECT count(*) AS done FROM migrations').one().done;
  for (const [step, statements] of steps.entries()) {
    if (step < done) continue;
    storage.transactionSync(() => {
      sql.exec(statements);
      sql.exec('INSERT INTO migrations VALUES (?)', step);
    });
  }
}
