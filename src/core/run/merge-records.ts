/** Two turns that followed one another, as one: what is written of them is the same. */
import type { LedgerRow, StepRow, TurnRecord } from './record.ts';

/** The later wins where both have written a row. */
export function mergeRecords(first: TurnRecord, second: TurnRecord): TurnRecord {
  return {
    ...second,
    steps: lastOf([...first.steps, ...second.steps], stepId),
    ledger: lastOf([...first.ledger, ...second.ledger], segmentId),
    events: [...first.events, ...second.events],
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
