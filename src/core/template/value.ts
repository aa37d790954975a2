/** What templates compute with: JSON as it is, undefined, and handles for what is not data. */
export type Value = undefined | null | boolean | number | string | ValueList | ValueMap | Handle;
export interface ValueList extends ReadonlyArray<Value> {}
export interface ValueMap {
  readonly [key: string]: Value;
}

/** JSON cannot hold a symbol, so no data can pass for a handle. */
export const HANDLE: unique symbol = Symbol('handle');

/** A macro, a function, `loop` or a namespace: reachable by name, never data. */
export interface Handle {
  readonly [HANDLE]: string;
  readonly get?: (name: string) => Value;
  readonly set?: (name: string, value: Value) => void;
  readonly call?: (args: Arguments) => Value;
}

/** Evaluated arguments of a call. */
export interface Arguments {
  readonly positional: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
}

export function isHandle(value: Value): value is Handle {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, HANDLE);
}

export function isList(value: Value): value is ValueList {
  return Array.isArray(value);
}

export function isMap(value: Value): value is ValueMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isHandle(value);
}

/** Jinja's truth: empty things, zero, null and undefined are false. */
export function isTruthy(value: Value): boolean {
  if (typeof value !== 'object') return Boolean(value);
  if (value === null) return false;
  if (isList(value)) return value.length > 0;
  return isHandle(value) || hasMembers(value);
}

/** Maps seen to have members, because looking costs time in proportion to their size. */
const filled = new WeakSet<object>();

/** For who takes members out of a map. */
export function forgetMembers(map: ValueMap): void {
  filled.delete(map);
}

function hasMembers(map: ValueMap): boolean {
  if (filled.has(map)) return true;
  if (Object.keys(map).length === 0) return false;
  filled.add(map);
  return true;
}

const NUMERIC = /^\s*[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?\s*$/;

/** A number, a boolean as Python counts it, or a text that is a number. */
export function asNumber(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'string' && value.length < 400 && NUMERIC.test(value)) {
    const number = Number(value);
    return Number.isFinite(number) ? number : undefined;
  }
  return undefined;
}

/** What a person calls the kind of a value, for messages. */
export function kindOf(value: Value): string {
  if (value === undefined) return 'undefined';
  if (value === null) return 'null';
  if (isList(value)) return 'a list';
  if (isHandle(value)) return `a ${value[HANDLE]}`;
  if (typeof value === 'object') return 'a map';
  if (typeof value === 'string') return 'a text';
  return typeof value === 'number' ? 'a number' : 'a boolean';
}
