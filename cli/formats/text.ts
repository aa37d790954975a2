/** Findings for a person: where, what, and the line with carets under the place. */
import type { Issue } from '../../src/core/errors.ts';
import type { Checked } from '../check.ts';
import { excerptOf } from '../excerpt.ts';
import { printable } from '../text.ts';

interface Look {
  readonly columns: number;
  readonly colours: boolean;
}

const COLOURS = { error: 31, warning: 33, info: 36 } as const;
const BOLD = 1;
const DIM = 2;

export function textReport(checked: readonly Checked[], look: Look): string {
  return checked.flatMap((each) => fileText(each, look)).join('');
}

function fileText(checked: Checked, look: Look): string[] {
  if (checked.kind !== 'recipe') return [];
  const lines = linesOf(checked.text);
  return checked.diagnostics.map((issue) => issueText(checked.file, lines, { issue, look }));
}

/** One finding about a text; without a place in it, about the file. */
export function findingText(
  file: string,
  text: string,
  { issue, look }: { issue: Issue; look: Look },
): string {
  if (issue.line !== undefined) return issueText(file, linesOf(text), { issue, look });
  return `${printable(file)}: ${issue.severity}: ${messageOf(issue)} [${issue.code}]\n`;
}

function linesOf(text: string): string[] {
  return text.split('\n').map((line) => line.replace(/\r$/, ''));
}

function issueText(
  file: string,
  lines: readonly string[],
  { issue, look }: { issue: Issue; look: Look },
): string {
  const { severity, code, line = 1, column = 1 } = issue;
  const paint = (style: number, text: string): string =>
    look.colours ? `\u001b[${style}m${text}\u001b[0m` : text;
  const place = paint(BOLD, `${printable(file)}:${line}:${column}`);
  const head = `${place} ${paint(COLOURS[severity], severity)} ${messageOf(issue)} ${paint(DIM, `[${code}]`)}\n`;
  const margin = String(line).length + 5;
  const excerpt = excerptOf(lines, issue, look.columns - margin);
  if (excerpt === undefined) return head;
  const number = `  ${line} |`;
  const empty = `${' '.repeat(number.length - 1)}|`;
  const carets = paint(COLOURS[severity], excerpt.carets);
  return `${head}${paint(DIM, number)} ${excerpt.source}\n${paint(DIM, empty)} ${carets}\n`;
}

export function messageOf({ detail, suggestion }: Issue): string {
  if (suggestion === undefined) return printable(detail);
  // Some details end with a shorter form of the same hint.
  const plain = detail.replace(/: did you mean "[^"]*"\?$/, '');
  return printable(`${plain} (did you mean "${suggestion}"?)`);
}
