/** The rows of one run as a store keeps them: each turn written over the last, as JSON. */
import type { Plan } from '../../src/core/recipe/plan.ts';
import type { RunEvent } from '../../src/core/run/events.ts';
import type { LedgerRow, RunRow, StepRow, TurnRecord } from '../../src/core/run/record.ts';
import type { StoredRun } from '../../src/core/run/restore.ts';
import type { RunIdentity } from '../../src/core/run/state.ts';

/** What a store would read back after these turns. */
export function storedRun(
  identity: RunIdentity,
  plan: Plan,
  records: readonly TurnRecord[],
): StoredRun {
  const steps = new Map<string, StepRow>();
  const ledger = new Map<string, LedgerRow>();
  let run: RunRow = { status: 'queued', seq: 0, stepCount: 0, active: [], warnings: [] };
  for (const record of records) {
    run = record.run;
    for (const row of record.steps) steps.set(row.key, row);
    for (const row of record.ledger) ledger.set(`${row.key} ${row.segment}`, row);
  }
  const byKey = (a: { key: string }, b: { key: string }) => (a.key < b.key ? -1 : 1);
  return asJson({
    identity,
    plan,
    run,
    steps: [...steps.values()].toSorted(byKey),
    ledger: [...ledger.values()].toSorted((a, b) => byKey(a, b) || a.segment - b.segment),
  });
}

export function eventsOf(records: readonly TurnRecord[]): RunEvent[] {
  return records.flatMap(({ events }) => events);
}

export function asJson<T>(value: T): T {
  // SAFETY: rows and plans are JSON, so the text gives back the same type.
  return JSON.parse(JSON.stringify(value)) as T;
}
