/**
 * One row of the conformance tables: a rule, a text, and what comes of it.
 *
 * In `text`, `⟦…⟧` marks the place of a finding: the first mark is that of the first entry of
 * `diagnostics`, and so on. The marks are taken out before the text is compiled.
 */
import type { JsonObject } from '../../src/core/json.ts';

export interface Row {
  /** Number of the rule in the language's reference. */
  readonly rule: string;
  readonly name: string;
  readonly text: string;
  readonly path?: string;
  readonly sources?: { readonly [path: string]: string };
  readonly prompts?: { readonly [name: string]: string };
  readonly strict?: boolean;
  readonly expect: Expectation;
}

export interface Expectation {
  /**
   * `code`, or `code/severity` where it is not the code's usual one. Default: none. An entry in
   * braces stands for a finding without a mark.
   */
  readonly diagnostics?: readonly (
    | string
    | { readonly code: string; readonly line: number; readonly column: number }
  )[];
  readonly suggestions?: readonly (string | undefined)[];
  /** A part of the plan. */
  readonly plan?: object;
  /** The first node of the plan, in part. */
  readonly node?: object;
  /** Inputs given to a run, and what becomes of them: values, or codes with pointers. */
  readonly given?: JsonObject;
  readonly values?: JsonObject;
  readonly faults?: readonly string[];
}

export interface Mark {
  readonly line: number;
  readonly column: number;
  readonly end_line: number;
  readonly end_column: number;
}

/** Takes the common indentation and the first line break away. */
export function yaml(strings: TemplateStringsArray, ...values: readonly string[]): string {
  const text = String.raw({ raw: strings.raw }, ...values).replace(/^\n/, '');
  const lines = text.split('\n');
  const depths = lines
    .filter((line) => line.trim() !== '')
    .map((line) => /^ */.exec(line)![0].length);
  const depth = Math.min(...depths);
  return lines
    .map((line) => line.slice(depth))
    .join('\n')
    .replace(/\n *$/, '\n');
}

export function takeMarks(marked: string): {
  readonly text: string;
  readonly marks: readonly Mark[];
} {
  let text = '';
  let line = 1;
  let column = 1;
  const marks: { -readonly [K in keyof Mark]: Mark[K] }[] = [];
  const open: number[] = [];
  for (const char of marked.split('')) {
    if (char === '⟦') {
      open.push(marks.length);
      marks.push({ line, column, end_line: line, end_column: column });
    } else if (char === '⟧') {
      Object.assign(marks[open.pop()!]!, { end_line: line, end_column: column });
    } else {
      text += char;
      column += 1;
      if (char === '\n') {
        line += 1;
        column = 1;
      }
    }
  }
  return { text, marks };
}
