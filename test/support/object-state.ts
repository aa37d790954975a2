/** A Durable Object's state over SQLite of Node: its tables outlive the object, nothing else does. */
import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue } from 'node:sqlite';

export interface ObjectDisk {
  readonly database: DatabaseSync;
  alarmAt: number | undefined;
}

export function createDisk(): ObjectDisk {
  return { database: new DatabaseSync(':memory:'), alarmAt: undefined };
}

export interface ObjectState {
  readonly ctx: DurableObjectState;
  /** What it gave as its reason, when it asked to be aborted. */
  readonly aborted: () => string | undefined;
}

/** Only what the partition's code uses is there. */
export function createObjectState(disk: ObjectDisk): ObjectState {
  let reason: string | undefined;
  const { database } = disk;
  const storage = {
    sql: { exec: (query: string, ...values: SQLInputValue[]) => exec(database, query, values) },
    transactionSync<T>(work: () => T): T {
      database.exec('BEGIN');
      try {
        const result = work();
        database.exec('COMMIT');
        return result;
      } catch (error) {
        database.exec('ROLLBACK');
        throw error;
      }
    },
    async setAlarm(at: number) {
      disk.alarmAt = at;
    },
  };
  const abort = (why: string): void => {
    reason = why;
  };
  // SAFETY: a test that reaches for more of the platform fails at once.
  const id = { toString: () => 'object' };
  return { ctx: { id, storage, abort } as unknown as DurableObjectState, aborted: () => reason };
}

function exec(database: DatabaseSync, query: string, values: SQLInputValue[]) {
  if (values.length === 0 && isScript(query)) {
    database.exec(query);
    return cursor([]);
  }
  const given = values.map((value) => (isBuffer(value) ? new Uint8Array(value) : value));
  return cursor(database.prepare(query).all(...given));
}

function isBuffer(value: unknown): value is ArrayBuffer {
  return value instanceof ArrayBuffer;
}

/** Several statements, or one that gives nothing and takes nothing. */
function isScript(query: string): boolean {
  return !/^\s*(?:SELECT|INSERT|UPDATE|DELETE)/i.test(query);
}

function cursor(rows: readonly unknown[]) {
  return {
    toArray: () => rows,
    one: () => rows[0],
    [Symbol.iterator]: () => rows[Symbol.iterator](),
  };
}
