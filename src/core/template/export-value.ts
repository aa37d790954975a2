/** A value on its way out of a template: JSON again, and bounded like any output. */
import { failAt, templateError, MAX_VALUE_DEPTH, type Runtime } from './runtime.ts';
import { isHandle, isList, kindOf, type Value } from './value.ts';
import type { JsonValue } from '../json.ts';

/** Data that came from the scope passes as it is, without a look at it. */
export function exportValue(runtime: Runtime, value: Value): JsonValue | undefined {
  if (value === undefined) return undefined;
  if (isHandle(value)) throw templateError(runtime, `${kindOf(value)} is no value`);
  // SAFETY: without lists and maps of its own making, a template holds only what the scope gave it
  if (!runtime.hasBuilt) return value as JsonValue;
  return exported(runtime, value, 0);
}

function exported(runtime: Runtime, value: Value, depth: number): JsonValue {
  spend(runtime, typeof value === 'string' ? value.length + 2 : 4);
  if (value === undefined || value === null) return null;
  if (typeof value !== 'object') return value;
  if (isHandle(value)) throw templateError(runtime, `${kindOf(value)} is no value`);
  if (depth > MAX_VALUE_DEPTH) {
    throw templateError(runtime, `a value nests deeper than ${MAX_VALUE_DEPTH} levels`);
  }
  if (isList(value)) return value.map((item) => exported(runtime, item, depth + 1));
  const entries = Object.entries(value).map(([key, item]): [string, JsonValue] => {
    spend(runtime, key.length + 4);
    return [key, exported(runtime, item, depth + 1)];
  });
  return Object.fromEntries(entries);
}

function spend(runtime: Runtime, chars: number): void {
  runtime.budget.outputChars -= chars;
  if (runtime.budget.outputChars >= 0) return;
  runtime.budget.outputChars = 0;
  throw failAt(runtime, 'template_budget', 'the value of the template is too large');
}
