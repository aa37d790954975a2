/**
 * A scanner for HTML as it is found: one pass, no tree. It never fails; what is broken is read as
 * browsers read it, or skipped. Nothing is looked at more than twice, so it takes linear time.
 */

import { flagsOf, RAW, SKIPPED } from './tags';

export const TEXT: i32 = 1;
export const START: i32 = 2;
export const END: i32 = 3;
export const DONE: i32 = 0;

let at: usize = 0;
let end: usize = 0;
/** The element whose content is text alone, as for a script; it ends at its own end tag. */
let rawName: u64 = 0;
let rawSize: usize = 0;

/** Of the text, or of a tag's attributes. */
export let tokenStart: usize = 0;
export let tokenEnd: usize = 0;
/** A tag's name in lower case: its first eight bytes, and its size. */
export let tagName: u64 = 0;
export let tagSize: usize = 0;

export function openScan(start: usize, stop: usize): void {
  at = start;
  end = stop;
  rawName = 0;
}

/** The next token, whose parts are in the variables above. */
export function nextToken(): i32 {
  while (at < end) {
    if (rawName != 0) return rawText();
    const open = findOpen(at);
    if (open > at) return text(at, open);
    const c: u32 = load<u8>(at + 1);
    if (isLetter(c)) {
      if (readTag(at + 1)) return START;
    } else if (c == 0x2f && isLetter(load<u8>(at + 2))) {
      if (readTag(at + 2)) return END;
    } else {
      skipMarkup();
    }
  }
  return DONE;
}

function text(start: usize, stop: usize): i32 {
  tokenStart = start;
  tokenEnd = stop;
  at = stop;
  return TEXT;
}

/** The next "<" that opens something; another one is text. */
function findOpen(from: usize): usize {
  for (let i = findLess(from); i < end; i = findLess(i + 1)) {
    if (i + 1 >= end) break;
    const c: u32 = load<u8>(i + 1);
    if (isLetter(c) || c == 0x21 || c == 0x3f) return i;
    if (c == 0x2f && i + 2 < end) return i;
  }
  return end;
}

/** Steps by eights, and then one by one, to the next "<". */
function findLess(from: usize): usize {
  let i = from;
  while (i + 8 <= end) {
    const marks = load<u64>(i) ^ 0x3c3c3c3c3c3c3c3c;
    if ((marks - 0x0101010101010101) & ~marks & 0x8080808080808080) break;
    i += 8;
  }
  while (i < end && load<u8>(i) != 0x3c) i++;
  return i;
}

/** Comments, declarations, and end tags without a name. */
function skipMarkup(): void {
  if (load<u8>(at + 1) == 0x21 && at + 3 < end && load<u16>(at + 2) == 0x2d2d) {
    skipComment();
    return;
  }
  while (at < end && load<u8>(at) != 0x3e) at++;
  if (at < end) at++;
}

function skipComment(): void {
  let i = at + 4;
  // <!--> and <!---> are whole.
  if (i < end && load<u8>(i) == 0x3e) {
    at = i + 1;
    return;
  }
  if (i + 1 < end && load<u16>(i) == 0x3e2d) {
    at = i + 2;
    return;
  }
  for (; i + 2 < end; i++) {
    if (load<u16>(i) != 0x2d2d) continue;
    const c: u32 = load<u8>(i + 2);
    if (c == 0x3e || (c == 0x21 && i + 3 < end && load<u8>(i + 3) == 0x3e)) {
      at = i + (c == 0x3e ? 3 : 4);
      return;
    }
  }
  at = end;
}

/** A tag whose name begins there; false when it never ends, which drops it. */
function readTag(from: usize): bool {
  const isStart = from == at + 1;
  let i = from;
  let name: u64 = 0;
  while (i < end && !isNameEnd(load<u8>(i))) {
    const size = i - from;
    if (size < 8) name |= (<u64>lower(load<u8>(i))) << ((<u64>size) << 3);
    i++;
  }
  tagName = name;
  tagSize = i - from;
  tokenStart = i;
  i = skipAttributes(i);
  if (i >= end) {
    at = end;
    return false;
  }
  tokenEnd = i;
  at = i + 1;
  const isEmpty = load<u8>(i - 1) == 0x2f;
  if (isStart && !isEmpty && flagsOf(name, tagSize) & RAW) {
    rawName = name;
    rawSize = tagSize;
  }
  return true;
}

/** To the ">" that ends a tag: those within quotes of a value do not. */
function skipAttributes(from: usize): usize {
  let i = from;
  let afterEquals = false;
  while (i < end) {
    const c: u32 = load<u8>(i);
    if (c == 0x3e) return i;
    if (afterEquals && (c == 0x22 || c == 0x27)) {
      i++;
      while (i < end && load<u8>(i) != c) i++;
      afterEquals = false;
    } else if (!isSpace(c)) {
      afterEquals = c == 0x3d;
    }
    i++;
  }
  return end;
}

/** All up to the end tag of the element: text for what is shown, else nothing. */
function rawText(): i32 {
  const start = at;
  let i = at;
  while (i < end && !isRawEnd(i)) i++;
  const isShown = (flagsOf(rawName, rawSize) & SKIPPED) == 0;
  rawName = 0;
  at = i;
  return isShown && i > start ? text(start, i) : nextToken();
}

function isRawEnd(i: usize): bool {
  if (load<u8>(i) != 0x3c || i + 2 + rawSize >= end || load<u8>(i + 1) != 0x2f) return false;
  const name = i + 2;
  for (let k: usize = 0; k < rawSize; k++) {
    const wanted = k < 8 ? <u32>(rawName >> ((<u64>k) << 3)) & 0xff : lower(load<u8>(name + k));
    if (lower(load<u8>(name + k)) != wanted) return false;
  }
  return isNameEnd(load<u8>(name + rawSize));
}

/** Sets `tokenStart` and `tokenEnd` to the value of an attribute of the tag read last, as it is written. */
export function findAttribute(name: string): bool {
  let i = tokenStart;
  const stop = tokenEnd;
  while (i < stop) {
    while (i < stop && (isSpace(load<u8>(i)) || load<u8>(i) == 0x2f)) i++;
    const start = i;
    while (i < stop && !isSpace(load<u8>(i)) && load<u8>(i) != 0x3d && load<u8>(i) != 0x2f) i++;
    const isFound = equalsLower(start, i, name);
    while (i < stop && isSpace(load<u8>(i))) i++;
    let from = i;
    let to = i;
    if (i < stop && load<u8>(i) == 0x3d) {
      i++;
      while (i < stop && isSpace(load<u8>(i))) i++;
      const quote: u32 = i < stop ? load<u8>(i) : 0;
      const isQuoted = quote == 0x22 || quote == 0x27;
      if (isQuoted) i++;
      from = i;
      while (i < stop && (isQuoted ? load<u8>(i) != quote : !isSpace(load<u8>(i)))) i++;
      to = i;
      if (isQuoted) i++;
    } else if (i == start) {
      i++;
    }
    if (!isFound) continue;
    tokenStart = from;
    tokenEnd = to;
    return true;
  }
  return false;
}

function equalsLower(start: usize, stop: usize, name: string): bool {
  if (stop - start != <usize>name.length) return false;
  for (let k = 0; k < name.length; k++) {
    if (<i32>lower(load<u8>(start + <usize>k)) != name.charCodeAt(k)) return false;
  }
  return true;
}

function isLetter(c: u32): bool {
  return (c | 0x20) - 0x61 < 26;
}

function lower(c: u32): u32 {
  return c - 0x41 < 26 ? c | 0x20 : c;
}

export function isSpace(c: u32): bool {
  return c == 0x20 || (c - 9 < 5 && c != 0x0b);
}

function isNameEnd(c: u32): bool {
  return isSpace(c) || c == 0x3e || c == 0x2f;
}
