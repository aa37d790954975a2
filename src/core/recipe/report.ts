/** Collects findings with their places. Nothing stops at the first fault. */
import type { Issue } from '../errors.ts';
import { CODES } from './codes.ts';
import type { RecipeCode } from './codes.ts';
import { LIMITS } from './limits.ts';
import { pointerOf } from './path.ts';
import type { Path } from './path.ts';
import type { Place, Spot } from './place.ts';

export interface Finding extends Spot {
  readonly code: RecipeCode;
  readonly path: Path;
  readonly detail: string;
  /** Default: the severity of the code's row. */
  readonly severity?: Issue['severity'];
  readonly suggestion?: string | undefined;
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
const KEPT = LIMITS.diagnostics * 20;

export function createReport(
  placeOf: (path: Path, spot: Spot) => Place,
  options: { strict: boolean },
): Report {
  const issues = new Map<string, Issue>();
  let errorCount = 0;

  function keep(issue: Issue): void {
    if (issue.severity === 'error') errorCount += 1;
    if (issues.size >= KEPT && issue.severity !== 'error') return;
    if (issues.size >= KEPT * 2) return;
    const key = `${issue.line}:${issue.column} ${issue.code} ${issue.detail}`;
    if (!issues.has(key)) issues.set(key, issue);
  }

  return {
    strict: options.strict,
    get hasErrors() {
      return errorCount > 0;
    },
    get errorCount() {
      return errorCount;
    },
    add({ code, path, detail, severity, suggestion, ...spot }) {
      keep({
        severity: severity ?? severityOf(code, options.strict),
        code,
        detail,
        pointer: pointerOf(path),
        ...placeOf(path, spot),
        ...(suggestion === undefined ? {} : { suggestion }),
      });
    },
    addPlaced(issue) {
      keep({ severity: severityOf(issue.code, options.strict), ...issue });
    },
    list: () => inOrder([...issues.values()]),
  };
}

export function severityOf(code: RecipeCode, strict: boolean): Issue['severity'] {
  const row: { readonly severity: Issue['severity']; readonly strict?: Issue['severity'] } =
    CODES[code];
  return strict ? (row.strict ?? row.severity) : row.severity;
}

function inOrder(issues: Issue[]): readonly Issue[] {
  const sorted = issues.toSorted(byPlace);
  if (sorted.length <= LIMITS.diagnostics) return sorted;
  const errors = sorted.filter(({ severity }) => severity === 'error');
  const rest = sorted.filter(({ severity }) => severity !== 'error');
  return [...errors, ...rest].slice(0, LIMITS.diagnostics).toSorted(byPlace);
}

function byPlace(a: Issue, b: Issue): number {
  const byLine = (a.line ?? 0) - (b.line ?? 0);
  if (byLine !== 0) return byLine;
  const byColumn = (a.column ?? 0) - (b.column ?? 0);
  if (byColumn !== 0) return byColumn;
  return a.code < b.code ? -1 : a.code > b.code ? 1 : 0;
}
