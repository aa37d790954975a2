/** Runs that start by the clock. */
import type { Result } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Missed, Overlap } from '../../core/schedule/firing.ts';
import type { Timing } from '../../core/schedule/ticks.ts';
import type { EpochMs, RunId, Tenant } from './names.ts';

export interface ScheduleSpec extends Timing {
  readonly name?: string;
  /** A stored recipe; without a version, the newest when the time comes. */
  readonly recipe: string;
  readonly version?: number;
  /** May hold templates that read `tick` and `schedule`. */
  readonly inputs: JsonObject;
  readonly labels: JsonObject;
  readonly overlap: Overlap;
  readonly missed: Missed;
  /** A paused one keeps its place and starts nothing. */
  readonly paused: boolean;
}

/** What became of a tick. */
export type TickOutcome = { readonly tick: EpochMs } & (
  | { readonly run: RunId }
  /** `count`: with as many before it that were missed. */
  | { readonly skipped: 'overlap' | 'missed' | 'queue_full'; readonly count?: number }
  | { readonly error: { readonly code: string; readonly message: string } }
);

export interface Schedule extends ScheduleSpec {
  readonly id: string;
  readonly createdAt: EpochMs;
  readonly updatedAt: EpochMs;
  /** Absent: nothing more comes, or it is paused. */
  readonly nextAt?: EpochMs;
  /** Ticks that wait for the run of an earlier one. */
  readonly waiting: readonly EpochMs[];
  /** The newest first, at most 20. */
  readonly recent: readonly TickOutcome[];
}

export interface Schedules {
  /** `quota_exceeded` at 1 000. */
  create(tenant: Tenant, id: string, spec: ScheduleSpec): Promise<Result<Schedule>>;
  /** Oldest first. */
  list(tenant: Tenant): Promise<readonly Schedule[]>;
  find(tenant: Tenant, id: string): Promise<Schedule | undefined>;
  /** What it has started stays; it goes on from now. */
  replace(tenant: Tenant, id: string, spec: ScheduleSpec): Promise<Schedule | undefined>;
  delete(tenant: Tenant, id: string): Promise<boolean>;
}
