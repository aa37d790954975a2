/**
 * Fewer places where fuel is taken: a segment pays for the longest way from it to the next one that pays.
 *
 * M1. Whatever way is taken, no less is paid for it than it costs, and before it is gone.
 */
import { LEAST_ROUND, MERGING } from './cost.ts';
import type { Segment } from './segments.ts';

/** Every segment comes after those that it is reached from, so one pass from the end does. */
export function mergeSegments(segments: readonly Segment[]): void {
  /** Of each: most that follows it and does not pay for itself, and what it pays for behind loops. */
  const ahead = new Uint32Array(segments.length);
  const behind = new Uint32Array(segments.length);
  for (let i = segments.length - 1; i >= 0; i--) {
    const segment = segments[i];
    if (segment === undefined) continue;
    const { isHead, from, opener, depth } = segment;
    const cost = segment.cost + (ahead[i] ?? 0) + (behind[i] ?? 0);
    segment.cost = cost;
    if (segment.isChecked) segment.cost = Math.max(cost, LEAST_ROUND);
    if (isHead) continue;
    const ways = from.map((each) => segments[each]);
    if (ways.some((each) => each === undefined || each.depth > depth)) {
      // In a loop that leads here each round would pay for it; the opener stands before the loop.
      const sum = (behind[opener] ?? 0) + cost;
      if (cost > MERGING.way || sum > MERGING.behindLoops) continue;
      behind[opener] = sum;
    } else {
      const isSure = ways.every((each) => each?.ways === 1);
      if (cost > (isSure ? MERGING.sureWay : MERGING.way)) continue;
      for (const each of from) ahead[each] = Math.max(ahead[each] ?? 0, cost);
    }
    segment.cost = 0;
  }
}
