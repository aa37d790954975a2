/** The only writers of a run's history and rows: every change goes through one of these. */
import type { Failure } from '../errors.ts';
import { utf8Length } from '../json.ts';
import type { JsonValue } from '../json.ts';
import type { NodeId } from '../recipe/plan.ts';
import type { EventBody, StepStats } from './events.ts';
import type { World } from './decide.ts';
import { LEDGER_BYTES, LEDGER_ITEMS } from './record.ts';
import type { ItemOutcome, RunWarning, StepRow, Undo } from './record.ts';
import type { Active, Ledger, RunState } from './state.ts';

/** Warnings kept per run; later ones are dropped, since each looks like the first hundred. */
const MAX_WARNINGS = 100;

/** Appends an event and gives its number. */
export function emit(state: RunState, world: World, body: EventBody): number {
  state.seq += 1;
  state.changes.events.push({ seq: state.seq, at: world.now, ...body });
  return state.seq;
}

export function warn(state: RunState, world: World, warning: RunWarning): void {
  const isKnown = state.warnings.some(
    ({ code, detail, node }) =>
      code === warning.code && detail === warning.detail && node === warning.node,
  );
  if (isKnown || state.warnings.length >= MAX_WARNINGS) return;
  state.warnings.push(warning);
  emit(state, world, { type: 'run.warning', ...warning });
}

/** A warning for each name that templates of a node read and nothing had. */
export function warnMissing(
  state: RunState,
  world: World,
  { id }: { readonly id: NodeId },
  names: Iterable<string>,
): void {
  for (const name of names) {
    const detail = `Undefined variable "${name}" was rendered as nothing`;
    warn(state, world, { code: 'undefined_variable', detail, node: id });
  }
}

export interface Decision {
  readonly status: StepRow['status'];
  readonly endSeq: number;
  readonly taken: readonly number[];
  readonly output?: JsonValue;
  readonly failure?: Failure;
  readonly stats?: StepStats;
  readonly undo?: Undo;
}

/** Writes the row of a step that is decided, or of a map or sub-recipe that was opened. */
export function writeStep(state: RunState, step: Active, world: World, decision: Decision): void {
  const row: StepRow = {
    key: step.key,
    attempt: step.attempt,
    startSeq: step.startSeq,
    startedAt: step.startedAt,
    endedAt: world.now,
    ...(step.looped && { looped: true }),
    ...(decision.status === 'failed' && step.stats !== undefined && { stats: step.stats }),
    ...decision,
    ...(step.progress !== undefined && { itemCount: step.progress.items.length }),
    ...(decision.status === 'open' && openedWith(step)),
    ...(isUndecided(decision) && step.waiting === undefined && openedWith(step)),
    // What is hidden of its inputs is looked for as long as the run is shown.
    ...(step.inside?.plan.sensitive === true && openedWith(step)),
    ...(decision.status === 'open' && step.heldMs > 0 && { heldMs: step.heldMs }),
  };
  state.changes.steps.set(step.key, row);
  state.rows.set(step.key, row);
}

/** Whether a retry would take the step up again, for which it needs what the step was opened over. */
function isUndecided({ status, output }: Decision): boolean {
  return status === 'cancelled' || (status === 'failed' && output === undefined);
}

/** How far a step's task has come. */
export interface Progress {
  /** What the task needs to go on from there. */
  readonly checkpoint: JsonValue;
  readonly done: number;
  readonly total: number;
}

/**
 * Keeps a checkpoint in a row of its own, which the step's end writes over. `rows` does not get it:
 * the step is not decided, and is among the active ones.
 */
export function writeProgress(
  state: RunState,
  step: Active,
  { checkpoint, done, total }: Progress,
  world: World,
): void {
  step.checkpoint = checkpoint;
  const { key, attempt, startSeq, startedAt } = step;
  const node = (step.map ?? step).node.id;
  const endSeq = emit(state, world, { type: 'node.progress', key, node, done, total });
  const times = { startSeq, endSeq, startedAt, endedAt: world.now };
  state.changes.steps.set(key, { key, status: 'open', attempt, ...times, taken: [], checkpoint });
}

function openedWith({ progress, inside, recipe, waiting }: Active): Partial<StepRow> {
  if (waiting !== undefined) return { waiting };
  if (progress !== undefined) {
    const { items, keys, source } = progress;
    return { items, ...(keys && { itemKeys: keys }), ...(source && { source }) };
  }
  return inside === undefined || recipe === undefined ? {} : { inputs: inside.inputs, recipe };
}

export function writeOutcome(
  state: RunState,
  map: Active,
  index: number,
  outcome: ItemOutcome,
): void {
  const { progress } = map;
  if (progress === undefined) return;
  const segment = addOutcome(progress.ledger, index, outcome);
  const changed = state.changes.segments.get(map.key);
  if (changed === undefined) state.changes.segments.set(map.key, new Set([segment]));
  else changed.add(segment);
}

/** Enters an outcome and gives the number of the segment it went to. */
function addOutcome(ledger: Ledger, index: number, outcome: ItemOutcome): number {
  const bytes = utf8Length(JSON.stringify(outcome));
  let tail = ledger.segments.at(-1) ?? [];
  const isFull =
    tail.length >= LEDGER_ITEMS || (tail.length > 0 && ledger.tailBytes + bytes > LEDGER_BYTES);
  if (isFull) {
    tail = [];
    ledger.segments.push(tail);
    ledger.tailBytes = 0;
  }
  tail.push([index, outcome]);
  ledger.tailBytes += bytes;
  countOutcome(ledger, index, outcome);
  return ledger.segments.length - 1;
}

export function countOutcome(ledger: Ledger, index: number, outcome: ItemOutcome): void {
  while (ledger.outcomes.length <= index) ledger.outcomes.push(null);
  ledger.outcomes[index] = outcome;
  ledger.decided += 1;
  if (!outcome.ok) ledger.failed += 1;
}
