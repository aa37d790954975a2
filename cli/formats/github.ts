/** Findings as workflow commands: GitHub shows them beside the lines. */
import type { Issue } from '../../src/core/errors.ts';
import type { Checked } from '../check.ts';
import { messageOf } from './text.ts';

const LEVELS = { error: 'error', warning: 'warning', info: 'notice' } as const;

export function githubReport(checked: readonly Checked[]): string {
  return checked
    .flatMap((each) => {
      const { file } = each;
      if (each.kind === 'recipe') return each.diagnostics.map((issue) => command(file, issue));
      if (each.kind === 'library') return [];
      return [`::error file=${property(file)}::${data(`Cannot read the file: ${each.reason}`)}\n`];
    })
    .join('');
}

function command(file: string, issue: Issue): string {
  const { severity, line, column, end_line: endLine, end_column: endColumn, code } = issue;
  const given = { file, line, endLine, col: column, endColumn, title: code };
  const properties = Object.entries(given).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${property(String(value))}`],
  );
  return `::${LEVELS[severity]} ${properties.join(',')}::${data(messageOf(issue))}\n`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
