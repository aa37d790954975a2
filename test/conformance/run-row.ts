/**
 * One row of the tables about what a recipe does when it runs: a rule, a text, and what comes of it.
 * Functions are those of `test/support/test-functions.ts`; models are the offline ones.
 */
import type { JsonObject } from '../../src/core/json.ts';

export interface RunRow {
  /** Section of the language's reference, and the place of the rule in it. */
  readonly rule: string;
  readonly name: string;
  readonly text: string;
  readonly sources?: { readonly [path: string]: string };
  readonly prompts?: { readonly [name: string]: string };
  readonly inputs?: JsonObject;
  /** What people decide, in this order, each as soon as the run has gone as far as it gets. */
  readonly answers?: readonly Answer[];
  readonly expect: RunExpectation;
}

export interface Answer {
  /** Of the step that asks. */
  readonly key: string;
  readonly by: string;
  readonly approved?: boolean;
  readonly comments?: string;
  readonly form?: JsonObject;
}

export interface RunExpectation {
  /** Default: `failed` where a code is given, else `completed`. */
  readonly status?: 'completed' | 'failed';
  /** All of them. */
  readonly outputs?: JsonObject;
  readonly missing?: readonly string[];
  /** The failure's code, and the node that it is about. */
  readonly code?: string;
  readonly node?: string;
  /** Of decided steps, in part, by key. */
  readonly statuses?: { readonly [key: string]: string };
  /** Codes of all warnings. Default: none. */
  readonly warnings?: readonly string[];
  /** How often functions were called in all. */
  readonly calls?: number;
  /** The most calls that were under way at one time. */
  readonly atOnce?: number;
}

/** A recipe whose node `x` gives a value, written as YAML. */
export function valueOf(value: string, before = ''): string {
  return `
name: r
${before}
nodes:
  - {id: x, type: function_task, function_identifier: test.value, input: {value: ${value}}}
`;
}

/** A node that gives a value. */
export function give(id: string, value: string, more = ''): string {
  return `{id: ${id}, type: function_task, function_identifier: test.value, input: {value: ${value}}${more}}`;
}
