/** Replaces by a pattern, as Python's `re.sub` does, in bounded time. */
import { compilePattern, findMatch, type Match, type Program } from './pattern-match.ts';
import { parsePattern, PatternError } from './pattern-parse.ts';
import {
  boundText,
  charge,
  chargeChars,
  chargeText,
  templateError,
  type Runtime,
} from './runtime.ts';

export interface Replacement {
  readonly pattern: string;
  readonly replacement: string;
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  /** How many to replace, 0 for all. */
  readonly count: number;
}

const MAX_PATTERN = 1000;
/** Instructions of the matcher that cost one step. */
const WORK_PER_STEP = 4;

export function replacePattern(runtime: Runtime, text: string, options: Replacement): string {
  const program = compile(runtime, options);
  checkReplacement(runtime, options.replacement, program);
  const expand = parseReplacement(options.replacement, program);
  const parts: string[] = [];
  let [position, length] = [0, 0];
  let notEmptyAt: number | undefined;
  const put = (part: string) => {
    length += part.length;
    boundText(runtime, length);
    chargeChars(runtime, part.length);
    parts.push(part);
  };
  const pay = (work: number) => charge(runtime, work / WORK_PER_STEP);
  for (let count = 0; options.count <= 0 || count < options.count; count += 1) {
    const match = findMatch(program, { text, start: position, notEmptyAt }, pay);
    if (match === undefined) break;
    const [start = 0, end = 0] = match;
    chargeChars(runtime, options.replacement.length * 8);
    put(text.slice(position, start) + expand(text, match));
    position = end;
    notEmptyAt = start === end ? end : undefined;
  }
  chargeText(runtime, length + text.length - position);
  return parts.join('') + text.slice(position);
}

function compile(runtime: Runtime, options: Replacement): Program {
  const { pattern, ignoreCase, multiline } = options;
  if (pattern.length > MAX_PATTERN) {
    throw templateError(runtime, `the pattern is longer than ${MAX_PATTERN} characters`);
  }
  try {
    const program = compilePattern(parsePattern(pattern, { ignoreCase, multiline, dotAll: false }));
    charge(runtime, program.instructions.length / WORK_PER_STEP);
    return program;
  } catch (error) {
    if (error instanceof PatternError)
      throw templateError(runtime, `cannot use this pattern: ${error.message}`);
    throw error;
  }
}

const REFERENCE = /\\(?:g<(\w{1,60})>|(\d{1,2})|([\s\S]))/g;

function groupOf(key: string, { names, slots }: Program): number | undefined {
  const group = /^\d+$/.test(key) ? Number(key) : names.get(key);
  return group === undefined || group * 2 >= slots ? undefined : group;
}

/** A group that the pattern does not have is a mistake, and not an empty text. */
function checkReplacement(runtime: Runtime, source: string, program: Program): void {
  for (const [whole, name, digits] of source.matchAll(REFERENCE)) {
    const key = name ?? digits;
    if (key !== undefined && groupOf(key, program) === undefined)
      throw templateError(runtime, `the pattern has no group for "${whole}"`);
  }
}

/** `\1`, `\g<1>` and `\g<name>` stand for groups, `\n` and its kin for what they say. */
function parseReplacement(
  source: string,
  program: Program,
): (text: string, match: Match) => string {
  if (!source.includes('\\')) return () => source;
  return (text, match) =>
    source.replace(REFERENCE, (whole: string, name?: string, digits?: string, letter?: string) => {
      if (letter === 'n') return '\n';
      if (letter === 't') return '\t';
      if (letter !== undefined) return letter === '\\' ? '\\' : whole;
      const group = groupOf(name ?? digits ?? '', program) ?? 0;
      const start = match[group * 2] ?? -1;
      return start === -1 ? '' : text.slice(start, match[group * 2 + 1]);
    });
}
