/**
 * Undoing what a run has done: the functions that its nodes name, called one at a time, the last
 * decided node first. A run that is to end badly goes through it before it ends.
 *
 * U1. What a function is called with is worked out when its node completes, and lies in the node's row:
 *     nothing that happens later changes it.
 */
import { toFailure } from '../errors.ts';
import type { Failure } from '../errors.ts';
import { isJsonObject, ownProperty } from '../json.ts';
import type { JsonValue } from '../json.ts';
import type { FunctionNode, PlanNode } from '../recipe/plan.ts';
import type { World } from './decide.ts';
import type { Rollback, StepRow, Undo } from './record.ts';
import { resolve } from './resolve.ts';
import { createFrame } from './state.ts';
import type { Active, Frame, RunState } from './state.ts';
import { edgeContext } from './take-edges.ts';
import { nextToUndo, UNDO } from './undo-rows.ts';
import { emit, warn, writeStep } from './write.ts';

const RETRY = {
  maxAttempts: 5,
  initialDelayMs: 1_000,
  backoff: 2,
  maxDelayMs: 60_000,
  jitter: 0.1,
};

/** What undoes a node that has just completed; nothing when the author named nothing. */
export function undoOf(
  state: RunState,
  frame: Frame,
  { node, output }: { node: PlanNode; output: JsonValue },
  world: World,
): Undo | undefined {
  const { compensate } = node;
  if (compensate === undefined) return undefined;
  const named = isJsonObject(compensate)
    ? ownProperty(compensate, 'function_identifier')
    : compensate;
  if (typeof named !== 'string') return undefined;
  const reference = named.trim();
  const pin = frame.plan.functions[reference];
  const input = isJsonObject(compensate) ? ownProperty(compensate, 'input') : undefined;
  return {
    function: reference,
    input: input === undefined ? { output } : inputOf(state, frame, { node, output, input }, world),
    ...(pin !== undefined && { pin }),
  };
}

/** A template that fails must not keep the rest from being undone. */
function inputOf(
  state: RunState,
  frame: Frame,
  { node, output, input }: { node: PlanNode; output: JsonValue; input: JsonValue },
  world: World,
): JsonValue {
  try {
    return resolve(input, edgeContext(frame, { ...world, run: state }));
  } catch (error) {
    const detail = `The input of "compensate" of node "${node.id}" is only its output: ${toFailure(error).message}`;
    warn(state, world, { code: 'compensation_input', detail, node: node.id });
    return { output };
  }
}

/** False when there is nothing to undo: the run then ends at once. */
export function beginRollback(state: RunState, rollback: Rollback, world: World): boolean {
  if (state.rollback !== undefined || nextToUndo(state) === undefined) return false;
  state.rollback = rollback;
  emit(state, world, { type: 'run.rolling_back', to: rollback.status });
  return true;
}

/** The step that undoes another. It lies in a frame of its own, and leads nowhere. */
export function startUndo(state: RunState, { key, undo }: StepRow, world: World): void {
  if (undo === undefined) return;
  const name = key.slice(key.lastIndexOf('/') + 1).split('@', 1)[0] ?? key;
  const id = `${name}${UNDO}`;
  const node: FunctionNode = {
    id,
    type: 'function_task',
    function: undo.function,
    output: id,
    retry: RETRY,
    onError: 'continue',
    maxVisits: 1,
  };
  const functions = undo.pin === undefined ? {} : { [undo.function]: undo.pin };
  const frame = createFrame('', { ...state.plan, functions }, {});
  const undoKey = `${key}${UNDO}`;
  const startSeq = emit(state, world, { type: 'node.started', key: undoKey, node: id, visit: 1 });
  state.active.set(undoKey, {
    key: undoKey,
    node,
    frame,
    visit: 1,
    looped: false,
    startSeq,
    startedAt: world.now,
    heldMs: state.heldMs,
    attempt: 1,
    phase: 'ready',
    given: undo.input,
  });
}

/** Its answer changes nothing but the history. */
export function endUndo(
  state: RunState,
  step: Active,
  answer: Pick<StepRow, 'output' | 'failure' | 'stats'>,
  world: World,
): void {
  const { key, node, attempt } = step;
  const { failure, stats = { wallMs: 0 }, output = null } = answer;
  state.active.delete(key);
  const about = { key, node: node.id, attempt };
  if (failure === undefined) {
    const endSeq = emit(state, world, { type: 'node.completed', ...about, stats });
    return writeStep(state, step, world, { status: 'completed', endSeq, taken: [], output, stats });
  }
  const endSeq = emit(state, world, { type: 'node.failed', ...about, failure, handled: true });
  writeStep(state, step, world, { status: 'failed', endSeq, taken: [], failure });
  warn(state, world, {
    code: 'compensation_failed',
    detail: failedText(node, failure),
    node: node.id,
  });
}

function failedText({ id }: PlanNode, { message }: Failure): string {
  return `Nothing undid what "${id.slice(0, -UNDO.length)}" had done: ${message}`;
}
