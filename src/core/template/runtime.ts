/** One rendering: its options, what is left of its budget, and how it fails. */
import { ComposerError, type ErrorCode } from '../errors.ts';
import { lineAndColumn } from './position.ts';
import type { JsonValue } from '../json.ts';
import { shortened } from '../shortened.ts';
import type { Arguments, Value } from './value.ts';

export interface Scope {
  /** Undefined means not defined. */
  get(name: string): JsonValue | undefined;
}

/** Counts down; one budget may serve several templates. */
export interface Budget {
  steps: number;
  outputChars: number;
}

export interface RenderOptions {
  readonly scope: Scope;
  readonly budget?: Budget;
  /** Stop at an undefined variable instead of rendering nothing. */
  readonly strict?: boolean;
  /** Epoch milliseconds, for `current_time`. */
  readonly now?: number;
  /** From 0 up to 1, for the `random` filter; absent: the first item. */
  readonly random?: () => number;
  /** Texts that `include` may name. */
  readonly prompts?: Readonly<Record<string, string>>;
  /** The value of a definition by its path, for the `reference` filter. */
  readonly lookUp?: (path: string) => JsonValue;
  readonly onUndefined?: (path: string) => void;
}

/** The largest text that any one operation may build, in characters. */
export const MAX_TEXT = 1024 * 1024;
/** Characters that cost one step to build or search. */
const CHARS_PER_STEP = 64;
/** List items that cost one step to copy or search. */
const ITEMS_PER_STEP = 8;
/** How deep values may nest before they cannot be rendered or compared. */
export const MAX_VALUE_DEPTH = 128;

export interface Runtime {
  readonly options: RenderOptions;
  readonly budget: Budget;
  /** The text now being rendered; an include changes it. */
  source: string;
  /** Where in it, for messages. */
  at: number;
  /** Nested statements and expressions now being evaluated. */
  depth: number;
  /** Nested calls of macros, includes and recursive loops. */
  calls: number;
  /** The template made a list or a map of its own. */
  hasBuilt: boolean;
  /** Lists and maps of its own that a template may change in place, by themselves. */
  readonly ownLists: WeakMap<object, Value[]>;
  readonly ownMaps: WeakMap<object, Record<string, Value>>;
  /** Pairs that `groupby` made, which also answer to `grouper` and `list`. */
  readonly groups: WeakSet<object>;
  /** What the scope answered, so that a variable means one value throughout. */
  readonly variables: Map<string, Value>;
  filter(name: string, value: Value, args: Arguments): Value;
  test(name: string, value: Value, args: Arguments): boolean;
}

export function createBudget(): Budget {
  return { steps: 200_000, outputChars: MAX_TEXT };
}

export function failAt(
  runtime: Runtime,
  code: ErrorCode,
  detail: string,
  cause?: unknown,
): ComposerError {
  const { line, column } = lineAndColumn(runtime.source, runtime.at);
  const text = excerptOf(runtime.source, line);
  const said = shortened(detail);
  const message = `Cannot render template "${text}" at line ${line}, column ${column}: ${said}`;
  return new ComposerError(code, message, {
    issues: [{ severity: 'error', code, detail: said, pointer: '', line, column }],
    cause,
  });
}

/** The line of the source, cut to a length that a message can hold. */
function excerptOf(source: string, line: number): string {
  return shortened((source.split(/\r\n|\r|\n/, line).at(-1) ?? '').trim(), 60);
}

export function templateError(runtime: Runtime, detail: string): ComposerError {
  return failAt(runtime, 'template_error', detail);
}

export function charge(runtime: Runtime, steps: number): void {
  runtime.budget.steps -= steps;
  if (runtime.budget.steps < 0) {
    runtime.budget.steps = 0;
    throw failAt(runtime, 'template_budget', 'the template takes too many steps');
  }
}

/** Pays for looking at every item of a list or map. */
export function chargeItems(runtime: Runtime, items: number): void {
  charge(runtime, Math.ceil(items / ITEMS_PER_STEP));
}

/** Pays for looking at every character of a text. */
export function chargeChars(runtime: Runtime, chars: number): void {
  charge(runtime, Math.ceil(chars / CHARS_PER_STEP));
}

/** Texts up to this length cost no more than the step that looks at them. */
const SHORT_TEXT = 64;

/** Pays for long texts among arguments: whoever takes them looks at every character. */
export function chargeLong(runtime: Runtime, { positional, named }: Arguments): void {
  for (const value of positional) chargeIfLong(runtime, value);
  for (const value of named.values()) chargeIfLong(runtime, value);
}

export function chargeIfLong(runtime: Runtime, value: Value): void {
  if (typeof value === 'string' && value.length > SHORT_TEXT) chargeChars(runtime, value.length);
}

/** Call before building a text, with its size. */
export function chargeText(runtime: Runtime, chars: number): void {
  boundText(runtime, chars);
  chargeChars(runtime, chars);
}

/** For a text built in parts, each of which is paid for by itself. */
export function boundText(runtime: Runtime, chars: number): void {
  if (chars <= MAX_TEXT) return;
  throw failAt(runtime, 'template_budget', `a text would be longer than ${MAX_TEXT} characters`);
}
