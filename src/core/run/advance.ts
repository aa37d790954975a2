/** One turn of a run, purely: facts in; the state moved on, what to write and what to attempt out. */
import { toFailure } from '../errors.ts';
import type { Failure } from '../errors.ts';
import type { JsonValue } from '../json.ts';
import { apply } from './apply.ts';
import { decide, nextDueAt } from './decide.ts';
import type { World } from './decide.ts';
import { isFinal } from './events.ts';
import type { CancelReason, StepKey, StepStats } from './events.ts';
import { openItems } from './open.ts';
import type { ActiveRow, LedgerRow, RunRow, TurnRecord, Verdict } from './record.ts';
import {
  cancelRun,
  cancelSteps,
  completeStep,
  endFailed,
  failAttempt,
  failStep,
  throttleStep,
} from './settle.ts';
import type { Success, Throttle } from './settle.ts';
import { takeNotes } from './notes.ts';
import type { Notes } from './notes.ts';
import { isSpent } from './spend.ts';
import { lookAt, noChanges } from './state.ts';
import type { Active, RunState } from './state.ts';
import { decideApproval, deliver, isAtRest, isWaiting } from './waits.ts';
import { emit, warnMissing, writeProgress } from './write.ts';
import type { Progress } from './write.ts';

/** What reached a run from outside. */
export type Fact =
  | { readonly type: 'queue' }
  /** Another submission has taken the place of the one that it was. */
  | { readonly type: 'debounce' }
  /** It has been given room: it begins, or goes on. */
  | { readonly type: 'start' }
  /** It is open again, see `reopen`. */
  | { readonly type: 'retry' }
  | { readonly type: 'wake' }
  | { readonly type: 'pause' }
  /** It may go on once it is given room. */
  | { readonly type: 'resume' }
  /** There is no room: what would go on waits for some instead. */
  | { readonly type: 'park' }
  | { readonly type: 'cancel'; readonly reason?: CancelReason; readonly rollback?: boolean }
  | { readonly type: 'deliver'; readonly event: string; readonly payload: JsonValue }
  | { readonly type: 'verdict'; readonly key: StepKey; readonly verdict: Verdict }
  | ({ readonly type: 'progress' } & About & Progress)
  | ({ readonly type: 'throttled' } & About & Throttle & Notes)
  | ({ readonly type: 'noted' } & About & Notes)
  | ({ readonly type: 'succeeded'; readonly warnings: readonly string[] } & About & Success & Notes)
  | ({
      readonly type: 'failed';
      readonly failure: Failure;
      readonly retryAfterMs?: number;
      /** Absent: nothing but time was taken. */
      readonly stats?: StepStats;
    } & About &
      Notes);

interface About {
  readonly key: StepKey;
  readonly attempt: number;
}

export interface Turn {
  readonly record: TurnRecord;
  /** Steps whose attempt is to begin once the record is written. */
  readonly launch: readonly Active[];
}

/**
 * Events after which a turn ends though more is to be decided: a loop in which nothing has to wait
 * must not fill the memory, or keep other runs from their turn.
 */
const MAX_EVENTS = 1_000;

export function advance(state: RunState, facts: readonly Fact[], world: World): Turn {
  for (const fact of facts) take(state, fact, world);
  while (state.changes.events.length < MAX_EVENTS) {
    const commands = next(state, world);
    if (commands.length === 0) break;
    for (const command of commands) apply(state, command, world);
  }
  const mayLaunch = state.status === 'running';
  const launch = [...state.active.values()].filter(({ phase }) => mayLaunch && phase === 'ready');
  for (const step of launch) step.phase = 'running';
  return { record: takeRecord(state), launch };
}

/** Ends a run whose turn broke half-way: whatever else it says, it must not wait for ever. */
export function breakRun(state: RunState, error: unknown, world: World): Turn {
  // Whatever broke may break again: nothing is undone.
  if (!isFinal(state.status)) {
    cancelSteps(state, () => true, world);
    endFailed(state, toFailure(error), world);
  }
  return { record: takeRecord(state), launch: [] };
}

function next(state: RunState, world: World): ReturnType<typeof decide> {
  // What is held keeps what it has to look at until it goes on.
  if (state.status !== 'running') return [];
  const commands = decide(state, world);
  state.changes.frames = new Map();
  state.changes.maps = new Set();
  return commands;
}

function take(state: RunState, fact: Fact, world: World): void {
  switch (fact.type) {
    case 'queue':
      emit(state, world, { type: 'run.queued' });
      return;
    case 'debounce':
      emit(state, world, { type: 'run.debounced' });
      return;
    case 'retry':
      emit(state, world, { type: 'run.retried' });
      return;
    case 'start':
      return start(state, world);
    case 'wake':
      return;
    case 'pause':
      if (state.status === 'queued' || state.status === 'running') hold(state, 'paused', world);
      return;
    case 'resume':
      if (state.status === 'paused') hold(state, 'queued', world);
      return;
    case 'park':
      if (decide(state, world).length > 0) hold(state, 'queued', world);
      return;
    case 'cancel':
      if (!isFinal(state.status)) cancelRun(state, fact, world);
      return;
    case 'deliver':
      deliver(state, fact, world);
      return;
    case 'verdict':
      return takeVerdict(state, fact, world);
    case 'progress':
      return takeProgress(state, fact, world);
    case 'throttled': {
      const step = findRunning(state, fact);
      if (step === undefined) return;
      takeNotes(state, step, fact, world);
      throttleStep(state, step, fact, world);
      return;
    }
    case 'noted': {
      const step = findRunning(state, fact);
      if (step !== undefined) takeNotes(state, step, fact, world);
      return;
    }
    case 'succeeded':
    case 'failed':
      return takeOutcome(state, fact, world);
  }
}

function start(state: RunState, world: World): void {
  if (state.status !== 'queued') return;
  state.status = 'running';
  lookAt(state, state.root);
  if (state.startedAt === undefined) {
    state.startedAt = world.now;
    emit(state, world, { type: 'run.started' });
  } else {
    state.heldMs += world.now - (state.heldSince ?? world.now);
    emit(state, world, { type: 'run.resumed' });
  }
  delete state.heldSince;
}

/** Keeps a run from going on. What is in flight ends, and is taken when it does. */
function hold(state: RunState, status: 'paused' | 'queued', world: World): void {
  state.status = status;
  if (state.startedAt !== undefined) state.heldSince ??= world.now;
  emit(state, world, { type: status === 'paused' ? 'run.paused' : 'run.queued' });
}

function takeVerdict(
  state: RunState,
  { key, verdict }: Extract<Fact, { type: 'verdict' }>,
  world: World,
): void {
  const step = state.active.get(key);
  if (step !== undefined) decideApproval(state, step, verdict, world);
  else if (!isFinal(state.status)) state.early.push({ key, verdict });
}

/** An answer that comes too late, to a step decided or tried again meanwhile, changes nothing. */
function takeOutcome(
  state: RunState,
  fact: Extract<Fact, { type: 'succeeded' | 'failed' }>,
  world: World,
): void {
  const step = findRunning(state, fact);
  if (step === undefined) return;
  takeNotes(state, step, fact, world);
  if (fact.type === 'failed') return failAttempt(state, step, fact, world);
  warnMissing(state, world, step.map?.node ?? step.node, fact.warnings);
  if (fact.opened === undefined) return completeStep(state, step, fact, world);
  try {
    openItems(state, step, fact.opened, world);
  } catch (error) {
    failStep(state, step, toFailure(error), world);
  }
}

function takeProgress(
  state: RunState,
  fact: Extract<Fact, { type: 'progress' }>,
  world: World,
): void {
  const step = findRunning(state, fact);
  if (step !== undefined) writeProgress(state, step, fact, world);
}

function findRunning(state: RunState, { key, attempt }: About): Active | undefined {
  const step = state.active.get(key);
  return step?.attempt === attempt && step.phase === 'running' ? step : undefined;
}

function takeRecord(state: RunState): TurnRecord {
  const { events, steps, segments } = state.changes;
  const ledger = [...segments].flatMap(([key, numbers]) =>
    [...numbers].map((segment): LedgerRow => ({
      key,
      segment,
      // Copied: the last segment goes on growing.
      entries: [...(state.ledgers.get(key)?.segments[segment] ?? [])],
    })),
  );
  state.changes.events = noChanges().events;
  state.changes.steps = new Map();
  state.changes.segments = new Map();
  return {
    run: runRow(state),
    steps: [...steps.values()],
    ledger,
    events,
    isAtRest: isAtRest(state),
  };
}

export function runRow(state: RunState): RunRow {
  const { status, startedAt, endedAt, heldMs, heldSince } = state;
  const { seq, stepCount, result, failure } = state;
  const dueAt = nextDueAt(state);
  return {
    status: isWaiting(state) ? 'waiting' : status,
    seq,
    stepCount,
    warnings: [...state.warnings],
    active: [...state.active.values()]
      .filter(({ phase }) => phase !== 'open' && phase !== 'waiting')
      .map(activeRow),
    ...(startedAt !== undefined && { startedAt }),
    ...(endedAt !== undefined && { endedAt }),
    ...(heldMs > 0 && { heldMs }),
    ...(heldSince !== undefined && { heldSince }),
    ...(result !== undefined && { result }),
    ...(failure !== undefined && { failure }),
    ...(state.cancelReason !== undefined && { cancelReason: state.cancelReason }),
    ...(isSpent(state.spent) && { spent: state.spent }),
    ...(state.load !== undefined && { load: state.load }),
    ...(state.valueBytes > 0 && { valueBytes: state.valueBytes }),
    ...(state.rollback !== undefined && { rollback: state.rollback }),
    ...(state.inbox.length > 0 && { inbox: [...state.inbox] }),
    ...(state.early.length > 0 && { early: [...state.early] }),
    ...(dueAt !== undefined && { dueAt }),
  };
}

function activeRow(step: Active): ActiveRow {
  const { key, startSeq, startedAt, heldMs, looped } = step;
  const { attempt, retryAt, rests, throttled, failure } = step;
  return {
    key,
    startSeq,
    startedAt,
    attempt,
    ...(heldMs > 0 && { heldMs }),
    ...(looped && { looped }),
    ...(retryAt !== undefined && { retryAt }),
    ...(rests === true && { rests }),
    ...(throttled === true && { throttled }),
    ...(failure !== undefined && { failure }),
  };
}
