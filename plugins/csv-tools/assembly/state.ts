/** What a fold carries from chunk to chunk. */

import { fail, hasFailed } from '../../base/assembly/host';
import {
  afterOf,
  ARRAY,
  childOf,
  kindOf,
  NUMBER,
  numberOf,
  STRING,
} from '../../base/assembly/json-read';
import { findMember, textEnd, textOf, textStart } from '../../base/assembly/json-text';
import { finish, write, writeInteger, writeText } from '../../base/assembly/json-write';
import { addColumn, columnCount, openColumns, writeName } from './columns';
import {
  addNumbers,
  addOther,
  addRows,
  groupCount,
  groupOf,
  measureCount,
  widen,
  writeKey,
  writeMeasure,
  writeRows,
} from './groups';
import { listIn, numberIn } from './members';
import { countFrom, MAX_COLUMNS, rowCount } from './rows';
import {
  findWishes,
  hasHeader,
  readWishes,
  separator,
  setSeparator,
  writeBy,
  writeNames,
} from './wishes';

export function writeState(restStart: usize, restEnd: usize): i32 {
  write('{"state":{"delimiter":');
  writeInteger(separator);
  write(',"by":');
  writeBy();
  write(',"of":');
  writeNames();
  write(',"columns":');
  writeHeader();
  write(',"rows":');
  writeInteger(rowCount);
  write(',"groups":[');
  for (let group: u32 = 0; group < groupCount && !hasFailed(); group++) {
    write(group > 0 ? ',[' : '[');
    writeKey(group);
    write(',');
    writeRows(group);
    for (let column: u32 = 0; column < measureCount; column++) {
      write(',');
      writeMeasure(group, column);
    }
    write(']');
  }
  write('],"rest":');
  writeText(restStart, restEnd);
  write('}}');
  return finish();
}

function writeHeader(): void {
  if (!hasHeader) {
    write('null');
    return;
  }
  write('[');
  for (let index: u32 = 0; index < columnCount; index++) {
    if (index > 0) write(',');
    writeName(index);
  }
  write(']');
}

export function readState(state: u32): bool {
  setSeparator(<u32>numberIn(state, 'delimiter'));
  const by = findMember(state, 'by');
  const names = listIn(state, 'of');
  const rows = numberIn(state, 'rows');
  const kept = listIn(state, 'groups');
  if (hasFailed()) return false;
  if (!readWishes(by >= 0 && kindOf(<u32>by) == STRING ? by : -1, <i32>names)) return false;
  countFrom(<i64>rows);
  const columns = findMember(state, 'columns');
  if (columns < 0 || kindOf(<u32>columns) != ARRAY) return true;
  openColumns(MAX_COLUMNS);
  for (let name = childOf(<u32>columns); name < afterOf(<u32>columns); name = afterOf(name)) {
    if (kindOf(name) != STRING || columnCount == MAX_COLUMNS) return refuseState();
    textOf(name);
    addColumn(textStart, textEnd);
  }
  return findWishes() && readGroups(kept);
}

/** As `writeState` writes them. */
function readGroups(kept: u32): bool {
  for (let entry = childOf(kept); entry < afterOf(kept); entry = afterOf(entry)) {
    if (kindOf(entry) != ARRAY) return refuseState();
    const end = afterOf(entry);
    let part = childOf(entry);
    if (part >= end || kindOf(part) != STRING) return refuseState();
    textOf(part);
    const group = groupOf(textStart, textEnd);
    part = afterOf(part);
    if (hasFailed() || part >= end || kindOf(part) != NUMBER) return refuseState();
    addRows(group, <i64>numberOf(part));
    part = afterOf(part);
    for (let column: u32 = 0; column < measureCount; column++) {
      if (part >= end || !readMeasure(group, column, part)) return refuseState();
      part = afterOf(part);
    }
  }
  return true;
}

function readMeasure(group: u32, column: u32, node: u32): bool {
  if (kindOf(node) != ARRAY) return false;
  const values = memory.data(40);
  let count: usize = 0;
  for (let part = childOf(node); part < afterOf(node); part = afterOf(part)) {
    if (kindOf(part) != NUMBER || count == 5) return false;
    store<f64>(values + (count << 3), numberOf(part));
    count++;
  }
  if (count != 5) return false;
  const numbers = <i64>load<f64>(values);
  if (numbers > 0) widen(group, column, load<f64>(values, 24), load<f64>(values, 32));
  addNumbers(group, column, numbers, load<f64>(values, 16));
  addOther(group, column, <i64>load<f64>(values, 8));
  return true;
}

function refuseState(): bool {
  fail('Cannot read "state": it is not one of this function');
  return false;
}
