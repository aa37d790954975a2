/** Sums over rows, apart for each value of a column. */

import { hashBytes, sameBytes } from '../../base/assembly/bytes';
import { fail } from '../../base/assembly/host';
import { write, writeInteger, writeNumber, writeText } from '../../base/assembly/json-write';

export const MAX_GROUPS: u32 = 10_000;
export const MAX_MEASURES: u32 = 32;

/** start, size and hash of the key, and how many rows. */
const GROUP_SIZE: usize = 24;
/** How many numbers, how many other values, sum, least and most. */
const MEASURE_SIZE: usize = 40;

export let groupCount: u32 = 0;
export let measureCount: u32 = 0;
let groups: usize = 0;
let measures: usize = 0;
let room: u32 = 0;
let slots: usize = 0;
let slotMask: u32 = 0;

export function openGroups(columns: u32): void {
  measureCount = columns;
  groupCount = 0;
  room = 0;
  slotMask = 32_767;
  slots = heap.alloc((<usize>slotMask + 1) << 2);
  memory.fill(slots, 0, (<usize>slotMask + 1) << 2);
}

function groupAt(group: u32): usize {
  return groups + <usize>group * GROUP_SIZE;
}

function measureAt(group: u32, column: u32): usize {
  return measures + (<usize>group * <usize>measureCount + <usize>column) * MEASURE_SIZE;
}

/** The number of the group with this key, made if there is none yet; the key must stay where it is. */
export function groupOf(start: usize, end: usize): u32 {
  const size = end - start;
  const hash = hashBytes(start, size);
  let slot = hash & slotMask;
  while (true) {
    const held = load<u32>(slots + ((<usize>slot) << 2));
    if (held == 0) break;
    const group = groupAt(held - 1);
    const isSame = load<u32>(group, 8) == hash && <usize>load<u32>(group, 4) == size;
    if (isSame && sameBytes(<usize>load<u32>(group), start, size)) return held - 1;
    slot = (slot + 1) & slotMask;
  }
  if (groupCount == MAX_GROUPS) {
    fail('Cannot group rows: there are more than ' + MAX_GROUPS.toString() + ' groups');
    return 0;
  }
  store<u32>(slots + ((<usize>slot) << 2), groupCount + 1);
  return addGroup(start, size, hash);
}

function addGroup(start: usize, size: usize, hash: u32): u32 {
  if (groupCount == room) grow();
  const group = groupAt(groupCount);
  store<u32>(group, <u32>start);
  store<u32>(group, <u32>size, 4);
  store<u32>(group, hash, 8);
  store<i64>(group, 0, 16);
  memory.fill(measureAt(groupCount, 0), 0, <usize>measureCount * MEASURE_SIZE);
  return groupCount++;
}

function grow(): void {
  const before = room;
  room = room == 0 ? 64 : room * 4;
  const size = <usize>room * GROUP_SIZE;
  const row = <usize>measureCount * MEASURE_SIZE;
  const wider = heap.alloc(size);
  const longer = heap.alloc(<usize>room * row + 8);
  memory.copy(wider, groups, <usize>before * GROUP_SIZE);
  memory.copy(longer, measures, <usize>before * row);
  groups = wider;
  measures = longer;
}

export function addRows(group: u32, rows: i64): void {
  const place = groupAt(group);
  store<i64>(place, load<i64>(place, 16) + rows, 16);
}

/** One value that is no number, and not empty. */
export function addOther(group: u32, column: u32, count: i64): void {
  const place = measureAt(group, column);
  store<i64>(place, load<i64>(place, 8) + count, 8);
}

/** So many numbers with this sum, between least and most. */
export function addNumbers(group: u32, column: u32, count: i64, sum: f64): void {
  const place = measureAt(group, column);
  store<i64>(place, load<i64>(place) + count);
  store<f64>(place, load<f64>(place, 16) + sum, 16);
}

/** Before the numbers are added: the first one is both. */
export function widen(group: u32, column: u32, least: f64, most: f64): void {
  const place = measureAt(group, column);
  const isFirst = load<i64>(place) == 0;
  if (isFirst || least < load<f64>(place, 24)) store<f64>(place, least, 24);
  if (isFirst || most > load<f64>(place, 32)) store<f64>(place, most, 32);
}

export function writeKey(group: u32): void {
  const place = groupAt(group);
  const start = <usize>load<u32>(place);
  writeText(start, start + <usize>load<u32>(place, 4));
}

export function writeRows(group: u32): void {
  writeInteger(load<i64>(groupAt(group), 16));
}

/** As it is carried on: numbers, others, sum, least, most. */
export function writeMeasure(group: u32, column: u32): void {
  const place = measureAt(group, column);
  write('[');
  writeInteger(load<i64>(place));
  write(',');
  writeInteger(load<i64>(place, 8));
  for (let field: usize = 16; field <= 32; field += 8) {
    write(',');
    writeSum(load<f64>(place + field));
  }
  write(']');
}

/** As it is given to a reader. */
export function writeSummary(group: u32, column: u32): void {
  const place = measureAt(group, column);
  const count = load<i64>(place);
  const sum = load<f64>(place, 16);
  write('{"count":');
  writeInteger(count);
  write(',"other":');
  writeInteger(load<i64>(place, 8));
  write(',"sum":');
  writeSum(sum);
  write(',"average":');
  writeOrNull(count, sum / <f64>count);
  write(',"min":');
  writeOrNull(count, load<f64>(place, 24));
  write(',"max":');
  writeOrNull(count, load<f64>(place, 32));
  write('}');
}

function writeOrNull(count: i64, value: f64): void {
  if (count == 0) write('null');
  else writeSum(value);
}

function writeSum(value: f64): void {
  if (isFinite(value)) {
    writeNumber(value);
    return;
  }
  fail('Cannot add up: a sum is larger than a number can be');
  write('null');
}
