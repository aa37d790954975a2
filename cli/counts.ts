/** How many findings of each kind, and what they come to in a line. */
import type { Checked } from './check.ts';

export interface Counts {
  readonly files: number;
  readonly recipes: number;
  readonly libraries: number;
  readonly unreadable: number;
  readonly errors: number;
  readonly warnings: number;
  readonly notes: number;
}

export function countsOf(checked: readonly Checked[]): Counts {
  const issues = checked.flatMap((each) => (each.kind === 'recipe' ? each.diagnostics : []));
  const ofKind = (kind: Checked['kind']): number =>
    checked.filter((each) => each.kind === kind).length;
  const ofSeverity = (severity: string): number =>
    issues.filter((issue) => issue.severity === severity).length;
  return {
    files: checked.length,
    recipes: ofKind('recipe'),
    libraries: ofKind('library'),
    unreadable: ofKind('unreadable'),
    errors: ofSeverity('error'),
    warnings: ofSeverity('warning'),
    notes: ofSeverity('info'),
  };
}

export function summaryOf(counts: Counts): string {
  const { recipes, libraries, unreadable, errors, warnings, notes } = counts;
  const found = [
    ...(errors > 0 ? [counted(errors, 'error')] : []),
    ...(warnings > 0 ? [counted(warnings, 'warning')] : []),
    ...(notes > 0 ? [counted(notes, 'note')] : []),
  ];
  const about = [
    `${counted(recipes, 'recipe')}: ${found.length === 0 ? 'nothing found' : found.join(', ')}`,
    ...(libraries > 0 ? [`${counted(libraries, 'file')} without a recipe passed over`] : []),
    ...(unreadable > 0 ? [`${counted(unreadable, 'file')} not readable`] : []),
  ];
  return about.join('; ');
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
