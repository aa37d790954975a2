/** Equality of JSON values: numbers by value, objects whatever the order of their names. */

import { hashBytes, sameBytes } from '../../base/assembly/bytes';
import {
  afterOf,
  ARRAY,
  childOf,
  isEscaped,
  kindOf,
  NUMBER,
  numberOf,
  OBJECT,
  rawEnd,
  rawStart,
  STRING,
} from '../../base/assembly/json-read';
import { textEnd, textOf, textStart } from '../../base/assembly/json-text';

export function isEqual(a: u32, b: u32): bool {
  const kind = kindOf(a);
  if (kind != kindOf(b)) return false;
  if (kind == NUMBER) return numberOf(a) == numberOf(b);
  if (kind == STRING) return isEqualText(a, b);
  if (kind == ARRAY) return areEqualLists(a, b);
  return kind == OBJECT ? areEqualObjects(a, b) : true;
}

function isEqualText(a: u32, b: u32): bool {
  let start = rawStart(a) + 1;
  let end = rawEnd(a) - 1;
  if (isEscaped(a)) {
    textOf(a);
    start = textStart;
    end = textEnd;
  }
  return isText(b, start, end);
}

/** Whether a string node holds these bytes. */
export function isText(node: u32, start: usize, end: usize): bool {
  const size = end - start;
  if (!isEscaped(node)) {
    const from = rawStart(node) + 1;
    return rawEnd(node) - 1 - from == size && sameBytes(from, start, size);
  }
  textOf(node);
  return textEnd - textStart == size && sameBytes(textStart, start, size);
}

function areEqualLists(a: u32, b: u32): bool {
  let x = childOf(a);
  let y = childOf(b);
  while (x < afterOf(a) && y < afterOf(b)) {
    if (!isEqual(x, y)) return false;
    x = afterOf(x);
    y = afterOf(y);
  }
  return x >= afterOf(a) && y >= afterOf(b);
}

function areEqualObjects(a: u32, b: u32): bool {
  let names = 0;
  let cursor = childOf(b);
  for (let key = childOf(a); key < afterOf(a); key = afterOf(key + 1)) {
    names++;
    // Most often both list their names in one order.
    if (cursor < afterOf(b) && isEqualText(key, cursor)) {
      if (!isEqual(key + 1, cursor + 1)) return false;
      cursor = afterOf(cursor + 1);
      continue;
    }
    const found = findKey(b, key);
    if (found < 0 || !isEqual(key + 1, <u32>found + 1)) return false;
  }
  for (let key = childOf(b); key < afterOf(b); key = afterOf(key + 1)) names--;
  return names == 0;
}

/** The key node of an object with the same name, or -1. */
export function findKey(object: u32, name: u32): i32 {
  let start = rawStart(name) + 1;
  let end = rawEnd(name) - 1;
  if (isEscaped(name)) {
    textOf(name);
    start = textStart;
    end = textEnd;
  }
  const stop = afterOf(object);
  let found: i32 = -1;
  for (let key = childOf(object); key < stop; key = afterOf(key + 1)) {
    if (isText(key, start, end)) found = <i32>key;
  }
  return found;
}

/** Equal values have equal hashes. */
export function hashValue(node: u32): u32 {
  const kind = kindOf(node);
  if (kind == NUMBER) return hashNumber(numberOf(node));
  if (kind == STRING) return hashText(node);
  let hash: u32 = kind * 0x9e3779b1;
  if (kind == ARRAY) {
    for (let item = childOf(node); item < afterOf(node); item = afterOf(item))
      hash = mix(hash * 31 + hashValue(item));
  }
  if (kind == OBJECT) {
    // A sum, for the order of names does not matter.
    for (let key = childOf(node); key < afterOf(node); key = afterOf(key + 1)) {
      hash += mix(hashText(key) ^ (hashValue(key + 1) * 0x85ebca6b));
    }
  }
  return mix(hash);
}

function hashNumber(value: f64): u32 {
  // Zero has two forms that are equal.
  const bits = value == 0 ? 0 : reinterpret<u64>(value);
  return mix(<u32>(bits ^ (bits >> 32)));
}

function hashText(node: u32): u32 {
  let start = rawStart(node) + 1;
  let end = rawEnd(node) - 1;
  if (isEscaped(node)) {
    textOf(node);
    start = textStart;
    end = textEnd;
  }
  return hashBytes(start, end - start);
}

function mix(value: u32): u32 {
  let hash = value;
  hash = (hash ^ (hash >> 16)) * 0x7feb352d;
  hash = (hash ^ (hash >> 15)) * 0x846ca68b;
  return hash ^ (hash >> 16);
}
