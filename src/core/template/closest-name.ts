/** Did-you-mean for the names of tags, filters and tests. */
import { closest, distance } from 'fastest-levenshtein';

/** The nearest name, when it is near enough to be what was meant. */
export function closestName(name: string, names: readonly string[]): string | undefined {
  if (names.length === 0 || name.length > 40) return undefined;
  const nearest = closest(name, names);
  return distance(name, nearest) <= Math.max(1, Math.floor(name.length / 3)) ? nearest : undefined;
}
