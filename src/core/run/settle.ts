/** What becomes of a step that ended: its row, its output, the way on. */
import { ComposerError } from '../errors.ts';
import type { Failure } from '../errors.ts';
import type { JsonArray, JsonObject, JsonValue } from '../json.ts';
import { isJsonObject } from '../json.ts';
import { isRetried, nextDelay } from '../retry.ts';
import type { World } from './decide.ts';
import type { CancelReason, StepStats } from './events.ts';
import { noteBackEdges } from './loops.ts';
import { maskOf } from './mask.ts';
import { mappedNames } from './open.ts';
import type { ChunkSource, ItemOutcome, RunFailure, StepRow } from './record.ts';
import { publish, publishExtra } from './publish.ts';
import { takeRoom } from './room.ts';
import { beginRollback, endUndo, undoOf } from './rollback.ts';
import { lookAt, mayWaitUntil, nodeState } from './state.ts';
import type { Active, Frame, RunState } from './state.ts';
import { takeEdges } from './take-edges.ts';
import { emit, warn, writeOutcome, writeStep } from './write.ts';

export interface Success {
  readonly output: JsonValue;
  readonly stats: StepStats;
  /** The resolved input, for a map that collects records. */
  readonly inputs?: JsonObject;
  /** For a map over a file, which is not done with its attempt but begins then: its items. */
  readonly opened?: { readonly items: JsonArray; readonly source: ChunkSource };
}

export function completeStep(state: RunState, step: Active, success: Success, world: World): void {
  const { output, stats } = success;
  if (step.given !== undefined) return endUndo(state, step, { output, stats }, world);
  const value = step.map?.progress?.node.collect === 'records' ? recordOf(step, success) : output;
  const refused = takeRoom(state, value, `Cannot keep the output of node "${step.node.id}"`);
  if (refused !== undefined) return failStep(state, step, refused, world);
  state.active.delete(step.key);
  if (step.map !== undefined) return settleItem(state, step, { ok: true, value, stats }, world);
  const { key, node, attempt } = step;
  const endSeq = emit(state, world, { type: 'node.completed', key, node: node.id, attempt, stats });
  passOn(state, step, { status: 'completed', endSeq, output, stats }, world);
}

/** Whoever asks for more patience than this has refused: a host may say any number. */
const MAX_PATIENCE_MS = 24 * 60 * 60 * 1000;

/** An attempt failed: another one later, or the end of the step. */
export function failAttempt(
  state: RunState,
  step: Active,
  failed: {
    readonly failure: Failure;
    readonly retryAfterMs?: number;
    readonly stats?: StepStats;
  },
  world: World,
): void {
  if (failed.stats !== undefined) step.stats = failed.stats;
  const policy = retryPolicyOf(step);
  const { retryAfterMs = 0 } = failed;
  if (!isRetried(policy, step.attempt, failed.failure) || retryAfterMs > MAX_PATIENCE_MS) {
    return failStep(state, step, failed.failure, world);
  }
  const delayMs = Math.max(nextDelay(policy, step.attempt, world.random()), retryAfterMs);
  if (!mayWaitUntil(state, world.now + delayMs))
    return failStep(state, step, failed.failure, world);
  backOff(step, world.now + delayMs, world);
  step.failure = failed.failure;
  const { key, node, attempt } = step;
  emit(state, world, {
    type: 'node.retrying',
    key,
    node: node.id,
    attempt,
    retryAt: world.now + delayMs,
    failure: failed.failure,
  });
}

/** As long as a run keeps its slot though all that it does is to wait for its next attempt. */
const SLOT_KEPT_MS = 10_000;

function backOff(step: Active, retryAt: number, { now }: World): void {
  step.phase = 'backoff';
  step.retryAt = retryAt;
  if (retryAt - now >= SLOT_KEPT_MS) step.rests = true;
}

export interface Throttle {
  readonly policy: string;
  readonly retryAfterMs: number;
}

/** A rate limit refused the attempt before it did anything: it waits, and does not count as one. */
export function throttleStep(
  state: RunState,
  step: Active,
  { policy, retryAfterMs }: Throttle,
  world: World,
): void {
  const { key, node, attempt } = step;
  const retryAt = world.now + Math.max(1, Math.ceil(retryAfterMs));
  backOff(step, retryAt, world);
  step.throttled = true;
  emit(state, world, { type: 'node.throttled', key, node: node.id, attempt, policy, retryAt });
}

/** A map's own `retry` counts per item, unless its task has one. */
export function retryPolicyOf({ node, map }: Active): Active['node']['retry'] {
  if (map === undefined || node.retry.maxAttempts > 1) return node.retry;
  return map.node.retry;
}

export function failStep(state: RunState, step: Active, failed: Failure, world: World): void {
  if (step.given !== undefined) return endUndo(state, step, { failure: failed }, world);
  state.active.delete(step.key);
  const { key, node, attempt } = step;
  if (step.map !== undefined && node.onError === 'halt') {
    return settleItem(state, step, { ok: false, failure: failed }, world);
  }
  const handled = node.onError === 'continue';
  const output = handled ? errorOutput(failed) : undefined;
  if (step.map !== undefined && output !== undefined) {
    const value =
      step.map.progress?.node.collect === 'records' ? recordOf(step, { output }) : output;
    return settleItem(state, step, { ok: true, value, stats: { wallMs: 0 } }, world);
  }
  const endSeq = emit(state, world, {
    type: 'node.failed',
    key,
    node: node.id,
    attempt,
    failure: failed,
    handled,
  });
  if (output !== undefined) {
    return passOn(state, step, { status: 'failed', endSeq, output, failure: failed }, world);
  }
  nodeState(step.frame, node.id).status = 'failed';
  writeStep(state, step, world, { status: 'failed', endSeq, taken: [], failure: failed });
  failFrame(state, step.frame, { ...failed, node: node.id }, world);
}

/** What a failed node leaves in place of its output under `on_error: continue`. */
function errorOutput({ code, message, details }: Failure): JsonObject {
  return { success: false, error: { code, message, ...(details !== undefined && { details }) } };
}

function failFrame(state: RunState, frame: Frame, failed: RunFailure, world: World): void {
  if (frame.owner === undefined) return failRun(state, failed, world);
  frame.ended = true;
  cancelSteps(state, ({ key }) => key.startsWith(frame.path), world);
  failStep(state, frame.owner, failed, world);
}

/** Ends a run badly, once what it has done is undone. */
export function failRun(state: RunState, failed: RunFailure, world: World): void {
  cancelSteps(state, () => true, world);
  if (beginRollback(state, { status: 'failed', failure: failed }, world)) return;
  endFailed(state, failed, world);
}

/** There is nothing left to undo. */
export function endRollback(state: RunState, world: World): void {
  const { rollback } = state;
  delete state.rollback;
  if (rollback?.status === 'failed') endFailed(state, rollback.failure, world);
  else endCancelled(state, world, rollback?.reason);
}

export function endFailed(state: RunState, given: RunFailure, world: World): void {
  // It goes into listings, which look at nothing but the row.
  const failed = maskOf(state)?.failure(given) ?? given;
  const { node, ...plain } = failed;
  state.failure = failed;
  endRun(state, 'failed', world);
  emit(state, world, { type: 'run.failed', failure: plain, ...(node !== undefined && { node }) });
}

/** A run that is being undone is not kept from it. */
export function cancelRun(
  state: RunState,
  { reason, rollback = false }: { reason?: CancelReason; rollback?: boolean },
  world: World,
): void {
  if (state.rollback !== undefined) return;
  cancelSteps(state, () => true, world);
  const end = { status: 'cancelled', ...(reason !== undefined && { reason }) } as const;
  if (rollback && beginRollback(state, end, world)) return;
  endCancelled(state, world, reason);
}

function endCancelled(state: RunState, world: World, reason?: CancelReason): void {
  if (reason !== undefined) state.cancelReason = reason;
  endRun(state, 'cancelled', world);
  emit(state, world, { type: 'run.cancelled', ...(reason !== undefined && { reason }) });
}

export function endRun(
  state: RunState,
  status: 'completed' | 'failed' | 'cancelled',
  world: World,
): void {
  state.status = status;
  state.endedAt = world.now;
  state.root.ended = true;
}

/** Ends active steps undecided. Items leave no row, so that a resumed run repeats them. */
export function cancelSteps(
  state: RunState,
  isMeant: (step: Active) => boolean,
  world: World,
): void {
  for (const step of state.active.values()) {
    if (!isMeant(step)) continue;
    state.active.delete(step.key);
    if (step.map !== undefined) {
      // Its row says that it waits, and whoever lists what waits would still find it.
      if (step.waiting !== undefined) {
        writeStep(state, step, world, { status: 'cancelled', endSeq: state.seq, taken: [] });
      }
      continue;
    }
    const { key, node, frame } = step;
    nodeState(frame, node.id).status = 'cancelled';
    const endSeq = emit(state, world, { type: 'node.cancelled', key, node: node.id });
    writeStep(state, step, world, { status: 'cancelled', endSeq, taken: [] });
  }
}

/** Decides a step by what the run was given of an earlier one; false when that is nothing. */
export function takeSeed(state: RunState, step: Active, world: World): boolean {
  const { key, node, attempt } = step;
  const seed = state.seeds.get(key);
  if (seed?.output === undefined) return false;
  const { output, failure: failed } = seed;
  const stats = { wallMs: 0, ...seed.stats, reused: true as const };
  state.active.delete(key);
  const about = { key, node: node.id, attempt };
  const endSeq =
    failed === undefined
      ? emit(state, world, { type: 'node.completed', ...about, stats })
      : emit(state, world, { type: 'node.failed', ...about, failure: failed, handled: true });
  const decided = { endSeq, output, stats };
  passOn(
    state,
    step,
    failed === undefined
      ? { ...decided, status: 'completed' }
      : { ...decided, status: 'failed', failure: failed },
    world,
  );
  return true;
}

/** Publishes the output, decides the edges out of the node and wakes what waits for them. */
function passOn(
  state: RunState,
  step: Active,
  decided: {
    status: 'completed' | 'failed';
    endSeq: number;
    output: JsonValue;
    failure?: Failure;
    stats?: StepStats;
  },
  world: World,
): void {
  const { frame, node } = step;
  const its = nodeState(frame, node.id);
  its.status = decided.status;
  its.output = decided.output;
  publishOutput(state, step, decided, world);
  const { taken, warnings } = takeEdges(frame, node.id, { ...world, run: state });
  its.taken = taken;
  for (const warning of warnings) warn(state, world, warning);
  noteBackEdges(frame, taken);
  // What an earlier run had done is not this one's to undo.
  const isOwn = decided.status === 'completed' && decided.stats?.reused !== true;
  const undo = isOwn ? undoOf(state, frame, { node, output: decided.output }, world) : undefined;
  writeStep(state, step, world, { ...decided, taken, ...(undo && { undo }) });
  lookAt(state, frame, node.id);
}

function publishOutput(
  state: RunState,
  { frame, node }: Active,
  { status, output }: { status: StepRow['status']; output: JsonValue },
  world: World,
): void {
  publish(frame, node.id, node.output, output);
  for (const [name, value] of mappedNames(node, status, output)) {
    if (publishExtra(frame, node, name, value)) continue;
    const detail = `Output "${name}" of sub-recipe "${node.id}" is not published: the name is taken`;
    warn(state, world, { code: 'name_taken', detail, node: node.id });
  }
}

/** An item whose task is not meant for it: it keeps its position, with nothing in it. */
export function passItem(state: RunState, step: Active, world: World): void {
  state.active.delete(step.key);
  const isRecord = step.map?.progress?.node.collect === 'records';
  const value = isRecord ? { ...recordOf(step, { output: null }), status: 'skipped' } : null;
  settleItem(state, step, { ok: true, value, stats: { wallMs: 0 } }, world);
}

function settleItem(state: RunState, step: Active, outcome: ItemOutcome, world: World): void {
  const { map, item } = step;
  if (map?.progress === undefined || item === undefined) return;
  map.progress.inFlight -= 1;
  const { index } = item;
  const about = { key: step.key, node: map.node.id, index };
  if (outcome.ok) emit(state, world, { type: 'item.completed', ...about, stats: outcome.stats });
  else emit(state, world, { type: 'item.failed', ...about, failure: outcome.failure });
  // Rows of a step that was opened, or came somewhere, in the turn in which it ends.
  state.changes.steps.delete(step.key);
  // Its row said that it waits, and whoever lists what waits would still find it.
  if (step.waiting !== undefined) {
    writeStep(state, step, world, { status: 'completed', endSeq: state.seq, taken: [] });
  }
  const attempts = step.attempt > 1 ? { attempts: step.attempt } : {};
  writeOutcome(state, map, index, { ...outcome, ...attempts });
  state.changes.maps.add(map);
}

function recordOf(
  step: Active,
  { output, inputs }: Pick<Success, 'output' | 'inputs'>,
): JsonObject {
  const { item, node } = step;
  if (item === undefined) throw new ComposerError('internal', 'Cannot make a record outside a map');
  return {
    ...(isJsonObject(item.item) && item.item),
    ...inputs,
    item: item.item,
    index: item.index,
    ...(item.key !== undefined && { key: item.key }),
    status: 'ok',
    [node.output]: output,
  };
}
