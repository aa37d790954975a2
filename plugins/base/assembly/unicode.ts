/** Code points in UTF-8 text: reading one, what kind it is, and where a character as seen ends. */

import { countAscii, SINGLE_BYTE, skipBytes } from './bytes';
import { RUNS, RUNS_SIZE } from './unicode-table';
import { casemap } from 'util/casemap';

const OTHER: u32 = 0;
const LETTER: u32 = 1;
export const DIGIT: u32 = 2;
/** Combining marks and whatever else extends the character before. */
export const EXTEND: u32 = 3;
export const HAN: u32 = 4;
/** 5 is hiragana. */
export const KATAKANA: u32 = 6;
export const SPACING_MARK: u32 = 7;
export const SPACE: u32 = 8;
const PICTOGRAPH: u32 = 9;
const REGIONAL: u32 = 10;

const TABLE_END: u32 = 0x20000;
const ZERO_WIDTH_JOINER: u32 = 0x200d;

/** A cluster longer than this is cut: else one "character" of an excerpt could be a megabyte. */
const MAX_CLUSTER: i32 = 32;

let classes: usize = 0;

/** Unpacked on first use: plain ASCII text never needs it. */
function unpack(): void {
  classes = heap.alloc(TABLE_END);
  memory.fill(classes, 0, TABLE_END);
  let at = RUNS;
  let code: usize = 0;
  while (at < RUNS + RUNS_SIZE) {
    let size: usize = 0;
    for (let field = 0; field < 2; field++) {
      let value: usize = 0;
      let shift: usize = 0;
      let c: usize;
      do {
        c = load<u8>(at++);
        value |= (c & 0x7f) << shift;
        shift += 7;
      } while (c & 0x80);
      if (field == 0) code += value;
      else size = value;
    }
    memory.fill(classes + code, load<u8>(at++), size);
    code += size;
  }
}

export function classOf(code: u32): u32 {
  if (code < 0x80) {
    if ((code | 0x20) - 0x61 < 26) return LETTER;
    if (code - 0x30 < 10) return DIGIT;
    return code == 0x20 || code - 9 < 5 ? SPACE : OTHER;
  }
  if (code < TABLE_END) {
    if (classes == 0) unpack();
    return <u32>load<u8>(classes + <usize>code);
  }
  if (code < 0x40000) return HAN;
  return code >= 0xe0020 && code <= 0xe01ef ? EXTEND : OTHER;
}

/** Code point at an address, and the address after it in `next`. */
export let next: usize = 0;

export function codeAt(at: usize): u32 {
  const first: u32 = load<u8>(at);
  if (first < 0x80) {
    next = at + 1;
    return first;
  }
  return sequenceAt(at, first);
}

function sequenceAt(at: usize, first: u32): u32 {
  const second = <u32>load<u8>(at, 1) & 0x3f;
  if (first < 0xe0) {
    next = at + 2;
    return ((first & 0x1f) << 6) | second;
  }
  const third = <u32>load<u8>(at, 2) & 0x3f;
  if (first < 0xf0) {
    next = at + 3;
    return ((first & 0x0f) << 12) | (second << 6) | third;
  }
  next = at + 4;
  return ((first & 7) << 18) | (second << 12) | (third << 6) | (<u32>load<u8>(at, 3) & 0x3f);
}

/** The class of the code point at an address, and the address after it in `next`. */
export function kindAt(at: usize): u32 {
  const first: u32 = load<u8>(at);
  if (first - 0xc2 < 0x2e) {
    if (classes == 0) unpack();
    const second = <u32>load<u8>(at, 1) & 0x3f;
    if (first < 0xe0) {
      next = at + 2;
      return load<u8>(classes + <usize>(((first & 0x1f) << 6) | second));
    }
    next = at + 3;
    const third = <u32>load<u8>(at, 2) & 0x3f;
    return load<u8>(classes + <usize>(((first & 0x0f) << 12) | (second << 6) | third));
  }
  return classOf(codeAt(at));
}

/** The address before a code point that ends at `at`. */
export function stepBack(at: usize, start: usize): usize {
  let to = at;
  while (to > start) {
    to--;
    if ((<u32>load<u8>(to) & 0xc0) != 0x80) break;
  }
  return to;
}

export function lower(code: u32): u32 {
  if (code < 0x80) return code - 0x41 < 26 ? code + 0x20 : code;
  // Cyrillic, and the many letters without case, before the tables.
  if (code - 0x410 < 0x40) return code < 0x430 ? code + 0x20 : code;
  if (code - 0x5d0 < 0x1000 - 0x5d0 || code - 0x2e80 < 0xa640 - 0x2e80) return code;
  // U+0130 lowers to two code points in general; alone, its plain letter is what is meant.
  if (code == 0x130) return 0x69;
  return <u32>casemap(code, 0) & 0x1fffff;
}

export function isUpper(code: u32): bool {
  return lower(code) != code;
}

export function isLower(code: u32): bool {
  if (code < 0x80) return code - 0x61 < 26;
  return code == 0xdf || (<u32>casemap(code, 1) & 0x1fffff) != code;
}

/** Part of a word: letters, digits and the marks on them, of any script. */
export function isWordClass(kind: u32): bool {
  return kind - 1 < 7;
}

/** Scripts written without spaces, where each character stands for a word. */
export function isSpaceless(kind: u32): bool {
  return kind - 4 < 3;
}

/** The address after the character (a cluster of code points) that begins at `at`. */
export function clusterEnd(at: usize, end: usize): usize {
  if (<u32>load<u8>(at) - 0xe5 < 5 && isAlone(at + 3, end)) return at + 3;
  let code = codeAt(at);
  let to = next;
  if (code == 0x0d) return to < end && load<u8>(to) == 0x0a ? to + 1 : to;
  if (to >= end || (code < 0x80 && load<u8>(to) < 0x80)) return to;
  if (code < 0x20) return to;
  let kind = classOf(code);
  let flags = kind == REGIONAL ? 1 : 0;
  let isPictograph = kind == PICTOGRAPH;
  for (let length = 1; to < end && length < MAX_CLUSTER; length++) {
    const following = codeAt(to);
    // ASCII joins nothing.
    if (following < 0x80) return to;
    const followingKind = classOf(following);
    let joins = false;
    if (following == ZERO_WIDTH_JOINER || followingKind == EXTEND || followingKind == SPACING_MARK)
      joins = true;
    else if (followingKind == PICTOGRAPH) joins = isPictograph && code == ZERO_WIDTH_JOINER;
    else if (followingKind == REGIONAL) joins = flags == 1 && code >= 0x1f1e6 && code <= 0x1f1ff;
    else joins = hangulJoins(code, following);
    if (!joins) return to;
    if (followingKind == REGIONAL) flags = 2;
    code = following;
    to = next;
  }
  return to;
}

/** Leading consonants, vowels and trailing consonants of one Korean syllable. */
function hangulJoins(code: u32, following: u32): bool {
  if (following - 0x1100 >= 0xd7fc - 0x1100) return false;
  const first = hangulPart(code);
  const second = hangulPart(following);
  if (first == 0 || second == 0) return false;
  if (first == 1) return second != 3;
  if (first == 2 || first == 4) return second == 2 || second == 3;
  return second == 3;
}

/** 1 leading, 2 vowel, 3 trailing, 4 syllable without and 5 with a trailing consonant, else 0. */
function hangulPart(code: u32): u32 {
  if (code >= 0xac00 && code <= 0xd7a3) return (code - 0xac00) % 28 == 0 ? 4 : 5;
  if ((code >= 0x1100 && code <= 0x115f) || (code >= 0xa960 && code <= 0xa97c)) return 1;
  if ((code >= 0x1160 && code <= 0x11a7) || (code >= 0xd7b0 && code <= 0xd7c6)) return 2;
  if ((code >= 0x11a8 && code <= 0x11ff) || (code >= 0xd7cb && code <= 0xd7fb)) return 3;
  return 0;
}

/** Characters as seen, counted as `clusterEnd` would cut them. */
export function countClusters(start: usize, end: usize): i32 {
  let count = 0;
  let at = start;
  while (at < end) {
    const ascii = countAscii(at, end);
    count += <i32>ascii;
    at += ascii;
    const from = at;
    at = skipBytes(from, end, SINGLE_BYTE);
    if (at > from) {
      // The last of them may take in what follows, so it is looked at as a cluster.
      if (at < end) at = stepBack(at, from);
      count += countFirstBytes(from, at);
    }
    // Han never joins.
    while (at < end && <u32>load<u8>(at) - 0xe5 < 5 && isAlone(at + 3, end)) {
      at += 3;
      count++;
    }
    if (at >= end) break;
    at = clusterEnd(at, end);
    count++;
  }
  return count;
}

/** Whether what begins here surely joins nothing before it: the end, ASCII or Han. */
function isAlone(at: usize, end: usize): bool {
  const c: u32 = at < end ? load<u8>(at) : 0;
  return c < 0x80 || c - 0xe5 < 5;
}

/** Bytes but those that continue a sequence. */
function countFirstBytes(start: usize, end: usize): i32 {
  let count = 0;
  for (let at = start; at < end; at++) count += <i32>((<u32>load<u8>(at) & 0xc0) != 0x80);
  return count;
}
