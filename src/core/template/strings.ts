/** Python's string operations that filters and methods share. */
import { chargeChars, chargeText, templateError, type Runtime } from './runtime.ts';
import { trim, wordsOf, type Side } from './letters.ts';
import { lengthOf } from './text.ts';

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
  const places = wordsOf(text);
  const words = places.map(({ start, end }) => text.slice(start, end));
  if (limit < 0 || words.length <= limit) return words;
  return [...words.slice(0, limit), text.slice(places[limit]?.start)];
}

export function splitFromEnd(text: string, separator: string | undefined, limit: number): string[] {
  if (separator !== undefined) {
    const parts = text.split(separator);
    if (limit < 0 || parts.length <= limit + 1) return parts;
    const kept = parts.length - limit;
    return [parts.slice(0, kept).join(separator), ...parts.slice(kept)];
  }
  const places = wordsOf(text);
  const words = places.map(({ start, end }) => text.slice(start, end));
  if (limit < 0 || words.length <= limit) return words;
  const kept = words.length - limit;
  return [trim(text.slice(0, places[kept]?.start), 'end'), ...words.slice(kept)];
}

/** Spaces up to the next column that `size` divides; a line break starts over. */
export function expandTabs(text: string, size: number): string {
  let column = 0;
  return text.replace(/[\t\n\r]|[^\t\n\r]+/g, (part) => {
    if (part === '\n' || part === '\r') column = 0;
    if (part !== '\t') {
      column += part === '\n' || part === '\r' ? 0 : Array.from(part).length;
      return part;
    }
    const missing = size > 0 ? size - (column % size) : 0;
    column += missing;
    return ' '.repeat(missing);
  });
}
