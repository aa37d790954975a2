/** Which steps of a run are undone, and which are still to be, read off their rows. */
import type { StepRow } from './record.ts';
import type { RunState } from './state.ts';

/** Ends the key of the step that undoes another: `charge!undo`. */
export const UNDO = '!undo';

/** The last decided step that is still to be undone. */
export function nextToUndo({ rows }: RunState): StepRow | undefined {
  let next: StepRow | undefined;
  for (const row of rows.values()) {
    if (row.undo === undefined || row.status !== 'completed' || rows.has(`${row.key}${UNDO}`))
      continue;
    if (next === undefined || row.endSeq > next.endSeq) next = row;
  }
  return next;
}

/** Steps that were undone, or whose undoing was tried. */
export function undoneKeys(steps: readonly Pick<StepRow, 'key'>[]): ReadonlySet<string> {
  const undoing = steps.filter(({ key }) => key.endsWith(UNDO));
  return new Set(undoing.map(({ key }) => key.slice(0, -UNDO.length)));
}
