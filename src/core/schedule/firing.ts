/** What becomes of the ticks of a schedule: which start a run, which were missed. */
import { dueTicks } from './ticks.ts';
import type { Timing } from './ticks.ts';

/** While the run of an earlier tick has not ended: leave this one out, let it wait, or cancel the earlier. */
export type Overlap = 'skip' | 'queue' | 'replace';
/** Ticks that came while nothing was awake: leave them out, make up for the newest, or for each. */
export type Missed = 'skip' | 'once' | 'all';

/** Later than this a tick was missed. */
export const GRACE_MS = 60_000;
/** Ticks that are made up for at most, and that wait at most. */
export const MAX_TICKS = 100;

export interface Firing {
  /** Oldest first. */
  readonly start: readonly number[];
  readonly missed: readonly number[];
  readonly next?: number;
}

/** `first` is the earliest tick that nothing has become of yet. */
export function firingOf(
  timing: Timing,
  missedPolicy: Missed,
  { first, now }: { first: number; now: number },
): Firing {
  const { due, next } = dueTicks(timing, { first, now, limit: MAX_TICKS });
  const late = due.filter((tick) => now - tick > GRACE_MS);
  const onTime = due.filter((tick) => now - tick <= GRACE_MS);
  const then = next === undefined ? {} : { next };
  if (missedPolicy === 'all') return { start: due, missed: [], ...then };
  if (missedPolicy === 'skip' || onTime.length > 0) {
    return { start: onTime, missed: late, ...then };
  }
  return { start: late.slice(-1), missed: late.slice(0, -1), ...then };
}
