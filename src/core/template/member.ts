/** Reads members, items and slices: own data only, undefined for whatever is not there. */
import { chargeChars, chargeItems, templateError, type Runtime } from './runtime.ts';
import { charactersOf } from './text.ts';
import { asNumber, isHandle, isList, kindOf, type Value, type ValueList } from './value.ts';

export function readMember(runtime: Runtime, object: Value, key: Value): Value {
  if (object === undefined || object === null || key === undefined || key === null)
    return undefined;
  if (typeof object === 'string') return readCharacter(runtime, object, key);
  if (typeof object !== 'object') return undefined;
  if (isHandle(object)) return typeof key === 'string' ? object.get?.(key) : undefined;
  if (isList(object)) return readItem(runtime, object, key);
  if (typeof key === 'object') return undefined;
  const name = String(key);
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function readItem(runtime: Runtime, list: ValueList, key: Value): Value {
  const index = asNumber(key);
  if (index !== undefined) return list.at(Number.isInteger(index) ? index : list.length);
  if (runtime.groups.has(list)) {
    if (key === 'grouper') return list[0];
    if (key === 'list') return list[1];
  }
  return undefined;
}

function readCharacter(runtime: Runtime, text: string, key: Value): Value {
  if (typeof key !== 'number' || !Number.isInteger(key)) return undefined;
  return charactersOf(runtime, text).at(key);
}

/** `a.b.0` one part after the other, as filters' `attribute` is written; the fallback holds for each part. */
export function readPath(runtime: Runtime, object: Value, path: Value, fallback?: Value): Value {
  const orFallback = (value: Value) => (value === undefined ? fallback : value);
  if (typeof path !== 'string') return orFallback(readMember(runtime, object, path));
  // free for any path that a person would write
  if (path.length > 64) chargeChars(runtime, path.length * 16);
  let value = object;
  for (const part of path.split('.')) {
    value = orFallback(readMember(runtime, value, /^\d+$/.test(part) ? Number(part) : part));
  }
  return value;
}

export interface Bounds {
  readonly start: Value;
  readonly stop: Value;
  readonly step: Value;
}

export function sliceValue(runtime: Runtime, object: Value, bounds: Bounds): Value {
  if (object === undefined) return undefined;
  if (typeof object === 'string') {
    return sliceItems(runtime, charactersOf(runtime, object), bounds).join('');
  }
  if (!isList(object)) throw templateError(runtime, `cannot slice ${kindOf(object)}`);
  chargeItems(runtime, object.length);
  return sliceItems(runtime, object, bounds);
}

function sliceItems<T>(runtime: Runtime, items: readonly T[], bounds: Bounds): readonly T[] {
  const step = boundOf(runtime, bounds.step) ?? 1;
  if (step === 0) throw templateError(runtime, 'the step of a slice cannot be zero');
  const { length } = items;
  const [lowest, highest] = step > 0 ? [0, length] : [-1, length - 1];
  const clamp = (bound: number | undefined, fallback: number) => {
    if (bound === undefined) return fallback;
    const index = bound < 0 ? bound + length : bound;
    return Math.min(Math.max(index, lowest), highest);
  };
  const start = clamp(boundOf(runtime, bounds.start), step > 0 ? lowest : highest);
  const stop = clamp(boundOf(runtime, bounds.stop), step > 0 ? highest : lowest);
  if (step === 1) return items.slice(start, stop);
  const count = Math.max(0, Math.ceil((stop - start) / step));
  // SAFETY: both bounds were clamped to the items, so every index between them is one of theirs
  return Array.from({ length: count }, (_, index) => items[start + index * step] as T);
}

function boundOf(runtime: Runtime, value: Value): number | undefined {
  if (value === undefined || value === null) return undefined;
  const number = asNumber(value);
  if (number === undefined || !Number.isInteger(number)) {
    throw templateError(runtime, `cannot slice with ${kindOf(value)}`);
  }
  return number;
}

/** What `for` and the list filters go through: items, keys or characters. */
export function itemsOf(runtime: Runtime, value: Value): ValueList {
  if (value === undefined) return [];
  if (isList(value)) return value;
  if (typeof value === 'string') return charactersOf(runtime, value);
  if (typeof value === 'object' && value !== null && !isHandle(value)) {
    const keys = Object.keys(value);
    chargeItems(runtime, keys.length * 4);
    return keys;
  }
  throw templateError(runtime, `cannot go through ${kindOf(value)}`);
}
