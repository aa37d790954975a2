/**
 * What goes on by itself in one partition: runs start, are written, leave memory and come back.
 *
 * Q1. A run that is `running` in the tables has a driver here: made when the object wakes.
 * Q2. Nothing is true here alone. Losing this object loses only time.
 * Q3. What sets a run in motion that waited gives it a slot first, or else a place in the line.
 */
import { toFailure } from '../../core/errors.ts';
import { runRow } from '../../core/run/advance.ts';
import type { Fact } from '../../core/run/advance.ts';
import { isFinal } from '../../core/run/events.ts';
import type { RunStatus } from '../../core/run/events.ts';
import { createLoads } from '../../core/run/load.ts';
import type { TurnRecord } from '../../core/run/record.ts';
import { restore } from '../../core/run/restore.ts';
import type { StoredRun } from '../../core/run/restore.ts';
import { unfollowed } from '../../core/recipe/plan-format.ts';
import { cancelSteps, endFailed } from '../../core/run/settle.ts';
import type { RunState } from '../../core/run/state.ts';
import { budgeted } from '../../core/run/spend.ts';
import * as queue from '../../core/queue/queue.ts';
import type { Message } from '../../core/queue/queue.ts';
import { createDriver } from '../../runtime/advance.ts';
import type { Driver } from '../../runtime/advance.ts';
import type { Budget } from '../../runtime/models/budget.ts';
import { createTenantBudget } from '../../runtime/models/tenant-budget.ts';
import type { EpochMs, RunId, Tenant } from '../../runtime/ports.ts';
import { addSpent } from './spend-rows.ts';
import { noteFailure, resumeFailures, startDue } from './failures.ts';
import { liveRuns } from './list-rows.ts';
import * as outbox from './outbox.ts';
import { armAlarm, notify } from './partition-state.ts';
import type { Partition } from './partition-state.ts';
import { dropStarts, keepStarts, messageOf, readStarts } from './admission-rows.ts';
import { planSweep, resumeSweep, sweepWhenDue } from './sweep.ts';
import { findHead, readRun, setStatus, writeTurn } from './queue-rows.ts';
import { showWhole } from './reading.ts';
import { hasUntidy, tidyValues, whenRead } from './values.ts';
import type { RunHead } from './queue-rows.ts';

/** Waits up to this long are timers of this isolate; longer ones, alarms. */
const SHORT_WAIT_MS = 1_000;
/** While runs are under way an alarm is never further off, so a dead object comes back by itself. */
const WATCHDOG_MS = 30_000;

/** Takes up what an earlier life of the object left unfinished. Waiting runs stay where they are. */
export function resume(partition: Partition): void {
  for (const [rate, starts] of readStarts(partition.sql)) partition.queue.starts.set(rate, starts);
  for (const live of liveRuns(partition.sql)) {
    const { identity, status, dueAt } = live;
    const { id } = identity;
    if (status === 'queued') line(partition, messageOf(live));
    else if (status === 'running') {
      queue.occupy(partition.queue, messageOf(live));
      wakeRun(partition, id);
    } else if (status === 'waiting' && dueAt !== null) partition.due.set(id, dueAt);
  }
  resumeFailures(partition);
  wake(partition);
  for (const dueAt of partition.due.values()) armAlarm(partition, dueAt);
  outbox.resume(partition);
  resumeSweep(partition);
  if (hasUntidy(partition)) void tidyValues(partition);
}

/** Looks at a run again: the one in memory, or else its rows. */
function wakeRun(partition: Partition, id: RunId): void {
  whenRead(partition, id, {
    work() {
      const driver = findDriver(partition, id);
      if (driver === undefined) return;
      try {
        post(partition, driver, { type: 'wake' });
      } catch (error) {
        abandon(partition, driver.state, error);
      }
    },
    giveUp: (error) => abandonUnread(partition, id, error),
  });
}

/** Its values are gone, so it can only end. */
function abandonUnread(partition: Partition, id: RunId, error: unknown): void {
  const head = findHead(partition.sql, id);
  const stored = head && readRun(partition, head, { bare: true });
  if (stored === undefined || isFinal(stored.run.status)) return;
  abandon(partition, restore(stored), error);
}

/** The driver of a run that has not ended; made from its rows when it is not in memory. */
export function findDriver(partition: Partition, id: RunId): Driver | undefined {
  const known = partition.drivers.get(id);
  if (known !== undefined) return known;
  const head = findHead(partition.sql, id);
  if (head === undefined || isFinal(head.status)) return undefined;
  const stored = readRun(partition, head);
  if (stored === undefined) return undefined;
  if ('foreign' in stored) return endForeign(partition, stored);
  return drive(partition, head, restore(stored));
}

/** Another release has planned it, and only that one can go on with it. */
function endForeign(partition: Partition, stored: StoredRun): undefined {
  const run = { ...stored.run, active: [] };
  const error = unfollowed(stored.identity.id, stored.foreign);
  return abandon(partition, restore({ ...stored, run }), error);
}

/** Enters facts into a run. Q3. */
export function post(partition: Partition, driver: Driver, ...facts: Fact[]): void {
  const { id } = driver.state.identity;
  if (partition.queue.running.has(id) || driver.state.status !== 'running')
    return driver.post(...facts);
  const head = findHead(partition.sql, id);
  const hasRoom = head !== undefined && queue.takeBack(partition.queue, messageOf(head));
  return driver.post(...facts, ...(hasRoom ? [] : [{ type: 'park' } as const]));
}

/** A run that cannot be taken up must not keep the others from it. */
function abandon(partition: Partition, state: RunState, error: unknown): undefined {
  const { id } = state.identity;
  const written = state.status;
  const { log, clock, ids } = partition.deps;
  log.write('error', 'run_abandoned', { run: id, reason: String(error) });
  const world = { now: clock.now(), random: ids.random };
  cancelSteps(state, () => true, world);
  endFailed(state, toFailure(error), world);
  const { events, steps } = state.changes;
  const record = {
    run: runRow(state),
    steps: [...steps.values()],
    ledger: [],
    events,
    isAtRest: true,
  };
  write(partition, { id, record, written });
}

// ---------------------------------------------------------------- admission

/** Puts a run into the line, or aside until its time; it may replace others there. */
export function enter(partition: Partition, message: Message): void {
  const { onLimit, lanes, startAt = 0 } = message.admission;
  if (onLimit === 'replace' && startAt <= partition.deps.clock.now()) {
    const crowd = queue.crowdOf(partition.queue, message);
    const excess = crowd.length + 1 - (lanes.at(-1)?.limit ?? 0);
    for (const { id } of crowd.slice(0, Math.max(0, excess)))
      whenRead(partition, id, {
        work: () => findDriver(partition, id)?.post({ type: 'cancel', reason: 'replaced' }),
        giveUp: (error) => abandonUnread(partition, id, error),
      });
  }
  line(partition, message);
}

function line(partition: Partition, message: Message): void {
  const { debounce, startAt = 0 } = message.admission;
  if (startAt <= partition.deps.clock.now()) return queue.enqueue(partition.queue, message);
  queue.delay(partition.queue, message);
  if (debounce !== undefined) partition.debounced.set(debounce.key, message.id);
}

/**
 * Starts queued runs while there is room. When it is the turn of `own` it stops: that one is started by
 * the caller, who then asks again.
 */
export function admit(partition: Partition, own?: RunId): boolean {
  const now = partition.deps.clock.now();
  for (const message of queue.takeDue(partition.queue, now)) {
    const { debounce } = message.admission;
    if (debounce !== undefined) partition.debounced.delete(debounce.key);
    enter(partition, message);
  }
  for (;;) {
    const message = queue.takeNext(partition.queue, now);
    if (message === undefined) break;
    keepCounted(partition, message);
    if (message.id === own) return true;
    startRun(partition, message.id);
  }
  const dueAt = queue.nextDueAt(partition.queue, now);
  if (dueAt !== undefined) wakeBy(partition, dueAt);
  return false;
}

function keepCounted({ sql, queue: { starts } }: Partition, { admission, hasBegun }: Message) {
  const { rate } = admission;
  const counted = rate && starts.get(rate.key);
  if (rate !== undefined && counted !== undefined && !hasBegun) keepStarts(sql, rate.key, counted);
}

function startRun(partition: Partition, id: RunId): void {
  whenRead(partition, id, {
    work: () => startRead(partition, id),
    giveUp: (error) => abandonUnread(partition, id, error),
  });
}

function startRead(partition: Partition, id: RunId): void {
  const { log } = partition.deps;
  try {
    const head = findHead(partition.sql, id);
    const stored = head?.status === 'queued' ? readRun(partition, head) : undefined;
    if (stored !== undefined && 'foreign' in stored) return endForeign(partition, stored);
    if (head !== undefined && stored !== undefined)
      return drive(partition, head, restore(stored)).post({ type: 'start' });
    log.write('error', 'run_not_started', { run: id, reason: 'its rows are not there' });
  } catch (error) {
    log.write('error', 'run_not_started', { run: id, reason: String(error) });
  }
  queue.leave(partition.queue, id);
  return undefined;
}

// ---------------------------------------------------------------- turns

/** `status` is the one that the run's row has now. */
export function drive(
  partition: Partition,
  { tenant, status }: Pick<RunHead, 'tenant' | 'status'>,
  state: RunState,
): Driver {
  const { id } = state.identity;
  let written = status;
  let spentUsd = budgeted(state.spent).usd;
  const look = createLoads();
  const driver = createDriver({
    ...partition.deps,
    clock: partition.clock,
    pacer: partition.pacer,
    tenant,
    state,
    budgets: tenantBudgets(partition, tenant),
    commit(record) {
      const { status: next, spent } = record.run;
      const usd = budgeted(spent).usd - spentUsd;
      const { queue: line, sql } = partition;
      state.load = look({ queueDepth: line.waiting.size, storageBytes: sql.databaseSize });
      const run = { ...record.run, load: state.load };
      commit(partition, { id, record: { ...record, run }, written, usd });
      written = next;
      spentUsd += usd;
    },
    wakeAt: (dueAt) => wakeAt(partition, id, dueAt),
    onDelta(delta) {
      // A hidden text may lie in two of them.
      if (state.plan.sensitive === true) return;
      partition.deltas.add(id, state.seq, delta);
      notify(partition, id, false);
    },
  });
  partition.drivers.set(id, driver);
  armWatchdog(partition);
  return driver;
}

/** One for all runs of a tenant: what they hold counts together. */
function tenantBudgets({ deps, book, budgets }: Partition, tenant: Tenant): Budget[] {
  const { caps, clock } = deps;
  if (caps === undefined) return [];
  const terms = { caps: () => caps(tenant), book, now: () => clock.now() };
  const budget = budgets.get(tenant) ?? createTenantBudget(terms);
  budgets.set(tenant, budget);
  return [budget];
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
  /** What the turn has spent on models, in US dollars. */
  readonly usd?: number;
}

function write(partition: Partition, { id, record, written, usd = 0 }: WrittenTurn): void {
  const { status } = record.run;
  let isLarge = false;
  const isNoted = partition.ctx.storage.transactionSync(() => {
    isLarge = writeTurn(partition.sql, id, record);
    addSpent(partition.sql, partition.deps.clock.now(), usd);
    // What a waiting run is due for changes though its status does not.
    const isTold = written === status && written !== 'waiting';
    if (!isTold) setStatus(partition.sql, id, record.run);
    if (status === 'failed' && written !== 'failed') noteFailure(partition, id);
    return outbox.note(partition, id, record);
  });
  if (isLarge) queueMicrotask(() => void tidyValues(partition));
  partition.book.written(usd);
  if (isFinal(status)) {
    partition.deltas.end(id);
    planSweep(partition);
  }
  if (isNoted) queueMicrotask(() => void outbox.pump(partition));
  if (record.isAtRest) rest(partition, id, status);
  notify(partition, id, isFinal(status));
}

/** A run at rest leaves memory: its rows, and the time it is due, are all there is of it. */
function rest(partition: Partition, id: RunId, status: RunStatus): void {
  partition.drivers.delete(id);
  if (partition.drivers.size === 0) partition.deadlines.rest();
  partition.due.delete(id);
  if (status !== 'queued') queue.leave(partition.queue, id);
  else if (!partition.queue.waiting.has(id)) {
    // It has come back, or was paused before it had begun.
    queue.leave(partition.queue, id);
    const head = findHead(partition.sql, id);
    if (head !== undefined) line(partition, messageOf(head));
  }
  // After this turn has been carried through, so that one run's end does not nest in another's.
  queueMicrotask(() => {
    admit(partition);
    followUp(partition);
  });
}

/** It never rejects: what could not be started is tried again. */
function followUp(partition: Partition): void {
  void startDue(partition, (id) => showWhole(partition, id)).catch((error: unknown) => {
    partition.deps.log.write('error', 'on_failure_broke', { reason: String(error) });
  });
}

// ---------------------------------------------------------------- time

function wakeAt(partition: Partition, id: RunId, dueAt: EpochMs): void {
  if (partition.due.get(id) === dueAt) return;
  partition.due.set(id, dueAt);
  wakeBy(partition, dueAt);
}

function wakeBy(partition: Partition, dueAt: EpochMs): void {
  const waitMs = Math.max(0, dueAt - partition.deps.clock.now());
  if (waitMs > SHORT_WAIT_MS) return armAlarm(partition, dueAt);
  void partition.deps.clock.sleep(waitMs).then(() => wake(partition));
}

/** Wakes the runs that have something due, and sees to it that the object wakes again. */
export function wake(partition: Partition): void {
  const now = partition.deps.clock.now();
  // A list of its own: waking a run sets when it is due next.
  const due = [...partition.due].filter(([, dueAt]) => dueAt <= now);
  // Whoever was due first gets room first, also when the object has slept over both.
  for (const [id] of due.toSorted(([a, at], [b, bt]) => at - bt || (a < b ? -1 : 1))) {
    partition.due.delete(id);
    wakeRun(partition, id);
  }
  admit(partition);
  followUp(partition);
}

/** The alarm went off: it is gone, and another is needed while anything is unfinished. */
export function onAlarm(partition: Partition): void {
  partition.alarmAt = undefined;
  dropStarts(partition.sql, queue.forgetStarts(partition.queue, partition.deps.clock.now()));
  wake(partition);
  if (partition.drivers.size > 0 || partition.queue.line.length > 0) armWatchdog(partition);
  for (const dueAt of partition.due.values()) armAlarm(partition, dueAt);
  if (partition.failures.dueAt !== undefined) armAlarm(partition, partition.failures.dueAt);
  void outbox.pump(partition);
  void sweepWhenDue(partition);
  if (hasUntidy(partition)) void tidyValues(partition);
}

function armWatchdog(partition: Partition): void {
  armAlarm(partition, partition.deps.clock.now() + WATCHDOG_MS);
}
