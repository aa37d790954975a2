/** Carries out what `decide` asks for: the one place where a command changes the state of a run. */
import { failure, toFailure } from '../errors.ts';
import type { PlanNode } from '../recipe/plan.ts';
import { closeFrame, closeMap } from './close.ts';
import { timeoutOf } from './decide.ts';
import type { Command, World } from './decide.ts';
import { noteBackEdges, startOver } from './loops.ts';
import { isItemMeant, openMap, openRecipe } from './open.ts';
import { startUndo } from './rollback.ts';
import { cancelSteps, endRollback, failRun, failStep, passItem, takeSeed } from './settle.ts';
import { isActive, isInside, isLive, itemKey, lookAt, nodeState, stepKey } from './state.ts';
import type { Active, Frame, ItemContext, RunState } from './state.ts';
import { takeEdges } from './take-edges.ts';
import { lapse, openWait } from './waits.ts';
import { emit, warn, writeStep } from './write.ts';

export function apply(state: RunState, command: Command, world: World): void {
  if (!isMeant(state, command)) return;
  switch (command.type) {
    case 'start':
      return startNode(state, command, world);
    case 'skip':
      return skipNode(state, command, world);
    case 'start_items':
      return startItems(state, command, world);
    case 'close_map':
      return closeMap(state, command.map, world);
    case 'close_frame':
      return closeFrame(state, command.frame, world);
    case 'loop':
      startOver(command.frame, command.target);
      lookAt(state, command.frame);
      return undefined;
    case 'retry':
      return retryStep(command.step);
    case 'lapse':
      return lapse(state, command.step, world);
    case 'expire':
      return expireStep(state, command.step, world);
    case 'undo':
      return startUndo(state, command.row, world);
    case 'end_rollback':
      return endRollback(state, world);
    case 'expire_run': {
      const { timeoutMs = 0 } = state.plan.limits;
      return failRun(
        state,
        failure('timeout', `Cannot finish the run within ${timeoutMs} ms`),
        world,
      );
    }
  }
}

/** An earlier command of the same pass may have ended the run, or what this one is about. */
function isMeant(state: RunState, command: Command): boolean {
  if (state.status !== 'running') return false;
  if ('frame' in command) return isLive(state, command.frame);
  if ('map' in command) return isActive(state, command.map);
  return 'step' in command ? isActive(state, command.step) : true;
}

function startNode(
  state: RunState,
  { frame, node }: { frame: Frame; node: PlanNode },
  world: World,
): void {
  const its = nodeState(frame, node.id);
  const looped = its.armed;
  const isOver = its.visit >= node.maxVisits;
  its.visit += 1;
  its.armed = false;
  its.status = 'active';
  its.taken = [];
  const step = begin(
    state,
    { key: stepKey(frame, node.id, its.visit), frame, node, visit: its.visit, looped },
    world,
  );
  state.stepCount += 1;
  const { maxSteps } = state.plan.limits;
  if (state.stepCount > maxSteps) {
    return failRun(
      state,
      { ...failure('step_limit', `Cannot run more than ${maxSteps} steps`), node: node.id },
      world,
    );
  }
  if (isOver) {
    const message = `Cannot visit node "${node.id}" more than ${node.maxVisits} times`;
    return failStep(state, step, failure('loop_limit', message), world);
  }
  open(state, step, world);
}

/** Enters a step into the active ones. Leaves are `ready` for the driver to attempt. */
function begin(
  state: RunState,
  parts: Pick<Active, 'key' | 'frame' | 'node' | 'visit' | 'looped' | 'item' | 'map'>,
  world: World,
): Active {
  const isItem = parts.map !== undefined;
  const { key, node, visit } = parts;
  const startSeq = isItem
    ? state.seq
    : emit(state, world, { type: 'node.started', key, node: node.id, visit });
  const step: Active = {
    ...parts,
    startSeq,
    startedAt: world.now,
    heldMs: state.heldMs,
    attempt: 1,
    phase: 'ready',
  };
  state.active.set(key, step);
  return step;
}

function open(state: RunState, step: Active, world: World): void {
  if (takeSeed(state, step, world)) return;
  try {
    if (step.map !== undefined && !isItemMeant(state, step, world))
      return passItem(state, step, world);
    if (step.node.type === 'map') openMap(state, step, world);
    else if (step.node.type === 'recipe') openRecipe(state, step, world);
    else if (step.node.type === 'wait' || step.node.type === 'hitl') openWait(state, step, world);
  } catch (error) {
    failStep(state, step, toFailure(error), world);
  }
}

function startItems(
  state: RunState,
  { map, count }: { map: Active; count: number },
  world: World,
): void {
  const { progress } = map;
  if (progress === undefined) return;
  const { node, items, keys } = progress;
  for (let started = 0; started < count && progress.next < items.length; progress.next += 1) {
    const index = progress.next;
    const isKnown = progress.ledger.outcomes[index] ?? state.active.has(itemKey(map, index));
    if (isKnown !== null && isKnown !== false) continue;
    const key = keys?.[index];
    const item: ItemContext = {
      item: items[index] ?? null,
      index,
      total: items.length,
      ...(key !== undefined && { key }),
      ...(map.item && { parent: map.item }),
    };
    started += 1;
    progress.inFlight += 1;
    const parts = { key: itemKey(map, index), frame: map.frame, node: node.task, visit: map.visit };
    open(state, begin(state, { ...parts, looped: false, item, map }, world), world);
    if (state.status !== 'running') return;
  }
  state.changes.maps.add(map);
}

function skipNode(
  state: RunState,
  command: Extract<Command, { type: 'skip' }>,
  world: World,
): void {
  const { frame, node, reason, warning } = command;
  const its = nodeState(frame, node.id);
  const looped = its.armed;
  const visit = its.visit + 1;
  const key = stepKey(frame, node.id, visit);
  if (looped) {
    // A back edge called for a visit, and this is it: a loop that is passed through ends as well.
    its.visit = visit;
    state.stepCount += 1;
  }
  if (warning !== undefined) {
    const detail = `Condition "when" of node "${node.id}" counts as false: ${warning}`;
    warn(state, world, { code: 'condition_error', detail, node: node.id });
  }
  const seq = emit(state, world, { type: 'node.skipped', key, node: node.id, reason });
  its.status = 'skipped';
  // A node that its own `when` switches off is passed through; a dead path ends.
  const passed =
    reason === 'when' ? takeEdges(frame, node.id, { ...world, run: state }) : undefined;
  its.taken = passed?.taken ?? [];
  its.armed = false;
  for (const found of passed?.warnings ?? []) warn(state, world, found);
  noteBackEdges(frame, its.taken);
  const step: Active = {
    key,
    node,
    frame,
    visit,
    looped,
    startSeq: seq,
    startedAt: world.now,
    heldMs: state.heldMs,
    attempt: 0,
    phase: 'ready',
  };
  writeStep(state, step, world, { status: 'skipped', endSeq: seq, taken: its.taken });
  lookAt(state, frame, node.id);
}

function retryStep(step: Active): void {
  delete step.retryAt;
  delete step.rests;
  if (step.throttled !== true) step.attempt += 1;
  delete step.throttled;
  step.phase = 'ready';
}

function expireStep(state: RunState, step: Active, world: World): void {
  const timeoutMs = timeoutOf(step) ?? 0;
  cancelSteps(state, ({ key }) => isInside(key, step.key), world);
  failStep(
    state,
    step,
    failure('timeout', `Cannot finish node "${step.node.id}" within ${timeoutMs} ms`),
    world,
  );
}
