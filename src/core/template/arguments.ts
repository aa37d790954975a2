/** Binds the arguments of a call to the names a function declares, and reads them with their types. */
import { templateError, type Runtime } from './runtime.ts';
import { asNumber, kindOf, type Arguments, type Value } from './value.ts';

/** The values in the order of `parameters`; undefined where none was given. */
export function bindArguments(
  runtime: Runtime,
  name: string,
  parameters: readonly string[],
  args: Arguments,
): readonly Value[] {
  const { positional, named } = args;
  if (positional.length > parameters.length) {
    throw templateError(runtime, `"${name}" takes at most ${parameters.length} arguments`);
  }
  if (named.size === 0) return positional;
  const bound: Value[] = parameters.map((_, index) => positional[index]);
  for (const [key, value] of named) {
    const index = parameters.indexOf(key);
    if (index === -1) throw templateError(runtime, `"${name}" has no argument "${key}"`);
    if (index < positional.length) throw templateError(runtime, `"${name}" got "${key}" twice`);
    bound[index] = value;
  }
  return bound;
}

export function numberOr(runtime: Runtime, value: Value, fallback: number): number {
  if (value === undefined || value === null) return fallback;
  const number = asNumber(value);
  if (number === undefined) throw templateError(runtime, `expected a number, not ${kindOf(value)}`);
  return number;
}

export function integerOr(runtime: Runtime, value: Value, fallback: number): number {
  const number = numberOr(runtime, value, fallback);
  if (!Number.isInteger(number))
    throw templateError(runtime, `expected a whole number, not ${number}`);
  return number;
}

export function textOr(runtime: Runtime, value: Value, fallback: string): string {
  if (value === undefined || value === null) return fallback;
  if (typeof value === 'object')
    throw templateError(runtime, `expected a text, not ${kindOf(value)}`);
  return String(value);
}
