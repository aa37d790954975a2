/** Collects findings with their places. Nothing stops at the first fault. */
import type { Issue } from '../errors.ts';
import { shortened } from '../shortened.ts';
import type { Place } from '../yaml/text-place.ts';
import { CODES } from './codes.ts';
import type { RecipeCode } from './codes.ts';
import { LIMITS } from './limits.ts';
import { pointerOf } from './path.ts';
import type { Path } from './path.ts';
import type { Spot } from './place.ts';

export interface Finding extends Spot {
  readonly code: RecipeCode;
  readonly path: Path;
  readonly detail: string;
  /** Default: the severity of the code's row. */
  readonly severity?: Issue['severity'];
  /** A function when it takes time to find: not every finding is kept. */
  readonly suggestion?: string | undefined | (() => string | undefined);
}

export interface Report {
  readonly strict: boolean;
  add(finding: Finding): void;
  /** Adds a finding whose place is known already. */
  addPlaced(issue: Omit<Issue, 'severity' | 'code'> & { readonly code: RecipeCode }): void;
  readonly hasErrors: boolean;
  readonly errorCount: number;
  /** In order of place, without repetitions. */
  list(): readonly Issue[];
}

/** Enough to choose the first 200 from, and a bound for texts made of faults. */
const KEPT = LIMITS.diagnostics * 10;
/** Findings about one value: finding their places takes time that grows with its length. */
const KEPT_OF_ONE = 20;

export function createReport(
  placeOf: (path: Path, spot: Spot) => Place,
  options: { strict: boolean },
): Report {
  const kept = new Map<string, Kept>();
  const counts = new Map<string, number>();
  let errorCount = 0;

  /** Errors decide whether there is a plan, so they never give way to warnings. */
  function hasRoom(pointer: string, severity: Issue['severity']): boolean {
    const isError = severity === 'error';
    if (isError) errorCount += 1;
    const key = `${isError} ${pointer}`;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return count <= KEPT_OF_ONE && kept.size < (isError ? KEPT : KEPT / 2);
  }

  function keep(given: Issue, suggest?: Finding['suggestion']): void {
    const issue = { ...given, detail: shortened(given.detail) };
    const key = `${issue.line}:${issue.column} ${issue.code} ${issue.detail}`;
    if (!kept.has(key)) kept.set(key, { issue, suggest });
  }

  return {
    strict: options.strict,
    get hasErrors() {
      return errorCount > 0;
    },
    get errorCount() {
      return errorCount;
    },
    add({ code, path, detail, severity = severityOf(code, options.strict), suggestion, ...spot }) {
      const pointer = pointerOf(path);
      if (!hasRoom(pointer, severity)) return;
      keep({ severity, code, detail, pointer, ...placeOf(path, spot) }, suggestion);
    },
    addPlaced(issue) {
      const severity = severityOf(issue.code, options.strict);
      if (hasRoom(`${issue.line}:${issue.column}`, severity)) keep({ severity, ...issue });
    },
    list: () => inOrder([...kept.values()]).map(finished),
  };
}

interface Kept {
  readonly issue: Issue;
  readonly suggest: Finding['suggestion'];
}

function finished({ issue, suggest }: Kept): Issue {
  const suggestion = typeof suggest === 'function' ? suggest() : suggest;
  return suggestion === undefined ? issue : { ...issue, suggestion: shortened(suggestion) };
}

export function severityOf(code: RecipeCode, strict: boolean): Issue['severity'] {
  const row: { readonly severity: Issue['severity']; readonly strict?: Issue['severity'] } =
    CODES[code];
  return strict ? (row.strict ?? row.severity) : row.severity;
}

function inOrder(all: readonly Kept[]): readonly Kept[] {
  const sorted = all.toSorted(byPlace);
  if (sorted.length <= LIMITS.diagnostics) return sorted;
  const errors = sorted.filter(({ issue }) => issue.severity === 'error');
  const rest = sorted.filter(({ issue }) => issue.severity !== 'error');
  return [...errors, ...rest].slice(0, LIMITS.diagnostics).toSorted(byPlace);
}

function byPlace({ issue: a }: Kept, { issue: b }: Kept): number {
  const byLine = (a.line ?? 0) - (b.line ?? 0);
  if (byLine !== 0) return byLine;
  const byColumn = (a.column ?? 0) - (b.column ?? 0);
  if (byColumn !== 0) return byColumn;
  return a.code < b.code ? -1 : a.code > b.code ? 1 : 0;
}
