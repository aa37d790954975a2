/** Patterns of inputs: regular expressions whose time is bounded. */
import type { Result } from '../errors.ts';

export interface Pattern {
  test(text: string): boolean;
}

const MAX_PATTERN = 1000;

export function compilePattern(source: string): Result<Pattern, string> {
  if (source.length > MAX_PATTERN)
    return { ok: false, error: `it is longer than ${MAX_PATTERN} characters` };
  try {
    const regex = new RegExp(source, 'u');
    return { ok: true, value: { test: (text) => regex.test(text) } };
  } catch {
    return { ok: false, error: 'it is no regular expression' };
  }
}
