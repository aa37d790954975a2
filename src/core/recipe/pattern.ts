/** Patterns that authors write: refused when their time has no bound. */
import type { Result } from '../errors.ts';
import { isJsonArray, isJsonObject } from '../json.ts';
import type { JsonValue } from '../json.ts';
import { compilePattern as compileProgram, findMatch } from '../template/pattern-match.ts';
import type { Program } from '../template/pattern-match.ts';
import { PatternError, parsePattern } from '../template/pattern-parse.ts';
import type { PatternNode } from '../template/pattern-parse.ts';
import type { Path } from './path.ts';

export interface Pattern {
  /** Whether the pattern occurs in the text, as in JSON Schema. */
  test(text: string): boolean;
}

const MAX_PATTERN = 1000;
const FLAGS = { ignoreCase: false, multiline: false, dotAll: false };
const MAX_OPEN_REPEATS = 4;
/** A repetition counted further than this is as good as one without an end. */
const MAX_COUNTED = 100;
/** Instructions of the matcher for one text. */
const MAX_WORK = 20_000_000;

/** Runs in time linear in the text. */
export function compilePattern(source: string): Result<Pattern, string> {
  return guarded(source, (parsed) => {
    const program = compileProgram(parsed);
    return { test: (text) => isFound(program, text) };
  });
}

/** A text so long that the search gets too dear counts as one that does not match. */
function isFound(program: Program, text: string): boolean {
  let left = MAX_WORK;
  const pay = (work: number): void => {
    left -= work;
    if (left < 0) throw new PatternError('the text is too long');
  };
  try {
    return findMatch(program, { text, start: 0, notEmptyAt: undefined }, pay) !== undefined;
  } catch (error) {
    if (error instanceof PatternError) return false;
    throw error;
  }
}

/**
 * A JSON Schema's patterns run on the platform's own matcher, which goes back and tries again. Why
 * one could take for ever: undefined when it cannot.
 */
export function slowPattern(source: string): string | undefined {
  const parsed = guarded(source, ({ root }) => repeatsIn(root, false));
  if (!parsed.ok) return parsed.error;
  const { open, isNested } = parsed.value;
  if (isNested) return 'a repetition holds another one, or a choice';
  return open > MAX_OPEN_REPEATS
    ? `it has more than ${MAX_OPEN_REPEATS} repetitions without an end`
    : undefined;
}

/** Where a JSON Schema has patterns, with each. */
export function* patternsIn(
  schema: JsonValue,
  path: Path = [],
): Iterable<{ readonly path: Path; readonly pattern: string }> {
  if (isJsonArray(schema)) {
    for (const [index, item] of schema.entries()) yield* patternsIn(item, [...path, index]);
  } else if (isJsonObject(schema)) {
    for (const [key, value] of Object.entries(schema)) {
      if (key === 'pattern' && typeof value === 'string')
        yield { path: [...path, key], pattern: value };
      else if (key === 'patternProperties' && isJsonObject(value)) {
        for (const pattern of Object.keys(value)) yield { path: [...path, key, pattern], pattern };
      }
      if (typeof value === 'object' && key !== 'enum' && key !== 'const')
        yield* patternsIn(value, [...path, key]);
    }
  }
}

function guarded<T>(
  source: string,
  use: (parsed: ReturnType<typeof parsePattern>) => T,
): Result<T, string> {
  if (source.length > MAX_PATTERN)
    return { ok: false, error: `it is longer than ${MAX_PATTERN} characters` };
  try {
    return { ok: true, value: use(parsePattern(source, FLAGS)) };
  } catch (error) {
    if (error instanceof PatternError) return { ok: false, error: error.message };
    throw error;
  }
}

interface Repeats {
  /** Repetitions without an end. */
  readonly open: number;
  readonly isNested: boolean;
}

function repeatsIn(node: PatternNode, isInside: boolean): Repeats {
  switch (node.type) {
    case 'set':
    case 'assertion':
      return { open: 0, isNested: false };
    case 'group':
      return repeatsIn(node.body, isInside);
    case 'sequence':
      return sum(node.parts.map((part) => repeatsIn(part, isInside)));
    case 'either': {
      const { open, isNested } = sum(node.options.map((option) => repeatsIn(option, isInside)));
      return { open, isNested: isNested || isInside };
    }
    case 'repeat': {
      const isOpen = node.most === undefined || node.most > MAX_COUNTED;
      const { open, isNested } = repeatsIn(node.body, isInside || isOpen);
      return { open: open + (isOpen ? 1 : 0), isNested: isNested || (isInside && isOpen) };
    }
  }
}

function sum(parts: readonly Repeats[]): Repeats {
  return {
    open: parts.reduce((total, { open }) => total + open, 0),
    isNested: parts.some(({ isNested }) => isNested),
  };
}
