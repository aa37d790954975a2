/**
 * The runs of one partition: which are in memory, who waits for them, and how a turn is written.
 *
 * Q1. A run that is `running` in the tables has a driver here: made when the object wakes.
 * Q2. Nothing is true here alone. Losing this object loses only time.
 */
import { toFailure } from '../../core/errors.ts';
import { isFinal } from '../../core/run/events.ts';
import type { RunStatus } from '../../core/run/events.ts';
import type { TurnRecord } from '../../core/run/record.ts';
import { restore } from '../../core/run/restore.ts';
import { failRun } from '../../core/run/settle.ts';
import { runRow } from '../../core/run/advance.ts';
import type { RunState } from '../../core/run/state.ts';
import { createDriver } from '../../runtime/advance.ts';
import type { Driver } from '../../runtime/advance.ts';
import type { AttemptDeps } from '../../runtime/attempt.ts';
import type { EpochMs, RunId } from '../../runtime/ports.ts';
import { liveRuns } from './list-rows.ts';
import { findHead, readRun, setStatus, writeTurn } from './queue-rows.ts';
import type { RunHead } from './queue-rows.ts';

export interface PartitionDeps extends Omit<AttemptDeps, 'tenant' | 'report'> {
  /** Runs that may be under way at a time; more wait in the queue. */
  readonly maxRunning: number;
  /** Runs that may wait; more are refused. */
  readonly maxQueued: number;
}

export interface Partition {
  readonly deps: PartitionDeps;
  readonly ctx: DurableObjectState;
  readonly sql: SqlStorage;
  /** Drivers of the runs under way. */
  readonly drivers: Map<RunId, Driver>;
  /** Ids of the runs that wait to start, oldest first. */
  readonly queue: RunId[];
  /** Who wants to know when a run has new events. */
  readonly watchers: Map<RunId, Set<() => void>>;
  /** When each run has something due; in epoch milliseconds. */
  readonly due: Map<RunId, EpochMs>;
  alarmAt: EpochMs | undefined;
}

/** Waits up to this long are timers of this isolate; longer ones, alarms. */
const SHORT_WAIT_MS = 1_000;
/** While runs are under way an alarm is never further off, so a dead object comes back by itself. */
const WATCHDOG_MS = 30_000;

export function createPartition(ctx: DurableObjectState, deps: PartitionDeps): Partition {
  return {
    deps,
    ctx,
    sql: ctx.storage.sql,
    drivers: new Map(),
    queue: [],
    watchers: new Map(),
    due: new Map(),
    alarmAt: undefined,
  };
}

/** Takes up what an earlier life of the object left unfinished. Waiting runs stay where they are. */
export function resume(partition: Partition): void {
  for (const { id, status, dueAt } of liveRuns(partition.sql)) {
    if (status === 'queued') partition.queue.push(id);
    else if (status === 'running') wakeRun(partition, id);
    else if (dueAt !== null) partition.due.set(id, dueAt);
  }
  wake(partition);
  for (const dueAt of partition.due.values()) armAlarm(partition, dueAt);
}

/** Looks at a run again: the one in memory, or else its rows. */
function wakeRun(partition: Partition, id: RunId): void {
  const driver = findDriver(partition, id);
  if (driver === undefined) return;
  try {
    driver.post({ type: 'wake' });
  } catch (error) {
    abandon(partition, driver.state, error);
  }
}

/** The driver of a run that has not ended; made from its rows when it is not in memory. */
export function findDriver(partition: Partition, id: RunId): Driver | undefined {
  const known = partition.drivers.get(id);
  if (known !== undefined) return known;
  const head = findHead(partition.sql, id);
  if (head === undefined || isFinal(head.status)) return undefined;
  const stored = readRun(partition.sql, head);
  return stored && drive(partition, head, restore(stored));
}

/** A run that cannot be taken up must not keep the others from it. */
function abandon(partition: Partition, state: RunState, error: unknown): void {
  const { id } = state.identity;
  const written = state.status;
  const { log, clock, ids } = partition.deps;
  log.write('error', 'run_abandoned', { run: id, reason: String(error) });
  partition.drivers.delete(id);
  failRun(state, toFailure(error), { now: clock.now(), random: ids.random });
  const { events, steps } = state.changes;
  const record = { run: runRow(state), steps: [...steps.values()], ledger: [], events };
  write(partition, { id, record, written });
}

/** Starts queued runs while there is room. */
export function admit(partition: Partition): void {
  while (partition.queue.length > 0 && partition.drivers.size < partition.deps.maxRunning) {
    const id = partition.queue.shift();
    const head = id === undefined ? undefined : findHead(partition.sql, id);
    if (head?.status !== 'queued') continue;
    startRun(partition, head);
  }
}

function startRun(partition: Partition, head: RunHead): void {
  const stored = readRun(partition.sql, head);
  if (stored === undefined) return;
  drive(partition, head, restore(stored)).post({ type: 'start' });
}

/** `status` is the one that the run's row has now. */
export function drive(
  partition: Partition,
  { tenant, status }: Pick<RunHead, 'tenant' | 'status'>,
  state: RunState,
): Driver {
  const { id } = state.identity;
  let written = status;
  const driver = createDriver({
    ...partition.deps,
    tenant,
    state,
    commit(record) {
      commit(partition, { id, record, written });
      written = record.run.status;
    },
    wakeAt: (dueAt) => wakeAt(partition, id, dueAt),
  });
  partition.drivers.set(id, driver);
  armWatchdog(partition);
  return driver;
}

/** What cannot be written must not go on: the object starts again from what the tables say. */
function commit(partition: Partition, turn: WrittenTurn): void {
  try {
    write(partition, turn);
  } catch (error) {
    partition.deps.log.write('error', 'turn_not_written', { run: turn.id, reason: String(error) });
    partition.ctx.abort('a turn could not be written');
    throw error;
  }
}

interface WrittenTurn {
  readonly id: RunId;
  readonly record: TurnRecord;
  /** The status that the run's row has now. */
  readonly written: RunStatus;
}

function write(partition: Partition, { id, record, written }: WrittenTurn): void {
  partition.ctx.storage.transactionSync(() => {
    writeTurn(partition.sql, id, record);
    // What a waiting run is due for changes though its status does not.
    const isTold = written === record.run.status && written !== 'waiting';
    if (!isTold) setStatus(partition.sql, id, record.run);
  });
  if (isFinal(record.run.status) || record.run.status === 'waiting') {
    // A run that waits leaves memory: its rows and the time it is due are all there is of it.
    partition.drivers.delete(id);
    partition.due.delete(id);
    // After this turn has been carried through, so that one run's end does not nest in another's.
    queueMicrotask(() => admit(partition));
  }
  notify(partition, id);
}

function notify(partition: Partition, id: RunId): void {
  const watchers = partition.watchers.get(id);
  if (watchers === undefined) return;
  partition.watchers.delete(id);
  for (const tell of watchers) tell();
}

/** Resolves when the run has written another turn, or after `waitMs`. */
export async function nextTurn(partition: Partition, id: RunId, waitMs: number): Promise<void> {
  const stop = new AbortController();
  const { promise, resolve } = Promise.withResolvers<void>();
  const watchers = partition.watchers.get(id) ?? new Set();
  watchers.add(resolve);
  partition.watchers.set(id, watchers);
  const pause = partition.deps.clock.sleep(waitMs, stop.signal).catch(() => undefined);
  await Promise.race([promise, pause]);
  stop.abort();
  watchers.delete(resolve);
  if (watchers.size === 0 && partition.watchers.get(id) === watchers) partition.watchers.delete(id);
}

// ---------------------------------------------------------------- time

function wakeAt(partition: Partition, id: RunId, dueAt: EpochMs): void {
  if (partition.due.get(id) === dueAt) return;
  partition.due.set(id, dueAt);
  const waitMs = Math.max(0, dueAt - partition.deps.clock.now());
  if (waitMs > SHORT_WAIT_MS) return armAlarm(partition, dueAt);
  void partition.deps.clock.sleep(waitMs).then(() => wake(partition));
}

/** Wakes the runs that have something due, and sees to it that the object wakes again. */
export function wake(partition: Partition): void {
  const now = partition.deps.clock.now();
  // A list of its own: waking a run sets when it is due next.
  for (const [id, dueAt] of Array.from(partition.due)) {
    if (dueAt > now) continue;
    partition.due.delete(id);
    wakeRun(partition, id);
  }
  admit(partition);
}

/** The alarm went off: it is gone, and another is needed while anything is unfinished. */
export function onAlarm(partition: Partition): void {
  partition.alarmAt = undefined;
  wake(partition);
  if (partition.drivers.size > 0 || partition.queue.length > 0) armWatchdog(partition);
  for (const dueAt of partition.due.values()) armAlarm(partition, dueAt);
}

function armWatchdog(partition: Partition): void {
  armAlarm(partition, partition.deps.clock.now() + WATCHDOG_MS);
}

/** The alarm is the earliest of all that is due; a later one is of no use while it stands. */
function armAlarm(partition: Partition, at: EpochMs): void {
  if (partition.alarmAt !== undefined && partition.alarmAt <= at) return;
  partition.alarmAt = at;
  void partition.ctx.storage.setAlarm(at);
}
