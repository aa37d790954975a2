/** What a filter or test is: its parameters, so that calls are checked early, and what it does. */
import type { Runtime } from './runtime.ts';
import type { Arguments, Value } from './value.ts';

export interface FilterCall {
  readonly runtime: Runtime;
  readonly value: Value;
  /** In the order of `parameters`, undefined where none was given. */
  readonly args: readonly Value[];
  /** As written, for a variadic filter. */
  readonly raw: Arguments;
}

export interface Filter {
  readonly parameters: readonly string[];
  /** Takes any arguments; `parameters` does not bind. */
  readonly isVariadic?: true;
  /** How many must be given. Default 0. */
  readonly required?: number;
  /** An undefined operand is what it is for, so it is neither reported nor refused. */
  readonly allowsUndefined?: true;
  readonly apply: (call: FilterCall) => Value;
}

export interface Test extends Omit<Filter, 'apply'> {
  readonly apply: (call: FilterCall) => boolean;
}

export type FilterTable = Readonly<Record<string, Filter>>;
export type TestTable = Readonly<Record<string, Test>>;

export function filter(
  parameters: readonly string[],
  apply: (call: FilterCall) => Value,
  required = 0,
): Filter {
  return { parameters, required, apply };
}
