/** Values as text: nothing for null, JSON for lists and maps. */
import {
  failAt,
  templateError,
  MAX_TEXT,
  MAX_VALUE_DEPTH,
  chargeChars,
  chargeItems,
  type Runtime,
} from './runtime.ts';
import { isHandle, isList, kindOf, type Value } from './value.ts';

export interface JsonStyle {
  /** Spaces per level; absent: one line. */
  readonly indent?: number;
  readonly sortKeys?: boolean;
  /** Escape what is not ASCII. */
  readonly ascii?: boolean;
  /** Escape `<`, `>`, `&` and `'`, so that the text is safe inside HTML. */
  readonly html?: boolean;
}

export function toText(runtime: Runtime, value: Value): string {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '';
  if (typeof value === 'object') return toJson(runtime, value, {});
  return String(value);
}

export function toJson(runtime: Runtime, value: Value, style: JsonStyle): string {
  const writer: Writer = { runtime, style, parts: [], length: 0 };
  write(writer, value, 0);
  chargeChars(runtime, writer.length);
  chargeItems(runtime, writer.parts.length);
  return writer.parts.join('');
}

interface Writer {
  readonly runtime: Runtime;
  readonly style: JsonStyle;
  readonly parts: string[];
  length: number;
}

function put(writer: Writer, text: string): void {
  writer.length += text.length;
  if (writer.length > MAX_TEXT) {
    const detail = `a text would be longer than ${MAX_TEXT} characters`;
    throw failAt(writer.runtime, 'template_budget', detail);
  }
  writer.parts.push(text);
}

function write(writer: Writer, value: Value, depth: number): void {
  if (typeof value === 'string') return put(writer, quote(value, writer.style));
  if (value === undefined || value === null) return put(writer, 'null');
  if (typeof value !== 'object') return put(writer, String(value));
  if (depth > MAX_VALUE_DEPTH) {
    throw templateError(writer.runtime, `a value nests deeper than ${MAX_VALUE_DEPTH} levels`);
  }
  if (isHandle(value)) throw templateError(writer.runtime, `${kindOf(value)} has no text`);
  if (isList(value)) {
    return writeMembers(writer, '[]', depth, value, (item) => write(writer, item, depth + 1));
  }
  const keys = Object.keys(value);
  if (writer.style.sortKeys === true) keys.sort(byCodePoint);
  writeMembers(writer, '{}', depth, keys, (key) => {
    put(writer, `${quote(key, writer.style)}: `);
    write(writer, value[key], depth + 1);
  });
}

function writeMembers<T>(
  writer: Writer,
  brackets: '[]' | '{}',
  depth: number,
  ...[members, writeOne]: [readonly T[], (member: T) => void]
): void {
  const { indent } = writer.style;
  const lineBreak = (levels: number) =>
    indent === undefined ? '' : `\n${' '.repeat(Math.min(indent * levels, MAX_TEXT))}`;
  put(writer, brackets.charAt(0));
  let isFirst = true;
  for (const member of members) {
    if (!isFirst) put(writer, indent === undefined ? ', ' : ',');
    put(writer, lineBreak(depth + 1));
    writeOne(member);
    isFirst = false;
  }
  if (!isFirst) put(writer, lineBreak(depth));
  put(writer, brackets.charAt(1));
}

function quote(text: string, { ascii = false, html = false }: JsonStyle): string {
  let quoted = JSON.stringify(text);
  if (html) quoted = quoted.replace(/[<>&']/g, escapeUnit);
  // JSON.stringify leaves DEL alone, as Python does
  return ascii ? quoted.replace(/[^\0-\x7f]/g, escapeUnit) : quoted;
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Python orders texts by code point, JavaScript by UTF-16 unit. */
export function byCodePoint(left: string, right: string): number {
  if (left === right) return 0;
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index += 1) {
    const difference = rank(left.charCodeAt(index)) - rank(right.charCodeAt(index));
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** Surrogates stand for the highest code points, so they rank above every other unit. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

const SURROGATE = /[\ud800-\udfff]/;

/** The characters of a text as Python counts them. */
export function charactersOf(runtime: Runtime, text: string): readonly string[] {
  chargeChars(runtime, text.length * 8);
  return SURROGATE.test(text) ? Array.from(text) : text.split('');
}

export function lengthOf(runtime: Runtime, text: string): number {
  chargeChars(runtime, text.length);
  if (!SURROGATE.test(text)) return text.length;
  let pairs = 0;
  for (let index = 1; index < text.length; index += 1) {
    if (isLow(text.charCodeAt(index)) && isHigh(text.charCodeAt(index - 1))) pairs += 1;
  }
  return text.length - pairs;
}

/** Characters from `start` up to `end`, both within the text and counted as Python does. */
export function sliceText(runtime: Runtime, text: string, start: number, end?: number): string {
  chargeChars(runtime, text.length);
  if (!SURROGATE.test(text)) return text.slice(start, end);
  return charactersOf(runtime, text).slice(start, end).join('');
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
