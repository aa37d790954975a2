/**
 * A strict JSON reader. It leaves values where they are and notes in a table where each begins and
 * ends, so that a part of the input can be handed on byte for byte.
 */

import { kindOfByte, QUOTED_BYTE, skipPlain } from './bytes';
import { fail, inputEnd, inputStart } from './host';
import { mayOverflow, parseNumber } from './number';

export const NULL: u32 = 0;
export const FALSE: u32 = 1;
export const TRUE: u32 = 2;
export const NUMBER: u32 = 3;
export const STRING: u32 = 4;
export const ARRAY: u32 = 5;
export const OBJECT: u32 = 6;

/** A string with escapes must be decoded before it is read. */
const ESCAPED: u32 = 0x100;
/** It has been decoded, and the last field holds where its text is, a size before it. */
const DECODED: u32 = 0x200;

/** kind and flags, start, end, index of the node after this subtree. Children follow their parent. */
const NODE_SIZE: usize = 16;
const MAX_NODES: u32 = 1 << 20;
const MAX_DEPTH: i32 = 128;

let table: usize = 0;
let capacity: u32 = 0;
let count: u32 = 0;
let at: usize = 0;

function nodeAt(node: u32): usize {
  return table + <usize>node * NODE_SIZE;
}

export function kindOf(node: u32): u32 {
  return load<u32>(nodeAt(node)) & 0xff;
}

/** Where the raw text of a value begins; a string's quotes belong to it. */
export function rawStart(node: u32): usize {
  return <usize>load<u32>(nodeAt(node), 4);
}

export function rawEnd(node: u32): usize {
  return <usize>load<u32>(nodeAt(node), 8);
}

/** The first child of a list or object; compare with `afterOf` before use. */
export function childOf(node: u32): u32 {
  return node + 1;
}

export function afterOf(node: u32): u32 {
  const address = nodeAt(node);
  return load<u32>(address) & DECODED ? node + 1 : load<u32>(address, 12);
}

export function isEscaped(node: u32): bool {
  return (load<u32>(nodeAt(node)) & ESCAPED) != 0;
}

/** Where the decoded text of a string is, 0 before `setDecoded`. */
export function decodedText(node: u32): usize {
  const address = nodeAt(node);
  return load<u32>(address) & DECODED ? <usize>load<u32>(address, 12) : 0;
}

/** Keeps where a string was decoded to, so that it is decoded once. */
export function setDecoded(node: u32, text: usize): void {
  const address = nodeAt(node);
  store<u32>(address, load<u32>(address) | DECODED);
  store<u32>(address, <u32>text, 12);
}

/** A note of a caller's on a node; 0 at first. */
export function markOf(node: u32): u32 {
  return load<u32>(nodeAt(node)) >> 16;
}

export function setMark(node: u32, mark: u32): void {
  const address = nodeAt(node);
  store<u32>(address, (load<u32>(address) & 0xffff) | (mark << 16));
}

function failAt(what: string): bool {
  const offset = at - inputStart;
  if (at >= inputEnd)
    fail(
      'Cannot read input as JSON: ' +
        what +
        ' expected at byte ' +
        offset.toString() +
        ', where it ends',
    );
  else fail('Cannot read input as JSON: ' + what + ' expected at byte ' + offset.toString());
  return false;
}

function addNode(kind: u32): u32 {
  if (count == capacity) {
    capacity = capacity == 0 ? 256 : capacity * 2;
    const size = <usize>capacity * NODE_SIZE;
    // The table is the last block of the heap while a text is read, so it grows in place.
    table = table == 0 ? heap.alloc(size) : heap.realloc(table, size);
  }
  const node = count++;
  const address = nodeAt(node);
  store<u32>(address, kind);
  store<u32>(address, <u32>at, 4);
  return node;
}

function closeNode(node: u32): void {
  const address = nodeAt(node);
  store<u32>(address, <u32>at, 8);
  store<u32>(address, count, 12);
}

/** Reads the whole input; its root is node 0. */
export function readJson(): bool {
  at = inputStart;
  count = 0;
  skipSpace();
  if (!readValue(0)) return false;
  skipSpace();
  if (at < inputEnd) return failAt('end of input');
  return true;
}

function skipSpace(): void {
  while (true) {
    const c = load<u8>(at);
    if (c != 0x20 && c != 0x0a && c != 0x0d && c != 0x09) return;
    at++;
  }
}

function readValue(depth: i32): bool {
  if (count >= MAX_NODES) {
    fail('Cannot read input: more than ' + MAX_NODES.toString() + ' values');
    return false;
  }
  switch (<i32>load<u8>(at)) {
    case 0x22:
      return readString();
    case 0x7b:
      return readObject(depth);
    case 0x5b:
      return readArray(depth);
    case 0x74:
      return readWord(TRUE, 'true');
    case 0x66:
      return readWord(FALSE, 'false');
    case 0x6e:
      return readWord(NULL, 'null');
    default:
      return readNumber();
  }
}

function readWord(kind: u32, word: string): bool {
  const node = addNode(kind);
  for (let i = 0; i < word.length; i++) {
    if (<i32>load<u8>(at) != word.charCodeAt(i)) return failAt('a value');
    at++;
  }
  closeNode(node);
  return true;
}

function isDigit(c: u32): bool {
  return c - 0x30 < 10;
}

function skipDigits(): bool {
  if (!isDigit(load<u8>(at))) return failAt('a digit');
  while (isDigit(load<u8>(at))) at++;
  return true;
}

function readNumber(): bool {
  let c: u32 = load<u8>(at);
  if (c != 0x2d && !isDigit(c)) return failAt('a value');
  const node = addNode(NUMBER);
  if (c == 0x2d) at++;
  if (load<u8>(at) == 0x30) at++;
  else if (!skipDigits()) return false;
  if (load<u8>(at) == 0x2e) {
    at++;
    if (!skipDigits()) return false;
  }
  c = <u32>load<u8>(at) | 0x20;
  if (c == 0x65) {
    at++;
    c = load<u8>(at);
    if (c == 0x2b || c == 0x2d) at++;
    if (!skipDigits()) return false;
  }
  closeNode(node);
  return checkRange(node);
}

/** A number too big for a double would become Infinity in the host, which JSON cannot write. */
function checkRange(node: u32): bool {
  if (!mayOverflow(rawStart(node), rawEnd(node))) return true;
  const value = numberOf(node);
  if (value >= -f64.MAX_VALUE && value <= f64.MAX_VALUE) return true;
  fail(
    'Cannot read input: the number at byte ' +
      (rawStart(node) - inputStart).toString() +
      ' is out of range',
  );
  return false;
}

export function numberOf(node: u32): f64 {
  return parseNumber(rawStart(node), rawEnd(node));
}

function readString(): bool {
  const node = addNode(STRING);
  let flags = STRING;
  at++;
  while (true) {
    at = skipPlain(at);
    // Fewer than eight plain bytes, and then what is not plain.
    while (!(kindOfByte(at) & QUOTED_BYTE)) at++;
    const c: u32 = load<u8>(at);
    if (c >= 0x80) {
      if (!skipSequences()) return failAt('UTF-8');
    } else if (c == 0x22) {
      break;
    } else if (c == 0x5c) {
      flags |= ESCAPED;
      if (!readEscape()) return false;
    } else {
      return failAt(at >= inputEnd ? 'a closing quote' : 'an escaped control character');
    }
  }
  at++;
  store<u32>(nodeAt(node), flags);
  closeNode(node);
  return true;
}

/** Steps over sequences until the next ASCII byte but a space. */
function skipSequences(): bool {
  let to = at;
  while (true) {
    const c: u32 = load<u8>(to);
    if (c - 0xc2 < 0x1e) {
      if ((<u32>load<u8>(to, 1) & 0xc0) != 0x80) break;
      to += 2;
    } else if (c - 0xe1 < 0x0c) {
      if ((<u32>load<u16>(to, 1) & 0xc0c0) != 0x8080) break;
      to += 3;
    } else if (c == 0x20) {
      to++;
    } else if (c >= 0x80) {
      at = to;
      if (!skipSequence(c)) return false;
      to = at;
    } else {
      at = to;
      return true;
    }
  }
  at = to;
  return false;
}

function readEscape(): bool {
  at++;
  switch (<i32>load<u8>(at)) {
    case 0x22:
    case 0x5c:
    case 0x2f:
    case 0x62:
    case 0x66:
    case 0x6e:
    case 0x72:
    case 0x74:
      at++;
      return true;
    case 0x75:
      at++;
      for (let i = 0; i < 4; i++) {
        if (hexValue(load<u8>(at)) > 15) return failAt('a hexadecimal digit');
        at++;
      }
      return true;
    default:
      return failAt('an escape');
  }
}

export function hexValue(c: u32): u32 {
  if (c - 0x30 < 10) return c - 0x30;
  const letter = (c | 0x20) - 0x61;
  return letter < 6 ? letter + 10 : 99;
}

/** Steps over one sequence of two to four bytes, refusing overlong forms and surrogates. */
function skipSequence(first: u32): bool {
  const second: u32 = load<u8>(at, 1);
  let low: u32 = 0x80;
  let high: u32 = 0xbf;
  let size: usize = 2;
  if (first < 0xc2) return false;
  if (first >= 0xf0) {
    if (first > 0xf4) return false;
    size = 4;
    if (first == 0xf0) low = 0x90;
    if (first == 0xf4) high = 0x8f;
  } else if (first >= 0xe0) {
    size = 3;
    if (first == 0xe0) low = 0xa0;
    if (first == 0xed) high = 0x9f;
  }
  if (second < low || second > high) return false;
  for (let i: usize = 2; i < size; i++) {
    if ((<u32>load<u8>(at + i) & 0xc0) != 0x80) return false;
  }
  at += size;
  return true;
}

function readArray(depth: i32): bool {
  if (!checkDepth(depth)) return false;
  const node = addNode(ARRAY);
  at++;
  skipSpace();
  if (load<u8>(at) != 0x5d) {
    while (true) {
      if (!readValue(depth + 1)) return false;
      skipSpace();
      const c = load<u8>(at);
      if (c == 0x5d) break;
      if (c != 0x2c) return failAt('"," or "]"');
      at++;
      skipSpace();
    }
  }
  at++;
  closeNode(node);
  return true;
}

function readObject(depth: i32): bool {
  if (!checkDepth(depth)) return false;
  const node = addNode(OBJECT);
  at++;
  skipSpace();
  if (load<u8>(at) != 0x7d) {
    while (true) {
      if (load<u8>(at) != 0x22) return failAt('a quoted name');
      if (!readString()) return false;
      skipSpace();
      if (load<u8>(at) != 0x3a) return failAt('":"');
      at++;
      skipSpace();
      if (!readValue(depth + 1)) return false;
      skipSpace();
      const c = load<u8>(at);
      if (c == 0x7d) break;
      if (c != 0x2c) return failAt('"," or "}"');
      at++;
      skipSpace();
    }
  }
  at++;
  closeNode(node);
  return true;
}

function checkDepth(depth: i32): bool {
  if (depth < MAX_DEPTH) return true;
  fail(
    'Cannot read input: nested deeper than ' +
      MAX_DEPTH.toString() +
      ' at byte ' +
      (at - inputStart).toString(),
  );
  return false;
}
