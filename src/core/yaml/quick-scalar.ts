/** Scalars as YAML 1.2's core schema reads them, with `yes`, `no`, `on` and `off`; whatever is unusual gives up. */
import { giveUp } from './quick-text.ts';
import type { QuickText } from './quick-text.ts';

type Scalar = string | number | boolean | null;

const WORDS: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ...['~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['true', 'True', 'TRUE', 'yes', 'Yes', 'YES', 'on', 'On', 'ON'].map(
    (word) => [word, true] as const,
  ),
  ...['false', 'False', 'FALSE', 'no', 'No', 'NO', 'off', 'Off', 'OFF'].map(
    (word) => [word, false] as const,
  ),
]);
const NUMBER = /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?$/;
/** All other spellings of numbers: what they stand for is the library's to say. */
const OTHER_NUMBER =
  /^(?:[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|0o[0-7]+|0x[\da-f]+|[-+]?\.inf|\.nan)$/i;
const MAYBE_NUMBER = /^[-+.\d]/;
const LONGEST_WORD = 5;

export function plainScalar(quick: QuickText, source: string): Scalar {
  if (source.length <= LONGEST_WORD) {
    const word = WORDS.get(source);
    if (word !== undefined) return word;
  }
  if (!MAYBE_NUMBER.test(source)) return source;
  if (NUMBER.test(source)) return numberOf(quick, source);
  return OTHER_NUMBER.test(source) ? giveUp() : source;
}

function numberOf(quick: QuickText, source: string): number {
  const value = Number(source);
  if (Object.is(value, -0)) giveUp();
  if (String(value) !== source) quick.texts.set(quick.path.join('\0'), source);
  return value;
}

const INDICATORS = new Set('?:,[]{}#&*!|>\'"%@`');

/** Whether a plain scalar of ours may begin so. */
export function beginsPlain(text: string, at: number): boolean {
  const first = text[at] ?? '';
  if (first === '-') return /[^\s,[\]{}-]/.test(text[at + 1] ?? ' ');
  return first !== '' && !INDICATORS.has(first);
}

export interface Quoted {
  readonly value: string;
  /** Offset behind the closing quote. */
  readonly end: number;
}

const JSON_ESCAPES = /^(?:[^\\]|\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4}))*$/;

/** A quoted text that ends in the line it began in. */
export function quotedScalar({ text, end: lineEnd }: QuickText, at: number): Quoted {
  const quote = text[at] ?? '';
  let end = at;
  do {
    end = text.indexOf(quote, end + 1);
    if (end === -1 || end >= lineEnd) giveUp();
    // A quote is doubled in single quotes, and stands behind a backslash in double ones.
    if (quote === "'" && text[end + 1] === "'") end += 1;
    else if (quote === "'" || !isEscaped(text, at, end)) break;
  } while (end < lineEnd);
  const inner = text.slice(at + 1, end);
  return { value: quote === "'" ? inner.replaceAll("''", "'") : unescaped(inner), end: end + 1 };
}

function isEscaped(text: string, from: number, at: number): boolean {
  let slashes = 0;
  while (at - slashes - 1 > from && text[at - slashes - 1] === '\\') slashes += 1;
  return slashes % 2 === 1;
}

function unescaped(inner: string): string {
  if (!inner.includes('\\')) return inner;
  if (!JSON_ESCAPES.test(inner)) giveUp();
  // SAFETY: a JSON text in quotes is a string.
  return JSON.parse(`"${inner}"`) as string;
}

/** As written, and as read: YAML looks no further for the colon. */
export const MAX_KEY = 1000;
const KEY = /^(?:[A-Za-z_$/][\w$./ ()+-]*|<<|\d+)$/;

export function plainKey(source: string): string {
  return KEY.test(source) ? checkedKey(source) : giveUp();
}

export function checkedKey(key: string): string {
  return key === '__proto__' || key.length > MAX_KEY ? giveUp() : key;
}
