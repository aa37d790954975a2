/** Where the counter of fuel lies while a function runs: in its global, or better in a local. */
import type { Outline } from './segments.ts';

/** Rounds that a loop is taken to make, where nothing is known of it. */
const ROUNDS = 8;
const MOST_NESTED = 4;

/**
 * In a loop a local is a register and the global is memory. What others see, when they are called or
 * when the function ends, is written back first and read again after it.
 */
export function isBetterHeld({ segments }: Outline): boolean {
  let inMemory = 0;
  let inLocal = 2;
  for (const { depth, cost, isChecked, calls } of segments) {
    const weight = ROUNDS ** Math.min(depth, MOST_NESTED);
    if (cost > 0 || isChecked) {
      inMemory += 2 * weight;
      inLocal += weight;
    }
    if (calls !== undefined) inLocal += 2 * weight;
  }
  return inLocal < inMemory;
}
