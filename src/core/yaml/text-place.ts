/** From offsets in a text to lines and columns, none of which lies outside it. */
import { LineCounter } from 'yaml';

/** Counted from 1; the end is exclusive: at most just past the last character. */
export interface Place {
  readonly line: number;
  readonly column: number;
  readonly end_line: number;
  readonly end_column: number;
}

/** UTF-16 offsets, the end exclusive. */
export type Range = readonly [start: number, end: number];

export interface Lines {
  readonly text: string;
  readonly counter: LineCounter;
}

/** From the text itself: the parser's own count misses line breaks once it has met a fault. */
export function linesOf(text: string): Lines {
  const counter = new LineCounter();
  for (let start = 0; start >= 0 && start <= text.length;) {
    counter.addNewLine(start);
    const end = text.indexOf('\n', start);
    start = end === -1 ? -1 : end + 1;
  }
  return { text, counter };
}

/** The parser says that something is missing with a place behind the text. */
export function placeOfRange({ text, counter }: Lines, range: Range): Place {
  const inside = (offset: number): number => Math.max(0, Math.min(offset, text.length));
  const start = counter.linePos(inside(range[0]));
  const end = counter.linePos(inside(Math.max(range[1], range[0])));
  return { line: start.line, column: start.col, end_line: end.line, end_column: end.col };
}
