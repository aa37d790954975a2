/** Turns that followed one another, as one: what is written of them is the same. */
import type { LedgerRow, StepRow, TurnRecord } from './record.ts';

/** The later wins where several have written a row. */
export function mergeRecords(records: readonly [TurnRecord, ...TurnRecord[]]): TurnRecord {
  const last = records.at(-1) ?? records[0];
  if (records.length === 1) return last;
  return {
    ...last,
    steps: lastOf(
      records.flatMap(({ steps }) => steps),
      stepId,
    ),
    ledger: lastOf(
      records.flatMap(({ ledger }) => ledger),
      segmentId,
    ),
    events: records.flatMap(({ events }) => events),
  };
}

function lastOf<Row>(rows: readonly Row[], idOf: (row: Row) => string): Row[] {
  return [...new Map(rows.map((row) => [idOf(row), row])).values()];
}

function stepId({ key }: StepRow): string {
  return key;
}

function segmentId({ key, segment }: LedgerRow): string {
  return `${segment}:${key}`;
}
