/** Instants as recipes write them: seconds since 1970, or a date and time of ISO 8601. */
import type { JsonValue } from '../json.ts';

const ISO = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?$/;

/** The years that a timer can mean: 1970 to 9999. */
const LATEST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** Epoch milliseconds; undefined for anything that is no instant. Without a zone it is UTC. */
export function parseInstant(value: JsonValue | undefined): number | undefined {
  if (typeof value === 'number') return bounded(value * 1000);
  if (typeof value !== 'string' || !ISO.test(value.trim())) return undefined;
  const text = value.trim().replace(' ', 'T');
  return bounded(
    Date.parse(/T/.test(text) && !/(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? `${text}Z` : text),
  );
}

function bounded(ms: number): number | undefined {
  return ms >= 0 && ms <= LATEST_MS ? Math.round(ms) : undefined;
}
