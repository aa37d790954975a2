/** Paths into a value: names and indices, as in `authors[0].name`. */

import { isText } from './equality';
import { fail } from '../../base/assembly/host';
import { afterOf, ARRAY, childOf, kindOf, OBJECT, STRING } from '../../base/assembly/json-read';
import { textEnd, textOf, textStart } from '../../base/assembly/json-text';

const MAX_STEPS: i32 = 64;
/** What a path needs besides names: an index of ten digits fits no list. */
const MAX_INDEX: i64 = 4_000_000_000;

/** The steps of the path read last, 16 bytes each: start and end of a name (0 without one), index. */
const steps: usize = memory.data(64 * 16);
let length: i32 = 0;

function stepStart(step: i32): usize {
  return <usize>load<u32>(steps + ((<usize>step) << 4));
}

function stepEnd(step: i32): usize {
  return <usize>load<u32>(steps + ((<usize>step) << 4), 4);
}

function stepIndex(step: i32): i64 {
  return load<i64>(steps + ((<usize>step) << 4), 8);
}

let argument: string = '';

function refuse(what: string): bool {
  fail('Cannot read a path in "' + argument + '": ' + what);
  return false;
}

/** Reads a path from a string node; `name` is the argument it comes from. */
export function readPath(name: string, node: u32): bool {
  argument = name;
  length = 0;
  if (kindOf(node) != STRING) return refuse('a string is expected');
  textOf(node);
  let at = textStart;
  const end = textEnd;
  if (at == end) return refuse('it is empty');
  let needsName = true;
  while (at < end) {
    if (length >= MAX_STEPS) return refuse('more than ' + MAX_STEPS.toString() + ' steps');
    const c: u32 = load<u8>(at);
    if (c == 0x5b) {
      at = readBracket(at + 1, end);
      if (at == 0) return false;
      needsName = false;
      continue;
    }
    if (c == 0x2e) {
      if (needsName) return refuse('a name is missing');
      at++;
      if (at == end || load<u8>(at) == 0x5b) return refuse('a name is missing');
    } else if (!needsName) return refuse('"." or "[" is expected after "]"');
    const start = at;
    while (at < end && load<u8>(at) != 0x2e && load<u8>(at) != 0x5b) at++;
    if (start == at) return refuse('a name is missing');
    addStep(start, at, 0);
    needsName = false;
  }
  return true;
}

function addStep(start: usize, end: usize, index: i64): void {
  const step = steps + ((<usize>length) << 4);
  store<u32>(step, <u32>start);
  store<u32>(step, <u32>end, 4);
  store<i64>(step, index, 8);
  length++;
}

/** `0]`, `-1]` or `"any name"]`; gives the address after it, 0 after a failure. */
function readBracket(from: usize, end: usize): usize {
  let at = from;
  if (at < end && load<u8>(at) == 0x22) {
    const start = ++at;
    while (at < end && load<u8>(at) != 0x22) at++;
    if (at + 1 < end && load<u8>(at, 1) == 0x5d) {
      addStep(start, at, 0);
      return at + 2;
    }
    refuse('a quoted name must end with "]');
    return 0;
  }
  const isNegative = at < end && load<u8>(at) == 0x2d;
  if (isNegative) at++;
  const digits = at;
  let value: i64 = 0;
  for (; at < end && <u32>load<u8>(at) - 0x30 < 10; at++) {
    value = min<i64>(value * 10 + <i64>(load<u8>(at) - 0x30), MAX_INDEX);
  }
  if (at == digits || at >= end || load<u8>(at) != 0x5d) {
    refuse('an index or a quoted name is expected between "[" and "]"');
    return 0;
  }
  addStep(0, 0, isNegative ? -value : value);
  return at + 1;
}

/** The value that the path read last leads to from a node, or -1. */
export function follow(node: u32): i32 {
  let at = <i32>node;
  for (let i = 0; i < length; i++) {
    at =
      stepEnd(i) == 0 ? itemAt(<u32>at, stepIndex(i)) : memberAt(<u32>at, stepStart(i), stepEnd(i));
    if (at < 0) return -1;
  }
  return at;
}

function itemAt(list: u32, index: i64): i32 {
  if (kindOf(list) != ARRAY) return -1;
  let left = index < 0 ? index + <i64>countOf(list) : index;
  if (left < 0) return -1;
  const end = afterOf(list);
  for (let item = childOf(list); item < end; item = afterOf(item)) {
    if (left-- == 0) return <i32>item;
  }
  return -1;
}

/** Items of a list. */
export function countOf(list: u32): i32 {
  let count = 0;
  const end = afterOf(list);
  for (let item = childOf(list); item < end; item = afterOf(item)) count++;
  return count;
}

function memberAt(object: u32, start: usize, end: usize): i32 {
  if (kindOf(object) != OBJECT) return -1;
  const stop = afterOf(object);
  let found = -1;
  for (let key = childOf(object); key < stop; key = afterOf(key + 1)) {
    if (isText(key, start, end)) found = <i32>(key + 1);
  }
  return found;
}
