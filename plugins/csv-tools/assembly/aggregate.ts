/**
 * Counts and sums over the rows of a table, in one call or as a fold over the chunks of a file. A row
 * that a chunk cuts waits in the state for what follows.
 */

import {
  anyArgument,
  findArgument,
  listArgument,
  open,
  textArgument,
} from '../../base/assembly/arguments';
import { giveUp, hasFailed } from '../../base/assembly/host';
import { afterOf, childOf } from '../../base/assembly/json-read';
import { textEnd, textOf, textStart } from '../../base/assembly/json-text';
import { finish, write, writeInteger } from '../../base/assembly/json-write';
import { cellValue, isNumber } from './cells';
import { columnCount, readColumns, writeName } from './columns';
import { delimiterArgument } from './delimiter';
import {
  addNumbers,
  addOther,
  addRows,
  groupCount,
  groupOf,
  measureCount,
  widen,
  writeKey,
  writeRows,
  writeSummary,
} from './groups';
import { append, sizeOf, textIn } from './members';
import {
  fieldCount,
  fieldEnd,
  fieldStart,
  nextRow,
  openRows,
  refuseRow,
  ROW,
  rowCount,
  rowStart,
  skipMark,
} from './rows';
import { readState, writeState } from './state';
import {
  byColumn,
  findWishes,
  hasBy,
  hasHeader,
  measuredColumn,
  readWishes,
  separator,
  setSeparator,
} from './wishes';

/** A longer row would be read anew with each chunk. */
const MAX_REST: usize = 256 * 1024;

export function aggregate(): i32 {
  if (!open() || !textArgument('text')) return giveUp();
  const from = textStart;
  const end = textEnd;
  setSeparator(delimiterArgument());
  if (!readWishes(findArgument('by'), findArgument('of'))) return giveUp();
  openRows(from, end, separator, false);
  skipMark();
  addAll();
  if (hasFailed()) return giveUp();
  return writeResult();
}

export function aggregate_file_init(): i32 {
  if (!open()) return giveUp();
  setSeparator(delimiterArgument());
  if (!readWishes(findArgument('by'), findArgument('of'))) return giveUp();
  return writeState(0, 0);
}

export function aggregate_file_step(): i32 {
  if (!open()) return giveUp();
  const state = anyArgument('state');
  const items = listArgument('items');
  if (hasFailed() || !readState(state)) return giveUp();
  const rest = textIn(state, 'rest');
  let size = sizeOf(rest);
  for (let item = childOf(items); item < afterOf(items); item = afterOf(item)) {
    size += sizeOf(textIn(item, 'text'));
  }
  if (hasFailed()) return giveUp();
  const start = heap.alloc(size + 8);
  let end = append(start, rest);
  for (let item = childOf(items); item < afterOf(items); item = afterOf(item)) {
    end = append(end, textIn(item, 'text'));
  }
  store<u64>(end, 0);
  openRows(start, end, separator, true);
  if (!hasHeader) skipMark();
  addAll();
  if (end - rowStart > MAX_REST) refuseRow('it is longer than ' + MAX_REST.toString() + ' bytes');
  return hasFailed() ? giveUp() : writeState(rowStart, end);
}

export function aggregate_file_finish(): i32 {
  if (!open()) return giveUp();
  const state = anyArgument('state');
  if (hasFailed() || !readState(state)) return giveUp();
  const rest = textIn(state, 'rest');
  if (hasFailed()) return giveUp();
  textOf(rest);
  openRows(textStart, textEnd, separator, false);
  addAll();
  return hasFailed() ? giveUp() : writeResult();
}

/** Every row there is, whole ones only where more may follow. */
function addAll(): void {
  let kind = nextRow();
  while (kind == ROW && !hasFailed()) {
    if (hasHeader) addRow();
    else if (!readColumns() || !findWishes()) return;
    kind = nextRow();
  }
}

function addRow(): void {
  if (fieldCount > columnCount) {
    refuseRow(fieldCount.toString() + ' fields for ' + columnCount.toString() + ' columns');
    return;
  }
  const hasKey = byColumn >= 0 && <u32>byColumn < fieldCount;
  const group = hasKey ? groupOf(fieldStart(byColumn), fieldEnd(byColumn)) : groupOf(0, 0);
  if (hasFailed()) return;
  addRows(group, 1);
  for (let column: u32 = 0; column < measureCount; column++) {
    const index = measuredColumn(column);
    if (index >= fieldCount) continue;
    const start = fieldStart(index);
    const end = fieldEnd(index);
    if (start == end) continue;
    if (!isNumber(start, end)) {
      addOther(group, column, 1);
      continue;
    }
    widen(group, column, cellValue, cellValue);
    addNumbers(group, column, 1, cellValue);
  }
}

function writeResult(): i32 {
  write('{"rows":');
  writeInteger(rowCount - (hasHeader ? 1 : 0));
  write(',"groups":[');
  for (let group: u32 = 0; group < groupCount && !hasFailed(); group++) {
    write(group > 0 ? ',{"key":' : '{"key":');
    if (hasBy) writeKey(group);
    else write('null');
    write(',"count":');
    writeRows(group);
    write(',"columns":{');
    writeColumns(group);
    write('}}');
  }
  write(']}');
  return finish();
}

/** A column named twice is written once. */
function writeColumns(group: u32): void {
  let isFirst = true;
  for (let column: u32 = 0; column < measureCount; column++) {
    const index = measuredColumn(column);
    let isRepeated = false;
    for (let before: u32 = 0; before < column; before++) {
      if (measuredColumn(before) == index) isRepeated = true;
    }
    if (isRepeated) continue;
    if (!isFirst) write(',');
    isFirst = false;
    writeName(index);
    write(':');
    writeSummary(group, column);
  }
}
