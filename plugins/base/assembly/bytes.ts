/**
 * What a byte of UTF-8 text is, for the loops that most of the time goes to. They look a byte up or
 * take eight at once, since a sandbox counts every instruction.
 */

/**
 * Of a word wherever it stands in one: ASCII letters and digits, first bytes of blocks that hold
 * nothing but letters, and any byte that continues a sequence.
 */
export const WORD_BYTE: u32 = 1;
export const SPACE_BYTE: u32 = 2;
/** It may begin a mark that ends a sentence, or is a line break. */
export const STOP_BYTE: u32 = 4;
/** Of a JSON string, whatever is not plain ASCII. */
export const QUOTED_BYTE: u32 = 8;
/** It belongs to no word and begins no word character. */
export const BETWEEN_BYTE: u32 = 16;
/** A character by itself, unless a mark follows, or the rest of one. */
export const SINGLE_BYTE: u32 = 32;

const kinds: usize = memory.data(256);
const HIGH_BITS: u64 = 0x8080808080808080;
const LOW_BITS: u64 = 0x0101010101010101;
const SEED: u64 = 0x9e3779b97f4a7c15;

/** Fills the table; a call does it once, before it reads its input. */
export function prepareBytes(): void {
  for (let c: u32 = 0; c < 256; c++) {
    let kind: u32 = 0;
    const isWord = (c | 0x20) - 0x61 < 26 || c - 0x30 < 10;
    const isRest = c - 0x80 < 0x40;
    // Latin from U+0100 to U+024F and Cyrillic from U+0400 to U+047F.
    const isLetters = c - 0xc4 < 6 || c == 0xd0 || c == 0xd1;
    if ((isWord && c < 0x80) || isRest || isLetters) kind |= WORD_BYTE;
    if ((c < 0x80 && c != 0x0d) || isRest || isLetters) kind |= SINGLE_BYTE;
    if (c == 0x20 || c - 9 < 5) kind |= SPACE_BYTE;
    if (!isWord && c < 0x80) kind |= BETWEEN_BYTE;
    if (c < 0x20 || c == 0x22 || c == 0x5c || c >= 0x80) kind |= QUOTED_BYTE;
    if (isStop(c)) kind |= STOP_BYTE;
    store<u8>(kinds + <usize>c, <u8>kind);
  }
}

function isStop(c: u32): bool {
  switch (<i32>c) {
    case 0x0a:
    case 0x0d:
    case 0x21:
    case 0x2e:
    case 0x3f:
    // First bytes of the marks that sentences.ts knows.
    case 0xd6:
    case 0xd8:
    case 0xdb:
    case 0xe0:
    case 0xe1:
    case 0xe2:
    case 0xe3:
    case 0xef:
      return true;
    default:
      return false;
  }
}

export function kindOfByte(at: usize): u32 {
  return load<u8>(kinds + <usize>load<u8>(at));
}

/** Steps over bytes of a kind. */
export function skipBytes(from: usize, end: usize, kind: u32): usize {
  let at = from;
  while (at < end && load<u8>(kinds + <usize>load<u8>(at)) & kind) at++;
  return at;
}

/** Steps to the next byte of a kind. */
export function findByte(from: usize, end: usize, kind: u32): usize {
  let at = from;
  while (at < end && !(load<u8>(kinds + <usize>load<u8>(at)) & kind)) at++;
  return at;
}

/** Steps over plain ASCII of a JSON string by eights; what is left is for the caller to look at. */
export function skipPlain(from: usize): usize {
  let at = from;
  while (true) {
    const eight = load<u64>(at);
    const quotes = eight ^ 0x2222222222222222;
    const slashes = eight ^ 0x5c5c5c5c5c5c5c5c;
    // A byte's highest bit ends up set when the byte is below 0x20, equal, or not ASCII.
    const stops = (eight - 0x2020202020202020) | (quotes - LOW_BITS) | (slashes - LOW_BITS) | eight;
    if (stops & HIGH_BITS) return at;
    at += 8;
  }
}

/** Steps by eights, and then one by one, to the next backslash. */
export function findSlash(from: usize, end: usize): usize {
  let at = from;
  while (at + 8 <= end) {
    const slashes = load<u64>(at) ^ 0x5c5c5c5c5c5c5c5c;
    if ((slashes - LOW_BITS) & ~slashes & HIGH_BITS) break;
    at += 8;
  }
  while (at < end && load<u8>(at) != 0x5c) at++;
  return at;
}

/** Steps by eights over what a JSON string may hold as it is; no lone surrogate is among it. */
export function skipWritable(from: usize, end: usize): usize {
  let at = from;
  while (at + 8 <= end) {
    const eight = load<u64>(at);
    const quotes = eight ^ 0x2222222222222222;
    const slashes = eight ^ 0x5c5c5c5c5c5c5c5c;
    const surrogates = eight ^ 0xedededededededed;
    const stops =
      ((eight - 0x2020202020202020) & ~eight) |
      ((quotes - LOW_BITS) & ~quotes) |
      ((slashes - LOW_BITS) & ~slashes) |
      ((surrogates - LOW_BITS) & ~surrogates);
    if (stops & HIGH_BITS) break;
    at += 8;
  }
  return at;
}

/** Up to eight bytes as one number. */
export function loadWord(start: usize, size: usize): u64 {
  return load<u64>(start) & lowBytes(size);
}

export function isAsciiWord(word: u64): bool {
  return (word & HIGH_BITS) == 0;
}

/** Eight bytes of ASCII in lower case. */
export function lowerWord(word: u64): u64 {
  // The highest bit of each byte says: at least "A", but not past "Z".
  const capitals = (word + 0x3f3f3f3f3f3f3f3f) & ~(word + 0x2525252525252525) & HIGH_BITS;
  return word | (capitals >> 2);
}

/** What `hashBytes` gives for up to eight bytes. */
export function hashWord(word: u64, size: usize): u32 {
  return endHash(mixWord(SEED, word), size);
}

function endHash(mixed: u64, size: usize): u32 {
  const hash = (mixed ^ <u64>size) * 0xd6e8feb86659fd93;
  return <u32>(hash ^ (hash >> 32));
}

/** A mask of the first bytes of eight. */
function lowBytes(size: usize): u64 {
  return size >= 8 ? 0xffffffffffffffff : ((<u64>1) << ((<u64>size) << 3)) - 1;
}

/** Whether two pieces of memory are equal; eight bytes behind each may be read. */
export function sameBytes(a: usize, b: usize, size: usize): bool {
  let i: usize = 0;
  for (; i + 8 <= size; i += 8) {
    if (load<u64>(a + i) != load<u64>(b + i)) return false;
  }
  return ((load<u64>(a + i) ^ load<u64>(b + i)) & lowBytes(size - i)) == 0;
}

/** A hash of bytes, eight at a time; eight bytes behind them may be read. */
export function hashBytes(start: usize, size: usize): u32 {
  let hash = SEED;
  let i: usize = 0;
  for (; i + 8 < size; i += 8) hash = mixWord(hash, load<u64>(start + i));
  return endHash(mixWord(hash, loadWord(start + i, size - i)), size);
}

function mixWord(hash: u64, word: u64): u64 {
  const mixed = (hash ^ word) * 0xbf58476d1ce4e5b9;
  return mixed ^ (mixed >> 29);
}

/** Writes ASCII in lower case, eight bytes at a time; false when not all of it is ASCII. */
export function copyLower(from: usize, to: usize, size: usize): bool {
  for (let i: usize = 0; i < size; i += 8) {
    const word = loadWord(from + i, size - i);
    if (!isAsciiWord(word)) return false;
    store<u64>(to + i, lowerWord(word));
  }
  return true;
}

/** How many bytes at `at` are ASCII but no carriage return, by eights, with ASCII behind them. */
export function countAscii(from: usize, end: usize): usize {
  let at = from;
  while (at + 8 < end) {
    const eight = load<u64>(at);
    const returns = eight ^ 0x0d0d0d0d0d0d0d0d;
    if (((returns - LOW_BITS) | eight) & HIGH_BITS || load<u8>(at, 8) >= 0x80) break;
    at += 8;
  }
  return at - from;
}

/** Steps by eights to where a byte below 0x10 or a three-byte sequence of general punctuation may be. */
export function skipWithinLine(from: usize, end: usize): usize {
  let at = from;
  while (at + 8 <= end) {
    const eight = load<u64>(at);
    const marks = eight ^ 0xe2e2e2e2e2e2e2e2;
    // A false alarm costs a closer look and nothing else.
    if (
      ((eight - 0x1010101010101010) & ~eight & HIGH_BITS) |
      ((marks - LOW_BITS) & ~marks & HIGH_BITS)
    ) {
      break;
    }
    at += 8;
  }
  return at;
}
