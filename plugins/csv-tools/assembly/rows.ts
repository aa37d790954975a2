/** Rows of delimited text (RFC 4180, and what spreadsheets make of it), read one after the other in one pass. */

import { fail } from '../../base/assembly/host';

export const MAX_COLUMNS: u32 = 1_024;

let at: usize = 0;
let end: usize = 0;
let delimiter: u32 = 0x2c;
/** Whether more text may follow, in which a row may go on. */
let isPart: bool = false;

/** Where the row read last begins: what is left of the text when it is not whole. */
export let rowStart: usize = 0;
/** Of rows that were read, the header included. */
export let rowCount: i64 = 0;
export let fieldCount: u32 = 0;

/** Start and end of each field. */
let fields: usize = 0;

export const ROW: i32 = 1;
export const DONE: i32 = 0;
/** The text ends within a row. */
export const PARTIAL: i32 = 2;
export const FAULTY: i32 = 3;

export function openRows(start: usize, stop: usize, separator: u32, mayGoOn: bool): void {
  at = start;
  end = stop;
  delimiter = separator;
  isPart = mayGoOn;
  rowStart = start;
  fields = heap.alloc((<usize>MAX_COLUMNS) << 3);
}

/** Goes on counting where an earlier part of the text ended. */
export function countFrom(rows: i64): void {
  rowCount = rows;
}

/** A mark that editors put in front of a text. */
export function skipMark(): void {
  if (end - at >= 3 && load<u16>(at) == 0xbbef && load<u8>(at, 2) == 0xbf) at += 3;
}

export function fieldStart(index: u32): usize {
  return <usize>load<u32>(fields + ((<usize>index) << 3));
}

export function fieldEnd(index: u32): usize {
  return <usize>load<u32>(fields + ((<usize>index) << 3), 4);
}

/** Empty lines are passed over. */
export function nextRow(): i32 {
  while (at < end && isLineEnd(load<u8>(at))) at++;
  rowStart = at;
  if (at >= end) return DONE;
  fieldCount = 0;
  while (true) {
    const kind = readField();
    if (kind != ROW) return kind;
    // Neither a line end nor the text's own: another field follows.
    if (at < end && load<u8>(at) == delimiter) {
      at++;
      continue;
    }
    if (at >= end && isPart) return PARTIAL;
    rowCount++;
    return ROW;
  }
}

function readField(): i32 {
  if (fieldCount == MAX_COLUMNS) return refuse('more than ' + MAX_COLUMNS.toString() + ' fields');
  if (at < end && load<u8>(at) == 0x22) return readQuoted();
  const start = at;
  while (at < end) {
    const c: u32 = load<u8>(at);
    if (c == delimiter || isLineEnd(c)) break;
    at++;
  }
  addField(start, at);
  return ROW;
}

function readQuoted(): i32 {
  const start = at + 1;
  at = start;
  let doubled = false;
  while (at < end) {
    if (load<u8>(at) != 0x22) {
      at++;
      continue;
    }
    if (at + 1 >= end || load<u8>(at + 1) != 0x22) break;
    doubled = true;
    at += 2;
  }
  if (at >= end) return isPart ? PARTIAL : refuse('a quote that never ends');
  const stop = at;
  at++;
  // Behind its quote a field ends; at the end of a part the quote may be the first of two.
  if (at >= end && isPart) return PARTIAL;
  if (at < end && load<u8>(at) != delimiter && !isLineEnd(load<u8>(at))) {
    return refuse('text behind a closing quote');
  }
  if (doubled) addUndoubled(start, stop);
  else addField(start, stop);
  return ROW;
}

function addField(start: usize, stop: usize): void {
  const place = fields + ((<usize>fieldCount) << 3);
  store<u32>(place, <u32>start);
  store<u32>(place, <u32>stop, 4);
  fieldCount++;
}

/** A copy in which two quotes are one. */
function addUndoubled(start: usize, stop: usize): void {
  const copy = heap.alloc(stop - start + 8);
  let to = copy;
  for (let from = start; from < stop; from++) {
    const c: u32 = load<u8>(from);
    store<u8>(to++, <u8>c);
    if (c == 0x22) from++;
  }
  store<u64>(to, 0);
  addField(copy, to);
}

function isLineEnd(c: u32): bool {
  return c == 0x0a || c == 0x0d;
}

/** Of the row that is being read. The header is row 1, and empty lines are not counted. */
function refuse(why: string): i32 {
  rowCount++;
  return refuseRow(why);
}

/** Of the row that was read. */
export function refuseRow(why: string): i32 {
  fail('Cannot read row ' + rowCount.toString() + ': ' + why);
  return FAULTY;
}
