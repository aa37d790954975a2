/** A list made into less: flat, without repetitions, or a number. */

import {
  findArgument,
  integerArgument,
  listArgument,
  nameOf,
  open,
} from '../../base/assembly/arguments';
import { fail, giveUp, hasFailed } from '../../base/assembly/host';
import {
  afterOf,
  ARRAY,
  childOf,
  kindOf,
  NULL,
  NUMBER,
  numberOf,
} from '../../base/assembly/json-read';
import { finish, write, writeInteger, writeNumber, writeRaw } from '../../base/assembly/json-write';
import { keyCount, keyNumber, openKeys } from './keys';
import { countOf, follow, readPath } from './path';

let written: i32 = 0;

function writeItem(node: u32): void {
  if (written++ > 0) write(',');
  writeRaw(node);
}

export function flatten(): i32 {
  if (!open()) return giveUp();
  const items = listArgument('items');
  const depth = integerArgument('depth', 1, 1, 128);
  if (hasFailed()) return giveUp();
  write('{"items":[');
  writeFlat(items, depth);
  write('],"count":');
  writeInteger(written);
  write('}');
  return finish();
}

function writeFlat(list: u32, depth: i32): void {
  const end = afterOf(list);
  for (let item = childOf(list); item < end; item = afterOf(item)) {
    if (kindOf(item) == ARRAY && depth > 0) writeFlat(item, depth - 1);
    else writeItem(item);
  }
}

/** The first of the items that are alike, or alike at a path. */
export function unique(): i32 {
  if (!open()) return giveUp();
  const items = listArgument('items');
  const by = findArgument('by');
  if (hasFailed() || (by >= 0 && !readPath('by', <u32>by))) return giveUp();
  openKeys(countOf(items));
  let count = 0;
  write('{"items":[');
  const end = afterOf(items);
  for (let item = childOf(items); item < end; item = afterOf(item)) {
    const before = keyCount;
    keyNumber(by < 0 ? <i32>item : follow(item));
    if (keyCount > before) writeItem(item);
    count++;
  }
  write('],"removed":');
  writeInteger(count - written);
  write('}');
  return finish();
}

/** Numbers, or what a path leads to in each item; null and nothing are passed over. */
export function sum(): i32 {
  if (!open()) return giveUp();
  const items = listArgument('items');
  const by = findArgument('by');
  if (hasFailed() || (by >= 0 && !readPath('by', <u32>by))) return giveUp();
  let total: f64 = 0;
  let lost: f64 = 0;
  let least: f64 = Infinity;
  let most: f64 = -Infinity;
  let count = 0;
  let index = 0;
  const end = afterOf(items);
  for (let item = childOf(items); item < end; item = afterOf(item), index++) {
    const node = by < 0 ? <i32>item : follow(item);
    if (node < 0 || kindOf(<u32>node) == NULL) continue;
    if (kindOf(<u32>node) != NUMBER) {
      fail(
        'Cannot sum "items": item ' +
          index.toString() +
          ' must be a number, current value is ' +
          nameOf(<u32>node),
      );
      return giveUp();
    }
    const value = numberOf(<u32>node);
    const next = total + value;
    // Neumaier's sum keeps what is lost when a small number meets a big one.
    lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
    total = next;
    least = min<f64>(least, value);
    most = max<f64>(most, value);
    count++;
  }
  return writeSum(total + lost, count, least, most);
}

function writeSum(total: f64, count: i32, least: f64, most: f64): i32 {
  if (!(Math.abs(total) <= f64.MAX_VALUE)) fail('Cannot sum "items": the sum is out of range');
  write('{"sum":');
  writeNumber(total);
  write(',"count":');
  writeInteger(count);
  write(',"average":');
  writeOrNull(total / <f64>count, count);
  write(',"min":');
  writeOrNull(least, count);
  write(',"max":');
  writeOrNull(most, count);
  write('}');
  return finish();
}

function writeOrNull(value: f64, count: i32): void {
  if (count == 0) write('null');
  else writeNumber(value);
}
