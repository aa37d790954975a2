/** The line that a finding is about, with carets under the place. */
import type { Issue } from '../src/core/errors.ts';
import { cellsOf } from './text.ts';
import type { Cell } from './text.ts';

export interface Excerpt {
  /** Number of the line, to be put in the margin. */
  readonly line: number;
  readonly source: string;
  readonly carets: string;
}

const CUT = '…';
/** UTF-16 units looked at before and after the place, whatever the length of the line. */
const BEFORE = 400;
const AFTER = 800;

/** Undefined when the finding has no place, or none in the text. */
export function excerptOf(
  lines: readonly string[],
  issue: Issue,
  columns: number,
): Excerpt | undefined {
  const { line, column = 1 } = issue;
  const text = line === undefined ? undefined : lines[line - 1];
  if (line === undefined || text === undefined) return undefined;
  const start = Math.min(column - 1, text.length);
  const sameLine = issue.end_line === line && issue.end_column !== undefined;
  const end = Math.max(start + 1, sameLine ? (issue.end_column ?? 0) - 1 : text.length);
  const from = Math.max(0, start - BEFORE);
  const cells = cellsOf(text.slice(from, start + AFTER), from);
  const room = Math.max(20, columns);
  const [first, last] = windowOf(cells, start, room);
  const shown = cells.slice(first, last);
  const isCutBefore = first > 0 || from > 0;
  const isCutAfter = last < cells.length || start + AFTER < text.length;
  const left = isCutBefore ? CUT : '';
  return {
    line,
    source: `${left}${shown.map((cell) => cell.shown).join('')}${isCutAfter ? CUT : ''}`,
    carets: `${' '.repeat(left.length)}${caretsUnder(shown, start, end)}`,
  };
}

/** Indexes of the cells to show: all, or those around the place that there is room for. */
function windowOf(cells: readonly Cell[], place: number, room: number): readonly [number, number] {
  const total = widthOf(cells);
  if (total <= room) return [0, cells.length];
  const at = cells.findIndex(({ offset }) => offset >= place);
  let first = at < 0 ? cells.length : at;
  // A third of the room for what comes before, the rest for the place and what follows.
  for (let width = 0; first > 0; first -= 1) {
    width += cells[first - 1]?.width ?? 0;
    if (width > room / 3) break;
  }
  let last = first;
  for (let width = 2; last < cells.length; last += 1) {
    width += cells[last]?.width ?? 0;
    if (width > room) break;
  }
  return [first, last];
}

function caretsUnder(cells: readonly Cell[], start: number, end: number): string {
  const before = cells.filter(({ offset }) => offset < start);
  const under = cells.filter(({ offset }) => offset >= start && offset < end);
  return ' '.repeat(widthOf(before)) + '^'.repeat(Math.max(1, widthOf(under)));
}

function widthOf(cells: readonly Cell[]): number {
  return cells.reduce((sum, { width }) => sum + width, 0);
}
