/** "Did you mean": the known word nearest to what was written. */
import { distance } from 'fastest-levenshtein';
import { LIMITS } from './limits.ts';

export function closest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length === 0 || word.length > LIMITS.suggestionChars) return undefined;
  // Every letter is one step from every other: a single one says nothing.
  const limit = word.length < 2 ? 0 : Math.max(1, Math.floor(Math.min(word.length, 12) / 3));
  const lower = word.toLowerCase();
  let best: string | undefined;
  let bestDistance = limit + 1;
  let looked = 0;
  for (const candidate of candidates) {
    if (++looked > LIMITS.suggestionWords) break;
    if (candidate === word || Math.abs(candidate.length - word.length) > limit) continue;
    const other = candidate.toLowerCase();
    const steps = isSwap(lower, other) ? 1 : distance(lower, other);
    if (steps < bestDistance) {
      best = candidate;
      bestDistance = steps;
    }
  }
  return best;
}

/** Two neighbouring letters changed places: the commonest slip of all. */
function isSwap(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return (
    a[at] === b[at + 1] &&
    a[at + 1] === b[at] &&
    a.slice(at + 2) === b.slice(at + 2) &&
    at < a.length
  );
}
