/** What one partition holds in memory. All of it can be made again from the tables. */
import { createQueue } from '../../core/queue/queue.ts';
import type { Queue } from '../../core/queue/queue.ts';
import type { Driver } from '../../runtime/advance.ts';
import type { AttemptDeps } from '../../runtime/attempt.ts';
import { createDeadlines } from '../../runtime/deadlines.ts';
import type { Deadlines } from '../../runtime/deadlines.ts';
import { createPacer } from '../../runtime/pacer.ts';
import type { Pacer } from '../../runtime/pacer.ts';
import { createDeltaLog } from '../../runtime/delta-log.ts';
import type { DeltaLog } from '../../runtime/delta-log.ts';
import type { Signatures } from '../../runtime/ports/signatures.ts';
import type { WebhookTargets } from '../../runtime/ports/webhooks.ts';
import type { StartAfterFailure } from '../../runtime/on-failure.ts';
import type { Clock, EpochMs, RunId, Tenant } from '../../runtime/ports.ts';
import type { Budget } from '../../runtime/models/budget.ts';
import type { SpendSettings } from '../../runtime/settings/spend.ts';
import type { Values } from '../../runtime/ports/values.ts';
import type { LargeReader } from './value-rows.ts';
import { createBook } from './spend-rows.ts';
import type { PartitionBook } from './spend-rows.ts';
import { createValueState, readValue } from './value-state.ts';
import type { ValueState } from './value-state.ts';

/** How webhooks are told. */
export interface OutboxDeps {
  readonly targets: WebhookTargets;
  readonly signatures: Pick<Signatures, 'sign'>;
}

/** What is known of who wants to hear. It only spares rows: without it, everything is noted. */
export interface Outbox {
  wanted: boolean | undefined;
  /** Grows with each change, so that an answer about what was before it counts for nothing. */
  generation: number;
  isBusy: boolean;
}

export interface PartitionDeps extends Omit<AttemptDeps, 'tenant' | 'report' | 'budgets'> {
  /** What a tenant may spend on models; absent: as much as it likes. */
  readonly caps?: (tenant: Tenant) => Promise<SpendSettings>;
  /** Runs that may be under way at a time; more wait in the queue. */
  readonly maxRunning: number;
  /** Runs that may wait; more are refused. */
  readonly maxQueued: number;
  readonly outbox: OutboxDeps;
  /** How long runs are kept from their end, and their history. */
  readonly retention: (tenant: Tenant) => Promise<Retention>;
  readonly startAfterFailure: StartAfterFailure;
  /** Where values are moved to that are too large for rows. */
  readonly values: Values;
}

export interface Retention {
  readonly runsMs: number;
  readonly historyMs: number;
}

/** The sweep to come, or the one that is under way. */
export interface SweepState {
  at: EpochMs | undefined;
  isBusy: boolean;
  /** The run that was looked at last. */
  after: RunId;
  /** The file that was looked at last; absent: from the first. */
  afterFile?: string | undefined;
  deleted: number;
}

export type Watchers = Map<RunId, Set<() => void>>;

export interface Partition extends LargeReader {
  readonly deps: PartitionDeps;
  readonly ctx: DurableObjectState;
  readonly values: ValueState;
  /** Drivers of the runs that are not at rest. */
  readonly drivers: Map<RunId, Driver>;
  /** Which runs hold slots, and which wait for some. */
  readonly queue: Queue;
  /** Runs that are put off as long as submissions come, by the key of their debounce. */
  readonly debounced: Map<string, RunId>;
  /** Who wants to know when a run has new events. */
  readonly watchers: Watchers;
  /** Who wants to know only when it has ended. */
  readonly enders: Watchers;
  /** What drivers wait with: one timer for all of their deadlines. */
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  /** Shared by all drivers, so that requests do not wait for each. */
  readonly pacer: Pacer;
  /** Texts of answers on their way. */
  readonly deltas: DeltaLog;
  /** What the tenant has spent on models, and may spend. */
  readonly book: PartitionBook;
  readonly budgets: Map<Tenant, Budget>;
  /** When each run has something due; in epoch milliseconds. */
  readonly due: Map<RunId, EpochMs>;
  /** Recipes to start after failures: when the next is due, and whether some are being started. */
  readonly failures: { dueAt: EpochMs | undefined; isBusy: boolean };
  alarmAt: EpochMs | undefined;
  readonly outbox: Outbox;
  readonly sweep: SweepState;
}

export function createPartition(ctx: DurableObjectState, deps: PartitionDeps): Partition {
  const deadlines = createDeadlines(deps.clock);
  const { sql } = ctx.storage;
  const values = createValueState();
  return {
    deps,
    deadlines,
    clock: { ...deps.clock, deadline: deadlines.deadline },
    ctx,
    sql,
    values,
    read: (name) => readValue({ sql, values }, name),
    drivers: new Map(),
    queue: createQueue(deps.maxRunning),
    debounced: new Map(),
    watchers: new Map(),
    enders: new Map(),
    pacer: createPacer(deps.clock),
    book: createBook(sql),
    budgets: new Map(),
    deltas: createDeltaLog(() => deps.clock.now()),
    due: new Map(),
    failures: { dueAt: undefined, isBusy: false },
    alarmAt: undefined,
    outbox: { wanted: undefined, generation: 0, isBusy: false },
    sweep: { at: undefined, isBusy: false, after: '', deleted: 0 },
  };
}

/** The alarm is the earliest of all that is due; a later one is of no use while it stands. */
export function armAlarm(partition: Partition, at: EpochMs): void {
  if (partition.alarmAt !== undefined && partition.alarmAt <= at) return;
  partition.alarmAt = at;
  void partition.ctx.storage.setAlarm(at);
}

/** The run has written a turn, with which it may have ended. */
export function notify(partition: Partition, id: RunId, hasEnded: boolean): void {
  tellAll(partition.watchers, id);
  if (hasEnded) tellAll(partition.enders, id);
}

function tellAll(watchers: Watchers, id: RunId): void {
  const told = watchers.get(id);
  if (told === undefined) return;
  watchers.delete(id);
  for (const tell of told) tell();
}

/** Resolves when those who are in `watchers` for the run are told, or after `waitMs`. */
export async function waitWith(
  watchers: Watchers,
  id: RunId,
  { clock, waitMs }: { readonly clock: Pick<Clock, 'sleep'>; readonly waitMs: number },
): Promise<void> {
  const stop = new AbortController();
  const { promise, resolve } = Promise.withResolvers<void>();
  const waiting = watchers.get(id) ?? new Set();
  waiting.add(resolve);
  watchers.set(id, waiting);
  const pause = clock.sleep(waitMs, stop.signal).catch(() => undefined);
  await Promise.race([promise, pause]);
  stop.abort();
  waiting.delete(resolve);
  if (waiting.size === 0 && watchers.get(id) === waiting) watchers.delete(id);
}
