/** Cuts a template into tokens by Jinja's rules, keeping the place of each. */
import { MAX_NESTING, syntaxFault, tooNested } from './fault.ts';
import { trim } from './letters.ts';

export type TokenType =
  | 'text'
  | 'output_open'
  | 'output_close'
  | 'tag_open'
  | 'tag_close'
  | 'name'
  | 'string'
  | 'number'
  | 'operator'
  | 'end';

export interface Token {
  readonly type: TokenType;
  /** The text, the name, the operator, or the string after its escapes. */
  readonly value: string;
  readonly number: number;
  readonly offset: number;
}

interface Lexer {
  readonly source: string;
  /** Where the template ends: one last line break does not count. */
  readonly end: number;
  readonly tokens: Token[];
  position: number;
  /** The last tag ended with `-`, so white space after it is dropped. */
  trimNext: boolean;
}

const [DIGIT_0, DIGIT_9, LETTER_A, LETTER_Z, UNDERSCORE] = [0x30, 0x39, 0x41, 0x5a, 0x5f];
const [SINGLE_QUOTE, DOUBLE_QUOTE] = [0x27, 0x22];

const OPENING = /\{[{%#]/g;
const RAW = /\{%[-+]?\s*raw\s*(-?)%\}/y;
const END_RAW = /\{%(-?)\+?\s*endraw\s*(-?)\+?%\}/g;
const SPACE = /\s+/y;
const NAME = /[\p{ID_Start}_]\p{ID_Continue}*/uy;
const RADIX = /0(?:[xX](?:_?[0-9a-fA-F])+|[oO](?:_?[0-7])+|[bB](?:_?[01])+)/y;
const FLOAT =
  /(?<!\.)\d+(?:_\d+)*(?:\.\d+(?:_\d+)*(?:[eE][+-]?\d+(?:_\d+)*)?|[eE][+-]?\d+(?:_\d+)*)/y;
const INTEGER = /\d+(?:_\d+)*/y;
const STRING = /'[^'\\]*(?:\\[\s\S][^'\\]*)*'|"[^"\\]*(?:\\[\s\S][^"\\]*)*"/y;
const OPERATOR = /\/\/|\*\*|==|!=|<=|>=|[-+*/%~<>=()[\]{}.,:|]/y;
const CLOSERS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
const TYPOS: Readonly<Record<string, string>> = { '&': 'and', '!': 'not', '?': 'x if y else z' };

export function tokenize(source: string): readonly Token[] {
  const lexer = createLexer(source);
  while (lexer.position < lexer.end) readText(lexer);
  push(lexer, 'end', '', lexer.end);
  return lexer.tokens;
}

/** The whole source is one expression, without delimiters. */
export function tokenizeExpression(source: string): readonly Token[] {
  const lexer = createLexer(source);
  readCode(lexer, undefined);
  push(lexer, 'end', '', lexer.end);
  return lexer.tokens;
}

function createLexer(source: string): Lexer {
  const lineBreak = /(?:\r\n|\r|\n)$/.exec(source.slice(-2))?.[0] ?? '';
  const end = source.length - lineBreak.length;
  return { source, end, tokens: [], position: 0, trimNext: false };
}

function push(lexer: Lexer, type: TokenType, value: string, offset: number): void {
  lexer.tokens.push({ type, value, number: 0, offset });
}

function readText(lexer: Lexer): void {
  OPENING.lastIndex = lexer.position;
  const found = OPENING.exec(lexer.source);
  const start = found === null || found.index >= lexer.end ? lexer.end : found.index;
  const control = lexer.source[start + 2];
  pushText(lexer, start, start < lexer.end && control === '-');
  lexer.position = start;
  if (start >= lexer.end) return;
  if (lexer.source[start + 1] === '#') readComment(lexer);
  else if (lexer.source[start + 1] === '{') readTag(lexer, 'output', 'output_open');
  else if (!readRaw(lexer)) readTag(lexer, 'tag', 'tag_open');
}

function pushText(lexer: Lexer, end: number, trimEnd: boolean): void {
  let text = lexer.source.slice(lexer.position, end);
  if (lexer.trimNext) text = trim(text, 'start');
  if (trimEnd) text = trim(text, 'end');
  lexer.trimNext = false;
  if (text !== '') push(lexer, 'text', text.replace(/\r\n?/g, '\n'), lexer.position);
}

function readComment(lexer: Lexer): void {
  const close = lexer.source.indexOf('#}', lexer.position + 2);
  if (close === -1 || close + 2 > lexer.end) {
    throw syntaxFault('Cannot find the end of this comment', lexer.position, '#}');
  }
  // the dash of `{#-#}` is the opening one
  lexer.trimNext = close > lexer.position + 3 && lexer.source[close - 1] === '-';
  lexer.position = close + 2;
}

function readRaw(lexer: Lexer): boolean {
  const open = match(lexer, RAW);
  if (open === undefined) return false;
  const start = lexer.position;
  END_RAW.lastIndex = start + open.length;
  const close = END_RAW.exec(lexer.source);
  if (close === null)
    throw syntaxFault('Cannot find the end of this raw block', start, '{% endraw %}');
  lexer.position = start + open.length;
  lexer.trimNext = open.endsWith('-%}');
  pushText(lexer, close.index, close[1] === '-');
  lexer.position = Math.min(END_RAW.lastIndex, lexer.end);
  lexer.trimNext = close[2] === '-';
  return true;
}

function readTag(lexer: Lexer, kind: 'output' | 'tag', open: TokenType): void {
  push(lexer, open, '', lexer.position);
  lexer.position += 2;
  const control = lexer.source[lexer.position];
  if (control === '-' || control === '+') lexer.position += 1;
  readCode(lexer, kind);
}

/** Reads tokens up to the end of the tag, or of the source when there is no tag. */
function readCode(lexer: Lexer, kind: 'output' | 'tag' | undefined): void {
  const opened = lexer.position;
  const brackets: string[] = [];
  while (true) {
    match(lexer, SPACE, true);
    if (lexer.position >= lexer.end) {
      if (kind === undefined && brackets.length === 0) return;
      const missing = brackets.at(-1) ?? (kind === 'output' ? '}}' : '%}');
      throw syntaxFault(
        `Cannot find "${missing}"`,
        kind === undefined ? lexer.end : opened,
        missing,
      );
    }
    if (kind !== undefined && brackets.length === 0 && readClose(lexer, kind)) return;
    readToken(lexer, brackets);
  }
}

function readClose(lexer: Lexer, kind: 'output' | 'tag'): boolean {
  const { source, position } = lexer;
  const close = kind === 'output' ? '}}' : '%}';
  const control = source[position] ?? '';
  const signed = control === '-' || (control === '+' && kind === 'tag');
  const start = signed ? position + 1 : position;
  if (!source.startsWith(close, start)) return false;
  push(lexer, kind === 'output' ? 'output_close' : 'tag_close', '', position);
  lexer.position = start + 2;
  lexer.trimNext = control === '-';
  return true;
}

function readToken(lexer: Lexer, brackets: string[]): void {
  const offset = lexer.position;
  const code = lexer.source.charCodeAt(offset);
  if (isWordUnit(code)) {
    if (code >= DIGIT_0 && code <= DIGIT_9) return readNumber(lexer);
    const name = match(lexer, NAME, true);
    if (name !== undefined) return push(lexer, 'name', name, offset);
  }
  if (code === SINGLE_QUOTE || code === DOUBLE_QUOTE) {
    const text = match(lexer, STRING, true);
    if (text === undefined) throw unexpected(lexer);
    return push(lexer, 'string', unescape(text.slice(1, -1), offset), offset);
  }
  readOperator(lexer, brackets);
}

/** Letters, digits, `_`, and all beyond ASCII, where the pattern for names decides. */
function isWordUnit(code: number): boolean {
  if (code >= 128 || code === UNDERSCORE) return true;
  const upper = code & ~0x20;
  return (upper >= LETTER_A && upper <= LETTER_Z) || (code >= DIGIT_0 && code <= DIGIT_9);
}

function readNumber(lexer: Lexer): void {
  const offset = lexer.position;
  const value =
    match(lexer, RADIX, true) ?? match(lexer, FLOAT, true) ?? match(lexer, INTEGER, true) ?? '';
  const number = Number(value.replaceAll('_', ''));
  if (!Number.isFinite(number)) throw syntaxFault(`Cannot hold the number "${value}"`, offset);
  lexer.tokens.push({ type: 'number', value, number, offset });
}

function readOperator(lexer: Lexer, brackets: string[]): void {
  const offset = lexer.position;
  const operator = lexer.source.startsWith('||', offset) ? undefined : match(lexer, OPERATOR, true);
  if (operator === undefined) throw unexpected(lexer);
  const closer = CLOSERS[operator];
  if (brackets.length > MAX_NESTING) throw tooNested(offset);
  if (closer !== undefined) brackets.push(closer);
  else if (operator === ')' || operator === ']' || operator === '}') {
    const expected = brackets.pop();
    if (expected !== operator) throw syntaxFault(`Cannot match "${operator}"`, offset, expected);
  }
  push(lexer, 'operator', operator, offset);
}

function unexpected(lexer: Lexer): Error {
  const offset = lexer.position;
  const character = String.fromCodePoint(lexer.source.codePointAt(offset) ?? 0);
  if (character === "'" || character === '"') {
    return syntaxFault('Cannot find the end of this string', offset, character);
  }
  if (lexer.source.startsWith('||', offset)) return syntaxFault('Cannot read "||"', offset, 'or');
  const suggestion = Object.hasOwn(TYPOS, character) ? TYPOS[character] : undefined;
  return syntaxFault(`Cannot read "${character}"`, offset, suggestion);
}

function match(lexer: Lexer, pattern: RegExp, advance = false): string | undefined {
  pattern.lastIndex = lexer.position;
  const found = pattern.exec(lexer.source)?.[0];
  if (found === undefined || lexer.position + found.length > lexer.end) return undefined;
  if (advance) lexer.position += found.length;
  return found;
}

const ESCAPE =
  /\\(?:(\r\n|\r|\n)|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|([\s\S]))/g;
const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\u0007',
  b: '\b',
  f: '\f',
  v: '\v',
  "'": "'",
  '"': '"',
  '\\': '\\',
};

/** Python's escapes; one that it does not know keeps its backslash. */
function unescape(text: string, offset: number): string {
  const lines = text.replace(/\r\n?/g, '\n');
  if (!lines.includes('\\')) return lines;
  return lines.replace(ESCAPE, (whole: string, ...groups: (string | undefined)[]) => {
    const [lineBreak, byte, unit, point, octal, simple] = groups;
    if (lineBreak !== undefined) return '';
    const hex = byte ?? unit ?? point;
    if (hex !== undefined) {
      const code = Number.parseInt(hex, 16);
      if (code > 0x10ffff) throw syntaxFault(`Cannot read the escape "${whole}"`, offset);
      return String.fromCodePoint(code);
    }
    if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
    if (simple === 'x' || simple === 'u' || simple === 'U') {
      throw syntaxFault(`Cannot read the escape "${whole}"`, offset);
    }
    return simple !== undefined && Object.hasOwn(SIMPLE_ESCAPES, simple)
      ? (SIMPLE_ESCAPES[simple] ?? whole)
      : whole;
  });
}
