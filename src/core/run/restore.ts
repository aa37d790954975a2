/**
 * Rebuilds a run's state from its rows. Nothing is executed: rows are entered in the order in which
 * they came about, so that loops and outputs end up as they were.
 */
import { publish, publishExtra } from './publish.ts';
import { createFrame, createLedger, createRunState, lookAt, nodeState } from './state.ts';
import type { Active, Frame, ItemContext, RunIdentity, RunState } from './state.ts';
import type { Plan, PlanNode } from '../recipe/plan.ts';
import { isFinal } from './events.ts';
import { noteBackEdges, startOver } from './loops.ts';
import { findPlan, mapNode, mappedNames } from './open.ts';
import type { ActiveRow, LedgerRow, RunRow, StepRow } from './record.ts';
import { enterLedgers } from './seeds.ts';
import type { JsonValue } from '../json.ts';

export interface StoredRun {
  readonly identity: RunIdentity;
  readonly plan: Plan;
  /** Its plan has a format that this release cannot follow: another stands in for it. */
  readonly foreign?: unknown;
  readonly run: RunRow;
  readonly steps: readonly StepRow[];
  readonly ledger: readonly LedgerRow[];
}

export function restore(stored: StoredRun): RunState {
  const state = readState(stored);
  if (isFinal(stored.run.status)) state.root.ended = true;
  else enterSteps(state, stored);
  return state;
}

/** The same for a run that has ended: with what its nodes have published, to read it and no more. */
export function rebuild(stored: StoredRun): RunState {
  const state = readState(stored);
  enterSteps(state, stored);
  return state;
}

function readState(stored: StoredRun): RunState {
  const { identity, plan, run, steps } = stored;
  const state = createRunState(identity, plan);
  const { status, startedAt, endedAt, seq, stepCount, result, failure, warnings } = run;
  Object.assign(state, { status, seq, stepCount });
  if (startedAt !== undefined) state.startedAt = startedAt;
  if (endedAt !== undefined) state.endedAt = endedAt;
  if (run.heldSince !== undefined) state.heldSince = run.heldSince;
  state.heldMs = run.heldMs ?? 0;
  if (result !== undefined) state.result = result;
  if (failure !== undefined) state.failure = failure;
  if (run.rollback !== undefined) state.rollback = run.rollback;
  if (run.cancelReason !== undefined) state.cancelReason = run.cancelReason;
  if (run.spent !== undefined) state.spent = run.spent;
  if (run.load !== undefined) state.load = run.load;
  state.valueBytes = run.valueBytes ?? 0;
  // Waiting is what a running run looks like from outside; in a foreign one nothing is seen to wait.
  if (status === 'waiting' && !('foreign' in stored)) state.status = 'running';
  state.inbox.push(...(run.inbox ?? []));
  state.early.push(...(run.early ?? []));
  state.warnings.push(...warnings);
  enterLedgers(state, stored.ledger);
  for (const row of steps) {
    if (row.status === 'seed') state.seeds.set(row.key, row);
    else if (row.checkpoint === undefined && row.status !== 'undone') state.rows.set(row.key, row);
  }
  return state;
}

function enterSteps(state: RunState, { run, steps }: StoredRun): void {
  const { status, startedAt } = run;
  const frames = new Map([['', state.root]]);
  if (status !== 'waiting' && startedAt !== undefined) lookAt(state, state.root);
  for (const { enter } of timeline(run.active, steps)) enter(state, frames);
}

interface Moment {
  readonly seq: number;
  readonly enter: (state: RunState, frames: Map<string, Frame>) => void;
}

function timeline(active: readonly ActiveRow[], steps: readonly StepRow[]): Moment[] {
  const moments: Moment[] = [];
  const checkpoints = new Map(steps.map(({ key, checkpoint }) => [key, checkpoint]));
  for (const row of steps) {
    const { startSeq, endSeq, status } = row;
    if (row.checkpoint !== undefined || row.tool !== undefined) continue;
    if (status === 'seed' || status === 'undone') continue;
    if (status === 'open') {
      moments.push({ seq: startSeq, enter: (state, frames) => enterOpen(state, frames, row) });
      continue;
    }
    if (row.looped === true)
      moments.push({ seq: startSeq, enter: (_, frames) => enterLoop(frames, row) });
    moments.push({ seq: endSeq, enter: (_, frames) => enterDecided(frames, row) });
  }
  // After the rows: a map comes before the items that were started with the same number.
  for (const row of active) {
    const checkpoint = checkpoints.get(row.key);
    moments.push({
      seq: row.startSeq,
      enter: (state, frames) => enterActive(state, frames, { ...row, checkpoint }),
    });
  }
  return moments.toSorted((a, b) => a.seq - b.seq);
}

interface Place {
  readonly frame: Frame;
  readonly node: PlanNode;
  readonly visit: number;
  readonly map?: Active;
  readonly index?: number;
}

/** Where a key points; nothing when what it lies in has been decided meanwhile. */
function findPlace(
  state: RunState | undefined,
  frames: ReadonlyMap<string, Frame>,
  key: string,
): Place | undefined {
  const item = /^(.*)\[(\d+)\]$/s.exec(key);
  if (item !== null) {
    const map = state?.active.get(item[1] ?? '');
    if (map?.progress === undefined) return undefined;
    return {
      frame: map.frame,
      node: map.progress.node.task,
      visit: map.visit,
      map,
      index: Number(item[2]),
    };
  }
  const slash = key.lastIndexOf('/') + 1;
  const frame = frames.get(key.slice(0, slash));
  const [id = '', visit = '1'] = key.slice(slash).split('@');
  const node = frame?.index.nodes.get(id)?.node;
  return frame && node && { frame, node, visit: Number(visit) };
}

function enterLoop(frames: Map<string, Frame>, row: Pick<StepRow, 'key'>): void {
  const place = findPlace(undefined, frames, row.key);
  if (place === undefined) return;
  startOver(place.frame, place.node.id);
  nodeState(place.frame, place.node.id).armed = false;
}

function enterDecided(frames: Map<string, Frame>, row: StepRow): void {
  if (row.status === 'open' || row.status === 'undone' || row.status === 'seed') return;
  const place = findPlace(undefined, frames, row.key);
  if (place === undefined) return;
  const { frame, node, visit } = place;
  const its = nodeState(frame, node.id);
  its.status = row.status;
  its.taken = row.taken;
  // A node skipped on the way counts only where a loop called for the visit.
  if (row.status !== 'skipped' || row.looped === true) its.visit = Math.max(its.visit, visit);
  if (row.output !== undefined) {
    its.output = row.output;
    publish(frame, node.id, node.output, row.output);
    for (const [name, value] of mappedNames(node, row.status, row.output))
      publishExtra(frame, node, name, value);
  }
  noteBackEdges(frame, row.taken);
}

function enterActive(
  state: RunState,
  frames: Map<string, Frame>,
  row: ActiveRow & { readonly checkpoint: JsonValue | undefined },
): void {
  const step = enterStep(state, frames, row);
  if (step === undefined) return;
  step.attempt = row.attempt;
  // Its attempt died with the process. The number was spent, so the same one is made again.
  step.phase = row.retryAt === undefined ? 'ready' : 'backoff';
  if (row.retryAt !== undefined) step.retryAt = row.retryAt;
  if (row.rests === true) step.rests = true;
  if (row.throttled === true) step.throttled = true;
  if (row.failure !== undefined) step.failure = row.failure;
  if (row.checkpoint !== undefined) step.checkpoint = row.checkpoint;
}

function enterOpen(state: RunState, frames: Map<string, Frame>, row: StepRow): void {
  const step = enterStep(state, frames, row);
  if (step === undefined) return;
  step.phase = 'open';
  if (row.waiting !== undefined) {
    step.phase = 'waiting';
    step.waiting = row.waiting;
    return;
  }
  if (row.items !== undefined) {
    const ledger = state.ledgers.get(row.key) ?? createLedger();
    state.ledgers.set(row.key, ledger);
    step.progress = {
      node: mapNode(step),
      items: row.items,
      ...(row.itemKeys && { keys: row.itemKeys }),
      ...(row.source && { source: row.source }),
      ledger,
      next: 0,
      inFlight: 0,
    };
    state.changes.maps.add(step);
  } else if (row.inputs !== undefined) {
    const plan = step.node.type === 'recipe' ? planOf(state, step, row) : undefined;
    if (plan === undefined) return;
    if (row.recipe !== undefined) step.recipe = row.recipe;
    step.inside = createFrame(`${row.key}/`, plan, row.inputs, step);
    frames.set(step.inside.path, step.inside);
    lookAt(state, step.inside);
  }
}

function planOf(state: RunState, step: Active, row: StepRow): Plan | undefined {
  return row.recipe === undefined ? undefined : findPlan(state.plan, step.frame.plan, row.recipe);
}

function enterStep(
  state: RunState,
  frames: Map<string, Frame>,
  row: Pick<StepRow, 'key' | 'startSeq' | 'startedAt' | 'looped' | 'heldMs'>,
): Active | undefined {
  if (row.looped === true) enterLoop(frames, row);
  const place = findPlace(state, frames, row.key);
  if (place === undefined) return undefined;
  const { map, index, ...parts } = place;
  const item = map === undefined || index === undefined ? undefined : itemContext(map, index);
  if (map?.progress !== undefined && index !== undefined) {
    if ((map.progress.ledger.outcomes[index] ?? null) !== null) return undefined;
    map.progress.inFlight += 1;
  } else {
    const its = nodeState(place.frame, place.node.id);
    its.status = 'active';
    its.visit = place.visit;
    its.armed = false;
    its.taken = [];
  }
  const { key, startSeq, startedAt, looped = false, heldMs = 0 } = row;
  const step: Active = {
    key,
    ...parts,
    looped,
    startSeq,
    startedAt,
    heldMs,
    attempt: 1,
    phase: 'ready',
    ...(map && { map }),
    ...(item && { item }),
  };
  state.active.set(key, step);
  lookAt(state, place.frame);
  return step;
}

function itemContext(map: Active, index: number): ItemContext {
  const { items = [], keys } = map.progress ?? {};
  const key = keys?.[index];
  return {
    item: items[index] ?? null,
    index,
    total: items.length,
    ...(key !== undefined && { key }),
    ...(map.item && { parent: map.item }),
  };
}
