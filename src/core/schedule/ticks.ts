/** When a schedule is due: cron in a time zone, or once. */
import { Cron } from 'croner';

export interface Timing {
  /** Five fields, or a name such as `@daily`. */
  readonly cron?: string;
  /** Once, in epoch milliseconds. */
  readonly at?: number;
  /** IANA name. */
  readonly timeZone: string;
}

const CRON = /^(?:@[a-z]+|[^\s@]\S*(?:\s+\S+){4})$/;
const MAX_CRON = 128;

/** Why a cron expression or a time zone cannot be used; undefined when they can. */
export function timingFault({ cron, timeZone }: Timing): string | undefined {
  if (!isTimeZone(timeZone)) return `"${timeZone.slice(0, 64)}" is not the name of a time zone`;
  if (cron === undefined) return undefined;
  if (cron.length > MAX_CRON || !CRON.test(cron.trim())) {
    return 'must be five fields such as "0 9 * * MON-FRI", or a name such as "@daily"';
  }
  try {
    // A date that never comes, such as 30 February, is found out by looking for it.
    const first = cronOf(cron, timeZone).nextRun(new Date(0));
    return first === null ? `"${cron}" never comes` : undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The first tick after an instant; undefined when there is none. */
export function nextTick({ cron, at, timeZone }: Timing, after: number): number | undefined {
  if (cron === undefined) return at !== undefined && at > after ? at : undefined;
  return cronOf(cron, timeZone).nextRun(new Date(after))?.getTime();
}

/** More than this nobody counts: a year of minutes would take a second to go through. */
const MAX_LOOKED = 2_000;

/** The newest ticks from `first` up to `now`, at most `limit`, oldest first; and the next one. */
export function dueTicks(
  timing: Timing,
  { first, now, limit }: { first: number; now: number; limit: number },
): { readonly due: readonly number[]; readonly next?: number } {
  const due: number[] = [];
  let tick: number | undefined = first;
  for (let looked = 1; tick !== undefined && tick <= now; looked += 1) {
    due.push(tick);
    tick = looked < MAX_LOOKED ? nextTick(timing, tick) : nextTick(timing, now);
  }
  return { due: due.slice(-limit), ...(tick !== undefined && { next: tick }) };
}

function cronOf(cron: string, timezone: string): Cron {
  return new Cron(cron.trim(), { timezone, mode: '5-part', paused: true });
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== '';
  } catch {
    return false;
  }
}
