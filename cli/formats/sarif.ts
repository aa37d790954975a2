/** Findings as SARIF 2.1.0, which code scanners read. */
import { isAbsolute, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Issue } from '../../src/core/errors.ts';
import { CODES } from '../../src/core/recipe/codes.ts';
import { VERSION } from '../../src/version.ts';
import type { Checked } from '../check.ts';
import { messageOf } from './text.ts';

const LEVELS = { error: 'error', warning: 'warning', info: 'note' } as const;

export function sarifReport(checked: readonly Checked[]): string {
  const findings = checked.flatMap((each) =>
    each.kind === 'recipe' ? each.diagnostics.map((issue) => ({ file: each.file, issue })) : [],
  );
  const codes = [...new Set(findings.map(({ issue }) => issue.code))].toSorted();
  const unreadable = checked.filter((each) => each.kind === 'unreadable');
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'composer', version: VERSION, rules: codes.map(ruleOf) } },
        columnKind: 'utf16CodeUnits',
        invocations: [
          {
            executionSuccessful: unreadable.length === 0,
            toolExecutionNotifications: unreadable.map(({ file, reason }) => ({
              level: 'error',
              message: { text: `Cannot read "${file}": ${reason}` },
            })),
          },
        ],
        results: findings.map(({ file, issue }) => resultOf(file, issue, codes)),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function ruleOf(code: string) {
  const row = Object.entries(CODES).find(([name]) => name === code)?.[1];
  if (row === undefined) return { id: code };
  return {
    id: code,
    shortDescription: { text: row.meaning },
    defaultConfiguration: { level: LEVELS[row.severity] },
  };
}

function resultOf(file: string, issue: Issue, codes: readonly string[]) {
  const { line, column, end_line: endLine, end_column: endColumn, severity, code } = issue;
  const region =
    line === undefined
      ? {}
      : {
          region: {
            startLine: line,
            ...(column !== undefined && { startColumn: column }),
            ...(endLine !== undefined && { endLine }),
            ...(endColumn !== undefined && { endColumn }),
          },
        };
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: LEVELS[severity],
    message: { text: messageOf(issue) },
    locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(file) }, ...region } }],
  };
}

function uriOf(file: string): string {
  if (isAbsolute(file)) return pathToFileURL(file).href;
  return file.split(sep).map(encodeURIComponent).join('/');
}
