/** What the tables know of the queue: how each run is admitted, and the starts that still count. */
import { PLAIN } from '../../core/queue/admission.ts';
import type { Admission } from '../../core/queue/admission.ts';
import type { Message, Starts } from '../../core/queue/queue.ts';
import type { RunIdentity } from '../../core/run/state.ts';
import type { EpochMs } from '../../runtime/ports.ts';

/** The part of a run's row that its message is made of. */
export interface QueuedRow {
  readonly identity: Pick<RunIdentity, 'id' | 'recipe' | 'createdAt'>;
  /** Absent for runs of releases that admitted all alike. */
  readonly admission?: Admission;
  /** Since when a run that had begun is kept from going on. */
  readonly heldSince?: EpochMs;
}

export function messageOf({ identity, admission = PLAIN, heldSince }: QueuedRow): Message {
  const { id, recipe, createdAt } = identity;
  const at = heldSince ?? Math.max(createdAt, admission.startAt ?? 0);
  return { id, recipe, at, hasBegun: heldSince !== undefined, admission };
}

export function readStarts(sql: SqlStorage): (readonly [rate: string, starts: Starts])[] {
  return (
    sql
      .exec<{ rate: string; body: string }>('SELECT rate, body FROM starts')
      .toArray()
      // SAFETY: written by `keepStarts`.
      .map(({ rate, body }) => [rate, JSON.parse(body) as Starts] as const)
  );
}

export function keepStarts(sql: SqlStorage, rate: string, starts: Starts): void {
  const body = JSON.stringify(starts);
  sql.exec('INSERT OR REPLACE INTO starts (rate, body) VALUES (?, ?)', rate, body);
}

export function dropStarts(sql: SqlStorage, rates: readonly string[]): void {
  for (const rate of rates) sql.exec('DELETE FROM starts WHERE rate = ?', rate);
}
