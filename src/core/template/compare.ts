/** Equality, order and membership as Python has them, for JSON. */
import {
  charge,
  chargeChars,
  chargeItems,
  templateError,
  MAX_VALUE_DEPTH,
  type Runtime,
} from './runtime.ts';
import { byCodePoint, toText } from './text.ts';
import { asNumber, isHandle, isList, isMap, kindOf, type Value } from './value.ts';
import type { CompareOperator } from './ast.ts';

export function compareValues(
  runtime: Runtime,
  operator: CompareOperator,
  left: Value,
  right: Value,
): boolean {
  if (operator === '==') return isLooselyEqual(runtime, left, right);
  if (operator === '!=') return !isLooselyEqual(runtime, left, right);
  if (operator === 'in') return isIn(runtime, left, right);
  if (operator === 'not in') return !isIn(runtime, left, right);
  const order = orderOf(runtime, left, right);
  if (operator === '<') return order < 0;
  if (operator === '<=') return order <= 0;
  return operator === '>' ? order > 0 : order >= 0;
}

/** Equal, where a numeric text beside a number is that number. */
export function isLooselyEqual(runtime: Runtime, left: Value, right: Value): boolean {
  if (typeof left !== typeof right) {
    const [a, b] = [asNumber(left), asNumber(right)];
    return (
      a !== undefined &&
      a === b &&
      !(typeof left === 'boolean' && typeof right === 'string') &&
      !(typeof left === 'string' && typeof right === 'boolean')
    );
  }
  return isEqual(runtime, left, right);
}

export function isEqual(runtime: Runtime, left: Value, right: Value, depth = 0): boolean {
  if (typeof left === 'boolean' && typeof right === 'number') return Number(left) === right;
  if (typeof left === 'number' && typeof right === 'boolean') return left === Number(right);
  if (typeof left === 'string' && typeof right === 'string') chargeShared(runtime, left, right);
  if (left === right || typeof left !== 'object' || typeof right !== 'object')
    return left === right;
  if (left === null || right === null || isHandle(left) || isHandle(right)) return false;
  charge(runtime, 1);
  if (depth > MAX_VALUE_DEPTH) {
    throw templateError(runtime, `a value nests deeper than ${MAX_VALUE_DEPTH} levels`);
  }
  if (isList(left) || isList(right)) {
    if (!isList(left) || !isList(right) || left.length !== right.length) return false;
    return left.every((item, index) => isEqual(runtime, item, right[index], depth + 1));
  }
  const keys = Object.keys(left);
  chargeItems(runtime, keys.length * 2);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every(
    (key) => Object.hasOwn(right, key) && isEqual(runtime, left[key], right[key], depth + 1),
  );
}

/** Short texts compare for nothing; long ones cost what they have in common at most. */
function chargeShared(runtime: Runtime, left: string, right: string): void {
  const shared = Math.min(left.length, right.length);
  if (shared >= 64) chargeChars(runtime, shared);
}

/** Negative, zero or positive; an error where the two have no order. */
export function orderOf(runtime: Runtime, left: Value, right: Value, depth = 0): number {
  if (typeof left === 'string' && typeof right === 'string') {
    chargeShared(runtime, left, right);
    return byCodePoint(left, right);
  }
  if (typeof left === 'number' || typeof right === 'number' || typeof left === 'boolean') {
    const [a, b] = [asNumber(left), asNumber(right)];
    if (a !== undefined && b !== undefined) return a - b;
  }
  if (isList(left) && isList(right) && depth <= MAX_VALUE_DEPTH) {
    for (const [index, item] of left.entries()) {
      if (index >= right.length) return 1;
      charge(runtime, 1);
      const other = right[index];
      if (!isEqual(runtime, item, other)) return orderOf(runtime, item, other, depth + 1);
    }
    return left.length - right.length;
  }
  throw templateError(runtime, `${kindOf(left)} and ${kindOf(right)} have no order`);
}

export function isIn(runtime: Runtime, item: Value, container: Value): boolean {
  if (container === undefined) return false;
  if (typeof container === 'string') {
    if (item === undefined || typeof item === 'object') {
      throw templateError(runtime, `a text cannot contain ${kindOf(item)}`);
    }
    chargeChars(runtime, container.length);
    return container.includes(toText(runtime, item));
  }
  if (isList(container)) {
    chargeItems(runtime, container.length * 2);
    return container.some((other) => isEqual(runtime, other, item));
  }
  if (isMap(container)) {
    return item !== undefined && typeof item !== 'object' && Object.hasOwn(container, String(item));
  }
  throw templateError(runtime, `${kindOf(container)} cannot contain anything`);
}
