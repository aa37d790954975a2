/** Durations as recipes write them: seconds, or text such as "30s", "1h30m", "500ms". */
import type { JsonValue } from '../json.ts';

const UNITS: { readonly [unit: string]: number } = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const WHOLE = /^(?:\d{1,12}(?:\.\d{1,6})?\s*(?:ms|s|m|h|d|w)\s*){1,6}$/;
const PART = /(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)/g;
const SECONDS = /^\d{1,12}(?:\.\d{1,6})?$/;

/** A year and a day: longer waits are a mistake. */
export const MAX_DURATION_MS = 366 * 86_400_000;

/** Milliseconds; undefined for anything that is no duration. */
export function parseDuration(value: JsonValue | undefined): number | undefined {
  if (typeof value === 'number') return bounded(value * 1000);
  if (typeof value !== 'string' || value.length > 64) return undefined;
  const text = value.trim();
  if (SECONDS.test(text)) return bounded(Number(text) * 1000);
  if (!WHOLE.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(PART))
    total += Number(amount) * (UNITS[unit ?? ''] ?? 0);
  return bounded(total);
}

function bounded(ms: number): number | undefined {
  return Number.isFinite(ms) && ms >= 0 && ms <= MAX_DURATION_MS ? Math.round(ms) : undefined;
}
