/** The text of the strings that the reader found. */

import { findSlash } from './bytes';
import {
  afterOf,
  childOf,
  decodedText,
  hexValue,
  isEscaped,
  kindOf,
  OBJECT,
  rawEnd,
  rawStart,
  setDecoded,
} from './json-read';

/** Text of the string read last by `textOf`, in UTF-8. */
export let textStart: usize = 0;
export let textEnd: usize = 0;

/**
 * Sets `textStart` and `textEnd`. A surrogate escaped on its own keeps its three-byte form, which
 * the writer turns back into the same escape; nothing else can bring such bytes in.
 */
export function textOf(node: u32): void {
  const start = rawStart(node) + 1;
  const end = rawEnd(node) - 1;
  if (!isEscaped(node)) {
    textStart = start;
    textEnd = end;
    return;
  }
  const decoded = decodedText(node);
  if (decoded != 0) {
    textStart = decoded;
    textEnd = textStart + <usize>load<u32>(textStart - 4);
    return;
  }
  const buffer = heap.alloc(end - start + 12) + 4;
  let to = buffer;
  let from = start;
  while (from < end) {
    const slash = findSlash(from, end);
    memory.copy(to, from, slash - from);
    to += slash - from;
    if (slash >= end) break;
    from = slash + 1;
    const escape: u32 = load<u8>(from++);
    if (escape == 0x75) {
      let code = readHex(from);
      from += 4;
      if ((code & 0xfc00) == 0xd800 && load<u8>(from) == 0x5c && load<u8>(from, 1) == 0x75) {
        const low = readHex(from + 2);
        if ((low & 0xfc00) == 0xdc00) {
          code = 0x10000 + ((code & 0x3ff) << 10) + (low & 0x3ff);
          from += 6;
        }
      }
      to = storeCodePoint(to, code);
    } else {
      store<u8>(to++, <u8>unescape(escape));
    }
  }
  store<u64>(to, 0);
  textStart = buffer;
  textEnd = to;
  store<u32>(buffer - 4, <u32>(to - buffer));
  setDecoded(node, buffer);
}

function readHex(from: usize): u32 {
  return (
    (hexValue(load<u8>(from)) << 12) |
    (hexValue(load<u8>(from, 1)) << 8) |
    (hexValue(load<u8>(from, 2)) << 4) |
    hexValue(load<u8>(from, 3))
  );
}

function unescape(c: u32): u32 {
  switch (<i32>c) {
    case 0x62:
      return 0x08;
    case 0x66:
      return 0x0c;
    case 0x6e:
      return 0x0a;
    case 0x72:
      return 0x0d;
    case 0x74:
      return 0x09;
    default:
      return c;
  }
}

export function storeCodePoint(to: usize, code: u32): usize {
  if (code < 0x80) {
    store<u8>(to, <u8>code);
    return to + 1;
  }
  if (code < 0x800) {
    store<u8>(to, <u8>(0xc0 | (code >> 6)));
    store<u8>(to, <u8>(0x80 | (code & 0x3f)), 1);
    return to + 2;
  }
  if (code < 0x10000) {
    store<u8>(to, <u8>(0xe0 | (code >> 12)));
    store<u8>(to, <u8>(0x80 | ((code >> 6) & 0x3f)), 1);
    store<u8>(to, <u8>(0x80 | (code & 0x3f)), 2);
    return to + 3;
  }
  store<u8>(to, <u8>(0xf0 | (code >> 18)));
  store<u8>(to, <u8>(0x80 | ((code >> 12) & 0x3f)), 1);
  store<u8>(to, <u8>(0x80 | ((code >> 6) & 0x3f)), 2);
  store<u8>(to, <u8>(0x80 | (code & 0x3f)), 3);
  return to + 4;
}

/** Whether the bytes are those of an ASCII literal. */
export function equalsAscii(start: usize, end: usize, word: string): bool {
  if (end - start != <usize>word.length) return false;
  for (let i = 0; i < word.length; i++) {
    if (<i32>load<u8>(start + <usize>i) != word.charCodeAt(i)) return false;
  }
  return true;
}

/** The member of an object by an ASCII name, or -1; of two with one name the last, as in JavaScript. */
export function findMember(object: u32, name: string): i32 {
  if (kindOf(object) != OBJECT) return -1;
  const end = afterOf(object);
  let found: i32 = -1;
  let key = childOf(object);
  while (key < end) {
    const value = key + 1;
    textOf(key);
    if (equalsAscii(textStart, textEnd, name)) found = <i32>value;
    key = afterOf(value);
  }
  return found;
}
