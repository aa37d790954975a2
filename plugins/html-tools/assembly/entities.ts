/** Character references: `&amp;`, `&#65;`, `&#x41;`. */

import { storeCodePoint } from '../../base/assembly/json-text';
import { CODES, NAME_COUNT, NAMES } from './entity-table';

/** What the reference there stands for, or -1 when it is text; sets where it ends. */
let code: i32 = -1;
export let afterReference: usize = 0;

/** Longest name in the table. */
const MAX_NAME: usize = 8;
/** Numbers with more digits are no character. */
const MAX_DIGITS: usize = 8;

/** Stores the character that "&" at `from` begins; gives where to go on writing, 0 when it begins none. */
export function storeReference(from: usize, end: usize, to: usize): usize {
  if (from + 1 < end && load<u8>(from + 1) == 0x23) readNumber(from + 2, end);
  else readName(from + 1, end);
  return code < 0 ? 0 : storeCodePoint(to, <u32>code);
}

function readName(start: usize, end: usize): void {
  code = -1;
  let name: u64 = 0;
  let size: usize = 0;
  while (size < MAX_NAME && start + size < end && isNameByte(load<u8>(start + size))) {
    name |= (<u64>load<u8>(start + size)) << ((<u64>size) << 3);
    size++;
  }
  const found = find(name);
  const stop = start + size;
  const isClosed = stop < end && load<u8>(stop) == 0x3b;
  // Only the oldest names are known without a semicolon.
  if (found < 0 || (!isClosed && found > 0xff)) return;
  code = found;
  afterReference = isClosed ? stop + 1 : stop;
}

function find(name: u64): i32 {
  let low = 0;
  let high = NAME_COUNT - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const here = load<u64>(NAMES + ((<usize>middle) << 3));
    if (here == name) return <i32>load<u32>(CODES + ((<usize>middle) << 2));
    if (here < name) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

function readNumber(start: usize, end: usize): void {
  code = -1;
  const isHex = start < end && (load<u8>(start) | 0x20) == 0x78;
  const from = isHex ? start + 1 : start;
  const base: u64 = isHex ? 16 : 10;
  let value: u64 = 0;
  let i = from;
  while (i < end) {
    const digit = digitOf(load<u8>(i));
    if (<u64>digit >= base) break;
    if (i - from < MAX_DIGITS) value = value * base + <u64>digit;
    else value = 0xffffffff;
    i++;
  }
  if (i == from) return;
  afterReference = i < end && load<u8>(i) == 0x3b ? i + 1 : i;
  code = characterOf(value);
}

/** What is no character is shown as one that was lost; controls of old pages are read as browsers do. */
function characterOf(value: u64): i32 {
  if (value == 0 || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return 0xfffd;
  if (value >= 0x80 && value <= 0x9f) return <i32>load<u16>(WINDOWS + ((<usize>value - 0x80) << 1));
  if (value < 0x20 && value != 9 && value != 10) return 0x20;
  return <i32>value;
}

const WINDOWS: usize = memory.data<u16>([
  0x20ac, 0x81, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039,
  0x0152, 0x8d, 0x017d, 0x8f, 0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc,
  0x2122, 0x0161, 0x203a, 0x0153, 0x9d, 0x017e, 0x0178,
]);

function digitOf(c: u32): u32 {
  if (c - 0x30 < 10) return c - 0x30;
  const letter = (c | 0x20) - 0x61;
  return letter < 6 ? letter + 10 : 99;
}

function isNameByte(c: u32): bool {
  return (c | 0x20) - 0x61 < 26 || c - 0x30 < 10;
}
