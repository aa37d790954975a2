/**
 * Starts the runs of schedules that are due. A tick is written down before its run is started, and the
 * run is started under a key of its own: whatever dies in between, a tick starts one run.
 */
import { toFailure } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import { firingOf, MAX_TICKS } from '../../core/schedule/firing.ts';
import type { EpochMs, RunId, Tenant } from '../../runtime/ports.ts';
import type { ScheduleSpec, TickOutcome } from '../../runtime/ports/schedules.ts';
import { dueSchedules, writeState } from './catalog-schedules.ts';
import type { ScheduleRow, ScheduleState } from './catalog-schedules.ts';

export interface ScheduledRun {
  readonly schedule: string;
  readonly spec: ScheduleSpec;
  readonly tick: EpochMs;
}

/** What schedules ask of the rest. */
export interface ScheduleRuns {
  /** The same tick again gives the same run. */
  start(tenant: Tenant, order: ScheduledRun): Promise<Result<RunId>>;
  isUnderWay(tenant: Tenant, run: RunId): Promise<boolean>;
  cancel(tenant: Tenant, run: RunId): Promise<void>;
}

interface FireDeps {
  readonly sql: SqlStorage;
  readonly now: () => EpochMs;
  readonly runs: ScheduleRuns;
}

/** Schedules that one alarm looks at; what is left has the next one. */
const SLICE = 20;
const MAX_RECENT = 20;
const FIRST_DELAY_MS = 5_000;
const LONGEST_DELAY_MS = 60_000;
/** Failures that may pass by themselves, before the tick is given up. */
const MAX_DELAYS = 20;

export async function fireSchedules(deps: FireDeps): Promise<void> {
  for (const row of dueSchedules(deps.sql, deps.now(), SLICE)) await fire(deps, row);
}

async function fire(deps: FireDeps, row: ScheduleRow): Promise<void> {
  let state = takeDue(row, deps.now());
  if (!write(deps, row, state)) return;
  while (state.waiting.length > 0) {
    const moved = await startFirst(deps, row, state);
    if (!write(deps, row, moved)) return;
    if (moved.waiting.length === state.waiting.length) return;
    state = moved;
  }
}

/** Moves the ticks that have come to those that wait. */
function takeDue({ spec, state }: ScheduleRow, now: EpochMs): ScheduleState {
  const { next: first, ...rest } = state;
  if (first === undefined || first > now) return state;
  const { start, missed, next } = firingOf(spec, spec.missed, { first, now });
  const all = [...state.waiting, ...start];
  const full = all.slice(0, Math.max(0, all.length - MAX_TICKS));
  const outcomes = [
    ...missed
      .slice(-1)
      .map((tick): TickOutcome => ({ tick, skipped: 'missed', count: missed.length })),
    ...full.map((tick): TickOutcome => ({ tick, skipped: 'queue_full' })),
  ];
  return {
    ...noteAll(rest, outcomes),
    waiting: all.slice(full.length),
    ...(next !== undefined && { next }),
  };
}

/** The state after one look at the first tick that waits; as many wait as before when it has to go on waiting. */
async function startFirst(
  deps: FireDeps,
  { id, tenant, spec }: ScheduleRow,
  state: ScheduleState,
): Promise<ScheduleState> {
  const [tick = 0] = state.waiting;
  const { last } = state;
  try {
    if (last !== undefined && (await deps.runs.isUnderWay(tenant, last))) {
      if (spec.overlap === 'skip') return settle(state, { tick, skipped: 'overlap' });
      if (spec.overlap === 'queue') return { ...state, delays: state.delays + 1 };
      await deps.runs.cancel(tenant, last);
    }
    const started = await deps.runs.start(tenant, { schedule: id, spec, tick });
    if (started.ok) {
      return { ...settle(state, { tick, run: started.value }), last: started.value };
    }
    return failed(state, tick, started.error);
  } catch (error) {
    return failed(state, tick, {
      ...toFailure(error),
      retryable: toFailure(error).code === 'internal',
    });
  }
}

function failed(
  state: ScheduleState,
  tick: EpochMs,
  { code, message, retryable }: { code: string; message: string; retryable: boolean },
): ScheduleState {
  if (retryable && state.delays < MAX_DELAYS) return { ...state, delays: state.delays + 1 };
  return settle(state, { tick, error: { code, message } });
}

function settle(state: ScheduleState, outcome: TickOutcome): ScheduleState {
  return { ...noteAll(state, [outcome]), waiting: state.waiting.slice(1), delays: 0 };
}

function noteAll<T extends Pick<ScheduleState, 'recent'>>(
  state: T,
  outcomes: readonly TickOutcome[],
): T {
  return { ...state, recent: [...outcomes.toReversed(), ...state.recent].slice(0, MAX_RECENT) };
}

function write(deps: FireDeps, row: ScheduleRow, state: ScheduleState): boolean {
  return writeState(deps.sql, row, state, wakeOf(state, deps.now()));
}

function wakeOf({ next, waiting, delays }: ScheduleState, now: EpochMs): EpochMs | undefined {
  if (waiting.length === 0) return next;
  const again = now + Math.min(FIRST_DELAY_MS * 2 ** Math.max(0, delays - 1), LONGEST_DELAY_MS);
  return next === undefined ? again : Math.min(next, again);
}
