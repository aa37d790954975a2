/**
 * What should happen next, as a function of the run's state. Reads only what has changed since it
 * was asked last, so that a turn costs the same at step 1 and at step 10 000.
 *
 * D1. A node starts once every forward edge into it is decided and one of them is taken.
 * D2. A node with every edge into it decided and none taken is skipped: a dead path.
 * D3. A loop starts over only when all behind its target has been decided, so the order in which
 *     parallel steps finish changes nothing.
 */
import { codeOf } from '../errors.ts';
import type { NodeId, PlanNode } from '../recipe/plan.ts';
import { dueLoop } from './loops.ts';
import type { StepRow } from './record.ts';
import { holds } from './resolve.ts';
import { nextToUndo } from './undo-rows.ts';
import type { Active, Frame, NodeState, RunAbout, RunState } from './state.ts';
import { isLive, nodeState } from './state.ts';
import { edgeContext } from './take-edges.ts';

/** The time and chance a turn is taken with. */
export interface World {
  /** Epoch milliseconds. */
  readonly now: number;
  /** From 0 up to 1. */
  readonly random: () => number;
}

export type Command =
  | { readonly type: 'start'; readonly frame: Frame; readonly node: PlanNode }
  | {
      readonly type: 'skip';
      readonly frame: Frame;
      readonly node: PlanNode;
      readonly reason: 'when' | 'branch';
      readonly warning?: string;
    }
  | { readonly type: 'start_items'; readonly map: Active; readonly count: number }
  | { readonly type: 'close_map'; readonly map: Active }
  | { readonly type: 'loop'; readonly frame: Frame; readonly target: NodeId }
  | { readonly type: 'close_frame'; readonly frame: Frame }
  | { readonly type: 'retry'; readonly step: Active }
  | { readonly type: 'lapse'; readonly step: Active }
  | { readonly type: 'expire'; readonly step: Active }
  | { readonly type: 'undo'; readonly row: StepRow }
  | { readonly type: 'end_rollback' }
  | { readonly type: 'expire_run' };

export function decide(state: RunState, world: World): Command[] {
  if (state.status !== 'running') return [];
  if (state.rollback !== undefined) return decideUndo(state, world.now);
  return [
    ...decideDue(state, world.now),
    ...[...state.changes.maps].flatMap(decideMap),
    ...[...state.changes.frames]
      .filter(([frame]) => isLive(state, frame))
      .flatMap(([frame, decided]) => decideFrame(frame, decided, { ...world, run: state })),
  ];
}

/** When `decide` has to be asked again though nothing happened; in epoch milliseconds. */
export function nextDueAt(state: RunState): number | undefined {
  if (state.status !== 'running') return undefined;
  // More to decide than one turn takes: the next one is due at once.
  if (state.changes.frames.size > 0 || state.changes.maps.size > 0) return state.startedAt;
  let due = runDeadline(state);
  for (const step of state.active.values())
    due = earlier(
      due,
      earlier(earlier(step.retryAt, step.waiting?.dueAt), deadlineOf(state, step)),
    );
  return due;
}

/** One after the other: what undoes a step may need what is before it to be there still. */
function decideUndo(state: RunState, now: number): Command[] {
  const [step] = state.active.values();
  if (step !== undefined) return isPast(step.retryAt, now) ? [{ type: 'retry', step }] : [];
  const row = nextToUndo(state);
  return row === undefined ? [{ type: 'end_rollback' }] : [{ type: 'undo', row }];
}

function decideDue(state: RunState, now: number): Command[] {
  const deadline = runDeadline(state);
  if (deadline !== undefined && deadline <= now) return [{ type: 'expire_run' }];
  const commands: Command[] = [];
  for (const step of state.active.values()) {
    const stepDeadline = deadlineOf(state, step);
    if (stepDeadline !== undefined && stepDeadline <= now) commands.push({ type: 'expire', step });
    else if (isPast(step.waiting?.dueAt, now)) commands.push({ type: 'lapse', step });
    else if (step.retryAt !== undefined && step.retryAt <= now)
      commands.push({ type: 'retry', step });
  }
  return commands;
}

function isPast(dueAt: number | undefined, now: number): boolean {
  return dueAt !== undefined && dueAt <= now;
}

function runDeadline({ plan, startedAt, heldMs, rollback }: RunState): number | undefined {
  const { timeoutMs } = plan.limits;
  if (rollback !== undefined) return undefined;
  if (timeoutMs === undefined || startedAt === undefined) return undefined;
  return startedAt + heldMs + timeoutMs;
}

/** Leaves are timed by their attempt; a map or sub-recipe has no attempt to do it. */
function deadlineOf({ heldMs }: RunState, step: Active): number | undefined {
  const timeoutMs = step.phase === 'waiting' ? itemTimeoutOf(step) : timeoutOf(step);
  const isTimed = step.phase === 'open' || step.phase === 'waiting';
  if (!isTimed || timeoutMs === undefined) return undefined;
  return step.startedAt + (heldMs - step.heldMs) + timeoutMs;
}

/** Milliseconds that a step may take; for an item, those that its map gives it. */
export function timeoutOf(step: Active): number | undefined {
  return itemTimeoutOf(step) ?? step.node.timeoutMs;
}

/** What waits for a person or an event has a time of its own, at which it does not fail. */
function itemTimeoutOf({ map }: Active): number | undefined {
  return map?.progress?.node.itemTimeoutMs;
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.min(a, b);
}

function decideMap(map: Active): Command[] {
  const { progress } = map;
  if (progress === undefined) return [];
  const { node, ledger, items, next, inFlight } = progress;
  const isHalted = node.itemErrors === 'halt' && ledger.failed > 0;
  if (ledger.decided === items.length || (isHalted && inFlight === 0)) {
    return [{ type: 'close_map', map }];
  }
  if (isHalted) return [];
  const limit =
    node.batchSize === undefined ? items.length : batchEnd(ledger.decided, node.batchSize);
  const count = Math.min(node.maxConcurrency - inFlight, Math.min(limit, items.length) - next);
  return count > 0 ? [{ type: 'start_items', map, count }] : [];
}

/** A batch starts when the one before it is decided. */
function batchEnd(decided: number, size: number): number {
  return (Math.floor(decided / size) + 1) * size;
}

type RunWorld = World & { readonly run: RunAbout };

function decideFrame(frame: Frame, decided: Set<NodeId> | 'whole', world: RunWorld): Command[] {
  if (decided !== 'whole') {
    const commands = decideNodes(frame, behind(frame, decided), world);
    if (commands.length > 0) return commands;
  }
  const commands = decideNodes(frame, frame.graph.nodes, world);
  if (commands.length > 0) return commands;
  const target = dueLoop(frame);
  if (target !== undefined) return [{ type: 'loop', frame, target }];
  return frame.graph.nodes.some(({ id }) => isBusy(nodeState(frame, id)))
    ? []
    : [{ type: 'close_frame', frame }];
}

/** Nodes that edges lead to from what was decided, in the order listed. */
function behind({ index, graph }: Frame, decided: ReadonlySet<NodeId>): PlanNode[] {
  const targets = [...decided].flatMap((id) => index.outgoing(id).map((at) => graph.edges[at]?.to));
  return [...new Set(targets)]
    .flatMap((id) => (id === undefined ? [] : (index.nodes.get(id) ?? [])))
    .toSorted((a, b) => a.position - b.position)
    .map(({ node }) => node);
}

function decideNodes(frame: Frame, nodes: readonly PlanNode[], world: RunWorld): Command[] {
  const commands: Command[] = [];
  for (const node of nodes) {
    const state = nodeState(frame, node.id);
    if (state.status !== 'pending') continue;
    const next = readiness(frame, node.id, state);
    if (next === 'dead') commands.push({ type: 'skip', frame, node, reason: 'branch' });
    else if (next === 'ready') commands.push(startOrSkip(frame, node, world));
  }
  return commands;
}

/** Of the pending ones, those are left that wait: with one to start or to skip, nobody asks. */
function isBusy({ status }: NodeState): boolean {
  return status === 'active' || status === 'pending';
}

function readiness(frame: Frame, id: NodeId, state: NodeState): 'wait' | 'ready' | 'dead' {
  let isReached = state.armed || frame.index.isEntry(id);
  for (const index of frame.index.incoming(id)) {
    const edge = frame.graph.edges[index];
    const from = edge && frame.nodes.get(edge.from);
    if (from === undefined) continue;
    if (from.status === 'pending' || from.status === 'active') return 'wait';
    if (from.taken.includes(index)) isReached = true;
  }
  return isReached ? 'ready' : 'dead';
}

function startOrSkip(frame: Frame, node: PlanNode, world: RunWorld): Command {
  const { armed, visit } = nodeState(frame, node.id);
  // At its limit a looped node starts, and fails there: passing it through would never end.
  const isOver = armed && visit >= node.maxVisits;
  if (node.when === undefined || isOver) return { type: 'start', frame, node };
  try {
    if (holds(node.when, edgeContext(frame, world))) return { type: 'start', frame, node };
    return { type: 'skip', frame, node, reason: 'when' };
  } catch (error) {
    return { type: 'skip', frame, node, reason: 'when', warning: codeOf(error) ?? 'internal' };
  }
}
