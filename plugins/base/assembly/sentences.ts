/** Sentences by their punctuation, for any script, without a dictionary. */

import { findByte, SPACE_BYTE, skipBytes, STOP_BYTE } from './bytes';
import {
  classOf,
  codeAt,
  EXTEND,
  isLower,
  isSpaceless,
  isUpper,
  kindAt,
  lower,
  next,
  SPACE,
  SPACING_MARK,
  stepBack,
} from './unicode';

/** Abbreviations by length, each list in words of that length with a space after each. */
const TITLES_2: string = 'Mr Ms Dr St Lt Sr Ud Hr ';
const TITLES_3: string = 'Mrs Gen Col Sgt Rev Hon Gov Sen Rep Sra Mme Uds ';
const TITLES_4: string = 'Prof Capt Mlle Srta Dipl ';
const INSIDE_2: string = 'vs ca cf dt ';
const INSIDE_3: string = 'bzw vgl sog ggf zzt ';
const INSIDE_4: string = 'bspw inkl exkl evtl resp ';
const BEFORE_NUMBER: string =
  'no nr fig vol pp art sec abs kap bd ch jan feb mar apr jun jul aug sep sept oct nov dec ';
const MAY_END: string = 'a.m p.m etc usw inc ltd co corp jr al ';
const GERMAN_MONTHS: string =
  'januar februar märz april mai juni juli august september oktober november dezember ';

/** Starts and ends of the sentences found, four bytes each. */
let list: usize = 0;
let room: i32 = 0;
export let sentenceCount: i32 = 0;

export function sentenceStart(index: i32): usize {
  return <usize>load<u32>(list + ((<usize>index) << 3));
}

export function sentenceEnd(index: i32): usize {
  return <usize>load<u32>(list + ((<usize>index) << 3), 4);
}

function add(start: usize, end: usize): void {
  if (sentenceCount == room) {
    room = room == 0 ? 64 : room * 2;
    const size = (<usize>room) << 3;
    list = list == 0 ? heap.alloc(size) : heap.realloc(list, size);
  }
  const entry = list + ((<usize>sentenceCount) << 3);
  store<u32>(entry, <u32>start);
  store<u32>(entry, <u32>end, 4);
  sentenceCount++;
}

/** Fills the list. Each sentence is a slice of the text without the white space around it. */
export function splitSentences(start: usize, end: usize): void {
  sentenceCount = 0;
  let at = skipSpace(start, end);
  while (at < end) {
    const stop = sentenceStop(at, end);
    const trimmed = trimEnd(stop, at);
    // Marks alone ("...", "—") belong to what stands before them.
    if (sentenceCount > 0 && !hasWord(at, trimmed)) {
      store<u32>(list + ((<usize>(sentenceCount - 1)) << 3), <u32>trimmed, 4);
    } else {
      add(at, trimmed);
    }
    at = skipSpace(stop, end);
  }
}

function hasWord(start: usize, end: usize): bool {
  let at = start;
  while (at < end) {
    if (kindAt(at) - 1 < 7) return true;
    at = next;
  }
  return false;
}

export function skipSpace(start: usize, end: usize): usize {
  let at = start;
  while (true) {
    at = skipBytes(at, end, SPACE_BYTE);
    if (at >= end || load<u8>(at) < 0x80 || kindAt(at) != SPACE) return at;
    at = next;
  }
}

export function trimEnd(end: usize, start: usize): usize {
  let to = end;
  while (to > start) {
    const before = stepBack(to, start);
    if (classOf(codeAt(before)) != SPACE) break;
    to = before;
  }
  return to;
}

/** Where the sentence that begins at `start` stops. */
function sentenceStop(start: usize, end: usize): usize {
  let at = start;
  while (true) {
    at = findByte(at, end, STOP_BYTE);
    if (at >= end) return end;
    const code = codeAt(at);
    const after = next;
    if (code == 0x0a || code == 0x0d) {
      if (isLineBreakEnd(at, start, end)) return at;
      at = skipSpace(at, end);
      continue;
    }
    if (code == 0x2028 || code == 0x2029) return at;
    if (!isTerminator(code)) {
      at = after;
      continue;
    }
    const tail = skipTail(at, end);
    if (isBoundary(start, at, tail, end)) return tail;
    at = tail;
  }
}

/** A blank line, a heading or an item of a list ends a sentence; a wrapped line does not. */
function isLineBreakEnd(at: usize, start: usize, end: usize): bool {
  let lines = 0;
  let to = at;
  while (to < end) {
    const code = codeAt(to);
    if (classOf(code) != SPACE) break;
    if (code == 0x0a || (code == 0x0d && load<u8>(to, 1) != 0x0a)) lines++;
    to = next;
  }
  if (lines > 1 || to >= end || load<u8>(start) == 0x23) return true;
  const code = codeAt(to);
  if (code == 0x23) return true;
  if (code == 0x2d || code == 0x2a || code == 0x2022)
    return next < end && classOf(codeAt(next)) == SPACE;
  let digits = to;
  while (digits < end && <u32>load<u8>(digits) - 0x30 < 10) digits++;
  return digits > to && digits + 1 < end && load<u8>(digits) == 0x2e && load<u8>(digits, 1) == 0x20;
}

function isTerminator(code: u32): bool {
  if (code < 0x80) return code == 0x2e || code == 0x3f || code == 0x21;
  switch (<i32>code) {
    case 0x0589: // Armenian
    case 0x061f:
    case 0x06d4:
    case 0x0964:
    case 0x0965:
    case 0x104b:
    case 0x1362:
    case 0x1367:
    case 0x17d4:
    case 0x203c:
    case 0x2026:
    case 0x2047:
    case 0x2048:
    case 0x2049:
      return true;
    default:
      return isFullStop(code);
  }
}

/** Marks of scripts without spaces: they end a sentence whatever follows. */
function isFullStop(code: u32): bool {
  return code == 0x3002 || code == 0xff01 || code == 0xff1f || code == 0xff61 || code == 0xff0e;
}

function isCloser(code: u32): bool {
  switch (<i32>code) {
    case 0x22:
    case 0x27:
    case 0x29:
    case 0x5d:
    case 0x7d:
    case 0xbb:
    case 0x2019:
    case 0x201c: // closes in German
    case 0x201d:
    case 0x203a:
    case 0x3009:
    case 0x300b:
    case 0x300d:
    case 0x300f:
    case 0x3011:
    case 0xff09:
    case 0xff3d:
      return true;
    default:
      return false;
  }
}

/** Further marks, quotes and brackets that close with the sentence. */
function skipTail(start: usize, end: usize): usize {
  let at = start;
  while (at < end) {
    const code = codeAt(at);
    const after = next;
    if (!isTerminator(code) && !isCloser(code) && !isJoined(code)) break;
    at = after;
  }
  return at;
}

/** Whether a code point is one character with that before it, as the emoji form of "!!" is. */
function isJoined(code: u32): bool {
  if (code < 0x80) return false;
  const kind = classOf(code);
  return kind == EXTEND || kind == SPACING_MARK || code == 0x200d;
}

function isBoundary(start: usize, mark: usize, tail: usize, end: usize): bool {
  if (tail >= end) return true;
  let isPeriod = true;
  for (let at = mark; at < tail; at = next) {
    const code = codeAt(at);
    if (isFullStop(code)) return true;
    if (isTerminator(code) && code != 0x2e) isPeriod = false;
  }
  const after = codeAt(tail);
  const kind = classOf(after);
  if (kind != SPACE) return isSpaceless(kind) && !isPeriod;
  if (after == 0x0a && isLineBreakEnd(tail, start, end)) return true;
  const following = skipSpace(tail, end);
  if (following >= end) return true;
  const code = codeAt(following);
  if (isLower(code)) return false;
  return !isPeriod || !isAbbreviation(start, mark, following, end);
}

/** Whether the period at `mark` belongs to a shortened word rather than to the sentence. */
function isAbbreviation(start: usize, mark: usize, following: usize, end: usize): bool {
  const token = tokenStart(start, mark);
  const size = mark - token;
  if (size == 0 || size > 16) return false;
  const first = codeAt(token);
  if (first - 0x30 < 10) return isOrdinal(start, token, mark, following, end);
  const isNumberNext = <u32>load<u8>(following) - 0x30 < 10;
  if (next == mark) {
    // "p. 7" and "n. 7"; or an initial, which "I" seldom is.
    return isUpper(first) ? first != 0x49 : isNumberNext && (first == 0x70 || first == 0x6e);
  }
  if (size <= 4) {
    if (isIn(MAY_END, token, mark)) return !isUpper(codeAt(following));
    if (isNumberNext && isIn(BEFORE_NUMBER, token, mark)) return true;
    if (size == 2) return isAt(TITLES_2, 2, token) || isAt(INSIDE_2, 2, token);
    if (size == 3 && (isAt(TITLES_3, 3, token) || isAt(INSIDE_3, 3, token))) return true;
    if (size == 4 && (isAt(TITLES_4, 4, token) || isAt(INSIDE_4, 4, token))) return true;
  }
  return hasInnerPeriod(token, mark);
}

/** Where the word before a period begins: after a space, a bracket or a quotation mark. */
function tokenStart(start: usize, mark: usize): usize {
  let at = mark;
  // A word this long is no abbreviation; the bound keeps the scan linear.
  while (at > start && mark - at < 24) {
    const c: u32 = load<u8>(at - 1);
    if (c <= 0x20 || c == 0x28 || c == 0x22) break;
    at--;
  }
  // The marks “ and „.
  const isQuoted = load<u8>(at) == 0xe2 && load<u8>(at, 1) == 0x80 && load<u8>(at, 2) - 0x9c < 3;
  return isQuoted ? at + 3 : at;
}

/** "1. Item" at the start of a line and "3. Oktober". */
function isOrdinal(start: usize, token: usize, mark: usize, following: usize, end: usize): bool {
  if (mark - token > 2 || (mark - token == 2 && <u32>load<u8>(token, 1) - 0x30 > 9)) return false;
  if (token == start) return true;
  let to = following;
  while (to < end && classOf(codeAt(to)) == 1) to = next;
  return isIn(GERMAN_MONTHS, following, to);
}

/** "e.g", "U.S", "z.B": letters with periods between. */
function hasInnerPeriod(token: usize, mark: usize): bool {
  let letters = 0;
  let periods = 0;
  for (let at = token; at < mark; at = next) {
    const code = codeAt(at);
    if (code == 0x2e) {
      periods++;
      letters = 0;
    } else if (classOf(code) != 1 || ++letters > 2) return false;
  }
  return periods > 0;
}

/** Looks up a word of `size` bytes, case and all, in a list of such words. */
function isAt(words: string, size: i32, token: usize): bool {
  for (let i = 0; i < words.length; i += size + 1) {
    let k = 0;
    while (k < size && words.charCodeAt(i + k) == <i32>load<u8>(token + <usize>k)) k++;
    if (k == size) return true;
  }
  return false;
}

/** Looks up a word, whatever its case, in a list with a space after each word. */
function isIn(words: string, token: usize, end: usize): bool {
  let i = 0;
  while (i < words.length) {
    let at = token;
    while (at < end && i < words.length && lower(codeAt(at)) == words.charCodeAt(i)) {
      at = next;
      i++;
    }
    if (at == end && words.charCodeAt(i) == 0x20) return true;
    while (words.charCodeAt(i) != 0x20) i++;
    i++;
  }
  return false;
}
