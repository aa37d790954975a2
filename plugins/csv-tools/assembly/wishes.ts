/** What the caller wants counted: a column for the keys, or none, and columns of numbers. */

import { nameOf } from '../../base/assembly/arguments';
import { fail, hasFailed } from '../../base/assembly/host';
import { afterOf, ARRAY, childOf, kindOf, STRING } from '../../base/assembly/json-read';
import { textEnd, textOf, textStart } from '../../base/assembly/json-text';
import { write, writeText } from '../../base/assembly/json-write';
import { columnNamed } from './columns';
import { MAX_MEASURES, openGroups } from './groups';

let byStart: usize = 0;
let byEnd: usize = 0;
export let hasBy: bool = false;
/** Names of columns, kept as a node until the header is known. */
let ofNode: i32 = -1;
export let separator: u32 = 0x2c;

/** Where these are in the table, once its header is known. */
export let hasHeader: bool = false;
export let byColumn: i32 = -1;
let measured: usize = 0;

export function measuredColumn(index: u32): u32 {
  return load<u32>(measured + ((<usize>index) << 2));
}

export function setSeparator(byte: u32): void {
  separator = byte;
}

export function readWishes(by: i32, names: i32): bool {
  hasBy = by >= 0;
  if (hasBy) {
    if (kindOf(<u32>by) != STRING) return refuseWish('by', 'a string', by);
    textOf(<u32>by);
    byStart = textStart;
    byEnd = textEnd;
  }
  ofNode = names;
  let count: u32 = 0;
  if (names >= 0) {
    if (kindOf(<u32>names) != ARRAY) return refuseWish('of', 'a list', names);
    for (let name = childOf(<u32>names); name < afterOf(<u32>names); name = afterOf(name)) {
      if (kindOf(name) != STRING) return refuseWish('of', 'a list of strings', <i32>name);
      count++;
    }
  }
  if (count > MAX_MEASURES) {
    fail('Cannot read "of": at most ' + MAX_MEASURES.toString() + ' columns');
    return false;
  }
  openGroups(count);
  measured = heap.alloc(((<usize>count) << 2) + 4);
  return true;
}

/** Now that the header is there. */
export function findWishes(): bool {
  hasHeader = true;
  byColumn = hasBy ? columnNamed('by', byStart, byEnd) : -1;
  let column: usize = 0;
  if (ofNode >= 0) {
    const end = afterOf(<u32>ofNode);
    for (let name = childOf(<u32>ofNode); name < end; name = afterOf(name)) {
      textOf(name);
      const found = columnNamed('of', textStart, textEnd);
      store<u32>(measured + (column << 2), <u32>found);
      column++;
    }
  }
  return !hasFailed();
}

export function writeBy(): void {
  if (hasBy) writeText(byStart, byEnd);
  else write('null');
}

export function writeNames(): void {
  write('[');
  if (ofNode >= 0) {
    let isFirst = true;
    const end = afterOf(<u32>ofNode);
    for (let name = childOf(<u32>ofNode); name < end; name = afterOf(name)) {
      if (!isFirst) write(',');
      isFirst = false;
      textOf(name);
      writeText(textStart, textEnd);
    }
  }
  write(']');
}

function refuseWish(name: string, expected: string, node: i32): bool {
  fail(
    'Cannot read "' +
      name +
      '": ' +
      expected +
      ' is expected, current value is ' +
      nameOf(<u32>node),
  );
  return false;
}
