/** Python's string operations that filters and methods share. */
import { chargeChars, chargeText, templateError, type Runtime } from './runtime.ts';
import { lengthOf } from './text.ts';

export function capitalize(text: string): string {
  const first = String.fromCodePoint(text.codePointAt(0) ?? 0);
  return text === '' ? '' : first.toUpperCase() + text.slice(first.length).toLowerCase();
}

export type Side = 'both' | 'start' | 'end';

/** Takes characters of the set `characters` from the ends. */
export function strip(text: string, characters: string, side: Side): string {
  const set = new Set(characters);
  let [start, end] = [0, text.length];
  while (side !== 'end' && start < end) {
    const first = String.fromCodePoint(text.codePointAt(start) ?? 0);
    if (!set.has(first)) break;
    start += first.length;
  }
  while (side !== 'start' && end > start) {
    const pair = text.slice(Math.max(start, end - 2), end);
    const last = (pair.codePointAt(0) ?? 0) > 0xffff ? pair : pair.slice(-1);
    if (!set.has(last)) break;
    end -= last.length;
  }
  return text.slice(start, end);
}

/** A negative count replaces all; an empty `from` stands between all characters. */
export function replaceText(
  runtime: Runtime,
  text: string,
  { from, to }: { from: string; to: string },
  count: number,
): string {
  if (from === '') chargeChars(runtime, text.length * 4);
  const parts = from === '' ? ['', ...Array.from(text), ''] : text.split(from);
  const joins = count < 0 ? parts.length - 1 : Math.min(count, parts.length - 1);
  chargeText(runtime, text.length + joins * Math.max(0, to.length - from.length));
  const head = parts.slice(0, joins + 1).join(to);
  const tail = parts.slice(joins + 1);
  return tail.length === 0 ? head : [head, ...tail].join(from);
}

/** Python's line breaks; the separators of ASCII among them cannot stand in a regular expression. */
const BREAKS = '\n\r\v\f\u001c\u001d\u001e\u0085\u2028\u2029';
const LINE = new RegExp(`[^${BREAKS}]*(?:\\r\\n|[${BREAKS}]|$)`, 'g');
const LINE_BREAK = new RegExp(`(?:\\r\\n|[${BREAKS}])$`);

/** Lines without their breaks; a break at the end opens no further line. */
export function splitLines(text: string, keepEnds = false): string[] {
  const lines = text.match(LINE) ?? [];
  if (lines.at(-1) === '') lines.pop();
  return keepEnds ? lines : lines.map((line) => line.replace(LINE_BREAK, ''));
}

export function pad(
  runtime: Runtime,
  text: string,
  width: number,
  ...[align, fill]: ['left' | 'right' | 'center', string]
): string {
  const missing = width - lengthOf(runtime, text);
  if (missing <= 0) return text;
  if (Array.from(fill).length !== 1)
    throw templateError(runtime, 'expected one character to fill with');
  chargeText(runtime, text.length + missing * fill.length);
  if (align === 'left') return text + fill.repeat(missing);
  if (align === 'right') return fill.repeat(missing) + text;
  // Python puts the odd one on the left when the width is odd too
  const before = (missing >> 1) + (missing & width & 1);
  return fill.repeat(before) + text + fill.repeat(missing - before);
}

/** Splits at white space when there is no separator, as Python does. */
export function split(text: string, separator: string | undefined, limit: number): string[] {
  if (separator !== undefined) {
    const parts = text.split(separator);
    if (limit < 0 || parts.length <= limit + 1) return parts;
    return [...parts.slice(0, limit), parts.slice(limit).join(separator)];
  }
  const words = text.trim().match(/\S+/g) ?? [];
  if (limit < 0 || words.length <= limit) return words;
  const rest = /\S+/g;
  const start = text.trimStart();
  for (let taken = 0; taken < limit; taken += 1) rest.exec(start);
  return [...words.slice(0, limit), start.slice(rest.lastIndex).trimStart()];
}

export function splitFromEnd(text: string, separator: string | undefined, limit: number): string[] {
  if (separator !== undefined) {
    const parts = text.split(separator);
    if (limit < 0 || parts.length <= limit + 1) return parts;
    const kept = parts.length - limit;
    return [parts.slice(0, kept).join(separator), ...parts.slice(kept)];
  }
  const words = text.trim().match(/\S+/g) ?? [];
  if (limit < 0 || words.length <= limit) return words;
  let head = text.trimEnd();
  const tail = words.slice(words.length - limit);
  for (const word of tail.toReversed()) head = head.slice(0, head.length - word.length).trimEnd();
  return [head, ...tail];
}
