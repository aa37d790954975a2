/** Parses the part of Python's regular expressions that a matcher without backtracking can run. */

export type PatternNode =
  | {
      readonly type: 'set';
      readonly matches: (point: number) => boolean;
      readonly literal?: string;
    }
  | { readonly type: 'assertion'; readonly kind: Assertion }
  | { readonly type: 'sequence'; readonly parts: readonly PatternNode[] }
  | { readonly type: 'either'; readonly options: readonly PatternNode[] }
  | { readonly type: 'group'; readonly index: number; readonly body: PatternNode }
  | {
      readonly type: 'repeat';
      readonly body: PatternNode;
      readonly least: number;
      /** Undefined for no limit. */
      readonly most: number | undefined;
      readonly isLazy: boolean;
    };

export type Assertion =
  | 'start'
  | 'end'
  | 'line_start'
  | 'line_end'
  | 'last_line_end'
  | 'boundary'
  | 'no_boundary';

export interface Flags {
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
}

export interface Pattern {
  readonly root: PatternNode;
  /** Capturing groups, without the whole match. */
  readonly groups: number;
  readonly names: ReadonlyMap<string, number>;
}

/** A pattern that cannot be used; the message says why. */
export class PatternError extends Error {}

const MAX_NESTING = 50;
const MAX_REPEAT = 1000;

interface Reader {
  readonly source: string;
  readonly names: Map<string, number>;
  flags: Flags;
  position: number;
  groups: number;
  nesting: number;
}

export function parsePattern(source: string, flags: Flags): Pattern {
  const reader: Reader = { source, names: new Map(), flags, position: 0, groups: 0, nesting: 0 };
  readFlags(reader);
  const root = readEither(reader);
  if (reader.position < source.length) throw new PatternError('the pattern has a ")" too many');
  return { root, groups: reader.groups, names: reader.names };
}

/** `(?ims)` at the start holds for the whole pattern. */
function readFlags(reader: Reader): void {
  const found = /^\(\?([aimsux]+)\)/.exec(reader.source);
  if (found === null) return;
  const letters = found[1] ?? '';
  if (letters.includes('x')) throw new PatternError('the flag "x" is not supported');
  reader.position = found[0].length;
  reader.flags = {
    ignoreCase: reader.flags.ignoreCase || letters.includes('i'),
    multiline: reader.flags.multiline || letters.includes('m'),
    dotAll: reader.flags.dotAll || letters.includes('s'),
  };
}

function take(reader: Reader): string {
  const point = reader.source.codePointAt(reader.position);
  if (point === undefined) throw new PatternError('the pattern ends too early');
  const character = String.fromCodePoint(point);
  reader.position += character.length;
  return character;
}

function accept(reader: Reader, text: string): boolean {
  if (!reader.source.startsWith(text, reader.position)) return false;
  reader.position += text.length;
  return true;
}

function readEither(reader: Reader): PatternNode {
  const options = [readSequence(reader)];
  while (accept(reader, '|')) options.push(readSequence(reader));
  const [only] = options;
  return options.length === 1 && only !== undefined ? only : { type: 'either', options };
}

function readSequence(reader: Reader): PatternNode {
  const parts: PatternNode[] = [];
  while (reader.position < reader.source.length) {
    const next = reader.source[reader.position];
    if (next === '|' || next === ')') break;
    parts.push(readRepeat(reader, readAtom(reader)));
  }
  return { type: 'sequence', parts };
}

function readRepeat(reader: Reader, body: PatternNode): PatternNode {
  const range = readRange(reader);
  if (range === undefined) return body;
  const isLazy = accept(reader, '?');
  if (accept(reader, '+')) throw new PatternError('possessive repetition is not supported');
  const node: PatternNode = { type: 'repeat', body, ...range, isLazy };
  if (readRange(reader) !== undefined) throw new PatternError('the pattern repeats a repetition');
  return node;
}

function readRange(reader: Reader): { least: number; most: number | undefined } | undefined {
  if (accept(reader, '*')) return { least: 0, most: undefined };
  if (accept(reader, '+')) return { least: 1, most: undefined };
  if (accept(reader, '?')) return { least: 0, most: 1 };
  const found = /^\{(?:(\d{1,6})(,(\d{0,6}))?|,(\d{1,6}))\}/.exec(
    reader.source.slice(reader.position, reader.position + 20),
  );
  if (found === null) return undefined;
  reader.position += found[0].length;
  const [, least = '0', comma, high, only] = found;
  const upper = only ?? (comma === undefined ? least : high === '' ? undefined : high);
  const range = { least: Number(least), most: upper === undefined ? undefined : Number(upper) };
  if (Math.max(range.least, range.most ?? 0) > MAX_REPEAT) {
    throw new PatternError(`the pattern repeats more than ${MAX_REPEAT} times`);
  }
  if (range.most !== undefined && range.most < range.least) {
    throw new PatternError('the pattern has an empty range of repetitions');
  }
  return range;
}

function readAtom(reader: Reader): PatternNode {
  const { flags } = reader;
  const character = take(reader);
  switch (character) {
    case '.':
      return { type: 'set', matches: (point) => flags.dotAll || point !== 10 };
    case '^':
      return { type: 'assertion', kind: flags.multiline ? 'line_start' : 'start' };
    case '$':
      return { type: 'assertion', kind: flags.multiline ? 'line_end' : 'last_line_end' };
    case '(':
      return readGroup(reader);
    case '[':
      return { type: 'set', matches: readClass(reader) };
    case '\\':
      return readEscape(reader);
    case '*':
    case '+':
    case '?':
      throw new PatternError('the pattern repeats nothing');
    default:
      return literal(character, flags);
  }
}

function literal(character: string, flags: Flags): PatternNode {
  const point = character.codePointAt(0) ?? 0;
  if (!flags.ignoreCase)
    return { type: 'set', matches: (other) => other === point, literal: character };
  return { type: 'set', matches: foldCase((other) => other === point) };
}

/** A set that also matches the other case of each of its characters. */
function foldCase(matches: (point: number) => boolean): (point: number) => boolean {
  return (point) => {
    if (matches(point)) return true;
    const text = String.fromCodePoint(point);
    return (
      matches(text.toLowerCase().codePointAt(0) ?? 0) ||
      matches(text.toUpperCase().codePointAt(0) ?? 0)
    );
  };
}

function readGroup(reader: Reader): PatternNode {
  reader.nesting += 1;
  if (reader.nesting > MAX_NESTING) throw new PatternError('the pattern nests too deeply');
  let index: number | undefined;
  if (!accept(reader, '?:')) {
    const name = /^\?P<([A-Za-z_]\w{0,60})>/.exec(
      reader.source.slice(reader.position, reader.position + 70),
    );
    if (name !== null) reader.position += name[0].length;
    else if (accept(reader, '?')) {
      throw new PatternError(
        'the pattern looks around or refers back, which takes no bounded time',
      );
    }
    reader.groups += 1;
    index = reader.groups;
    if (name?.[1] !== undefined) reader.names.set(name[1], index);
  }
  const body = readEither(reader);
  if (!accept(reader, ')')) throw new PatternError('the pattern has a "(" too many');
  reader.nesting -= 1;
  return index === undefined ? body : { type: 'group', index, body };
}

const WORD = /[\p{L}\p{N}_]/u;
const DIGIT = /\p{Nd}/u;
const SPACE = /\s/;

export function isWord(point: number): boolean {
  if (point < 128) return (point >= 48 && point <= 57) || point === 95 || isAsciiLetter(point);
  return WORD.test(String.fromCodePoint(point));
}

function isAsciiLetter(point: number): boolean {
  return (point >= 65 && point <= 90) || (point >= 97 && point <= 122);
}

function classOf(letter: string): ((point: number) => boolean) | undefined {
  switch (letter) {
    case 'w':
      return isWord;
    case 'W':
      return (point) => !isWord(point);
    case 'd':
      return (point) => DIGIT.test(String.fromCodePoint(point));
    case 'D':
      return (point) => !DIGIT.test(String.fromCodePoint(point));
    case 's':
      return (point) => SPACE.test(String.fromCodePoint(point));
    case 'S':
      return (point) => !SPACE.test(String.fromCodePoint(point));
    default:
      return undefined;
  }
}

const ASSERTIONS: Readonly<Record<string, Assertion>> = {
  A: 'start',
  Z: 'end',
  b: 'boundary',
  B: 'no_boundary',
};

function readEscape(reader: Reader): PatternNode {
  const letter = take(reader);
  const kind = Object.hasOwn(ASSERTIONS, letter) ? ASSERTIONS[letter] : undefined;
  if (kind !== undefined) return { type: 'assertion', kind };
  const matches = classOf(letter);
  if (matches !== undefined) return { type: 'set', matches };
  if (/[1-9]/.test(letter)) {
    throw new PatternError('the pattern looks around or refers back, which takes no bounded time');
  }
  return literal(escaped(reader, letter), reader.flags);
}

const CONTROLS: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  f: '\f',
  v: '\v',
  a: '\u0007',
  '0': '\0',
};

function escaped(reader: Reader, letter: string): string {
  if (Object.hasOwn(CONTROLS, letter)) return CONTROLS[letter] ?? letter;
  const length = letter === 'x' ? 2 : letter === 'u' ? 4 : letter === 'U' ? 8 : 0;
  if (length > 0) {
    const hex = reader.source.slice(reader.position, reader.position + length);
    const code =
      /^[0-9a-fA-F]+$/.test(hex) && hex.length === length ? Number.parseInt(hex, 16) : -1;
    if (code < 0 || code > 0x10ffff) throw new PatternError('the pattern has a broken escape');
    reader.position += length;
    return String.fromCodePoint(code);
  }
  if (/[A-Za-z]/.test(letter)) throw new PatternError(`the escape "\\${letter}" is not supported`);
  return letter;
}

function readClass(reader: Reader): (point: number) => boolean {
  const isNegated = accept(reader, '^');
  const tests: ((point: number) => boolean)[] = [];
  let isFirst = true;
  while (isFirst || !accept(reader, ']')) {
    isFirst = false;
    tests.push(readClassItem(reader));
  }
  const matches = (point: number) => tests.some((test) => test(point));
  const folded = reader.flags.ignoreCase ? foldCase(matches) : matches;
  return isNegated ? (point) => !folded(point) : folded;
}

function readClassItem(reader: Reader): (point: number) => boolean {
  const low = readClassCharacter(reader);
  const { source, position } = reader;
  const isRange =
    source[position] === '-' && source[position + 1] !== ']' && position + 1 < source.length;
  if (isRange && typeof low === 'function')
    throw new PatternError('the pattern has a broken range');
  if (typeof low === 'function') return low;
  if (!isRange) return (point) => point === low;
  reader.position += 1;
  const high = readClassCharacter(reader);
  if (typeof high === 'function' || high < low)
    throw new PatternError('the pattern has a broken range');
  return (point) => point >= low && point <= high;
}

function readClassCharacter(reader: Reader): number | ((point: number) => boolean) {
  const character = take(reader);
  if (character !== '\\') return character.codePointAt(0) ?? 0;
  const letter = take(reader);
  if (letter === 'b') return 8;
  return classOf(letter) ?? escaped(reader, letter).codePointAt(0) ?? 0;
}
