/**
 * An exact sliding window: a log of what was admitted, and when.
 *
 * L1. No window of the policy's length, wherever it begins, admits more than the limit.
 * L2. A refusal consumes nothing, and says when the same cost would pass.
 */

/** Parallel lists, oldest first. `totals` counts the units up to and including each entry. */
export interface SlidingLog {
  readonly stamps: number[];
  readonly totals: number[];
  /** The total before the first entry. */
  base: number;
}

export interface Window {
  readonly limit: number;
  readonly windowMs: number;
}

export interface Verdict {
  readonly ok: boolean;
  readonly remaining: number;
  readonly retryAfterMs: number;
  readonly resetMs: number;
}

/** Entries that a log holds at most, about: one a millisecond under limits up to this, coarser ones above. */
export const MAX_ENTRIES = 4096;

/**
 * A clock that was set back further than this, and than a window, has begun anew: what is in the log
 * counts from now on. A lesser difference is one of callers' clocks, and is waited for.
 */
export const MAX_SET_BACK_MS = 10_000;

export function createLog(): SlidingLog {
  return { stamps: [], totals: [], base: 0 };
}

/**
 * Milliseconds that fall on one stamp. Stamps are rounded up, so what is coarse stays in the window
 * a little longer than it has to, and never shorter.
 */
export function resolutionOf({ limit, windowMs }: Window): number {
  return limit <= MAX_ENTRIES ? 1 : Math.max(1, Math.ceil(windowMs / MAX_ENTRIES));
}

/** What would become of `cost` units now. Drops what has left the window. */
export function judge(log: SlidingLog, window: Window, cost: number, at: number): Verdict {
  const { limit, windowMs } = window;
  setBack(log, window, at);
  const now = notBefore(log, window, at);
  prune(log, now - windowMs);
  const used = totalOf(log) - log.base;
  const free = Math.max(0, limit - used);
  const last = log.stamps.at(-1);
  const resetMs = last === undefined ? 0 : last + windowMs - now;
  if (cost <= limit - used) return { ok: true, remaining: free, retryAfterMs: 0, resetMs };
  if (cost > limit) return { ok: false, remaining: free, retryAfterMs: windowMs, resetMs };
  // The entry with whose leaving enough units are free.
  const wanted = totalOf(log) - (limit - cost);
  const stamp = log.stamps[firstFrom(log.totals, wanted)] ?? now;
  return { ok: false, remaining: free, retryAfterMs: stamp + windowMs - now, resetMs };
}

/** Enters what `judge` has passed. Gives the stamp it stands under. */
export function admit(log: SlidingLog, window: Window, cost: number, at: number): number {
  const resolution = resolutionOf(window);
  const now = notBefore(log, window, at);
  const stamp = Math.ceil(now / resolution) * resolution;
  const total = totalOf(log) + cost;
  if (log.stamps.at(-1) === stamp) log.totals[log.totals.length - 1] = total;
  else {
    log.stamps.push(stamp);
    log.totals.push(total);
  }
  return stamp;
}

/** The verdict on a cost that was admitted. */
export function admitted(verdict: Verdict, window: Window, cost: number): Verdict {
  const resetMs = cost > 0 ? window.windowMs : verdict.resetMs;
  return { ...verdict, remaining: verdict.remaining - cost, resetMs };
}

/** Takes units back that stand under a stamp. */
export function refund(log: SlidingLog, stamp: number, cost: number): void {
  const from = firstFrom(log.stamps, stamp);
  if (log.stamps[from] !== stamp) return;
  for (let index = from; index < log.totals.length; index += 1) {
    log.totals[index] = (log.totals[index] ?? 0) - cost;
  }
}

/** What was admitted under a stamp came to so many units, which count from now on. Gives their stamp. */
export function correct(
  log: SlidingLog,
  window: Window,
  { stamp, cost, units, at }: { stamp: number; cost: number; units: number; at: number },
): number {
  refund(log, stamp, cost);
  return admit(log, window, units, at);
}

/** Drops entries up to and including `until`. Gives how many. */
export function prune(log: SlidingLog, until: number): number {
  const gone = firstFrom(log.stamps, until + 1);
  if (gone === 0) return 0;
  // Nothing counts from before the first entry once there is none.
  log.base = gone === log.stamps.length ? 0 : (log.totals[gone - 1] ?? log.base);
  log.stamps.splice(0, gone);
  log.totals.splice(0, gone);
  return gone;
}

function setBack(log: SlidingLog, { windowMs }: Window, at: number): void {
  const last = log.stamps.at(-1);
  if (last === undefined || last - at <= Math.max(windowMs, MAX_SET_BACK_MS)) return;
  const total = totalOf(log);
  log.stamps.splice(0, log.stamps.length, at);
  log.totals.splice(0, log.totals.length, total);
}

/** Callers' clocks may differ; time in a log never goes back. */
function notBefore(log: SlidingLog, window: Window, at: number): number {
  const last = log.stamps.at(-1);
  return last === undefined ? at : Math.max(at, last - resolutionOf(window) + 1);
}

function totalOf(log: SlidingLog): number {
  return log.totals.at(-1) ?? log.base;
}

/** The first index whose value is at least `wanted`, in an ascending list. */
function firstFrom(values: readonly number[], wanted: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? 0) >= wanted) high = middle;
    else low = middle + 1;
  }
  return low;
}
