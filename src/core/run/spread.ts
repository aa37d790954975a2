/** Average, most and least of what was measured. */
import type { Spread } from './view.ts';

/** Null where nothing was measured. */
export function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  const sum = values.reduce((total, value) => total + value, 0);
  return { average: sum / values.length, max: Math.max(...values), min: Math.min(...values) };
}
