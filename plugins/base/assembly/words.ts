/** Words of any script, found without a dictionary. */

import { BETWEEN_BYTE, kindOfByte, skipBytes, WORD_BYTE } from './bytes';
import {
  EXTEND,
  HAN,
  SPACING_MARK,
  codeAt,
  isSpaceless,
  isWordClass,
  kindAt,
  next,
} from './unicode';

/** The word found last. */
export let wordStart: usize = 0;
export let wordEnd: usize = 0;
/** 0, or how many characters a run of a script without spaces has: each stands for a word. */
export let wordRun: i32 = 0;
/** Whether something stands between its letters, as in "don't". */
export let isJoined: bool = false;

/** Finds the next word at or after `from`. */
export function nextWord(from: usize, end: usize): bool {
  let at = from;
  while (true) {
    while (at < end && kindOfByte(at) & BETWEEN_BYTE) at++;
    if (at >= end) return false;
    wordStart = at;
    // A word of ASCII between spaces, which most are, is found here.
    if (load<u8>(at) < 0x80) {
      while (at < end && kindOfByte(at) & WORD_BYTE) at++;
      if (at < end && load<u8>(at) != 0x20) return scanWord(at, end);
      return endWord(at, false);
    }
    const kind = kindAt(at);
    if (isWordClass(kind) && kind != EXTEND && kind != SPACING_MARK) {
      return isSpaceless(kind) ? scanRun(kind, end) : scanWord(next, end);
    }
    at = next;
  }
}

function endWord(at: usize, hasJoiner: bool): bool {
  wordEnd = at;
  wordRun = 0;
  isJoined = hasJoiner;
  return true;
}

/** Characters of one script without spaces, `next` being after the first. */
function scanRun(kind: u32, end: usize): bool {
  let at = next;
  wordRun = 1;
  while (at < end) {
    const isHan = <u32>load<u8>(at) - 0xe5 < 5;
    if (isHan && kind == HAN) {
      wordRun++;
      at += 3;
      continue;
    }
    const following = kindAt(at);
    if (following == kind) wordRun++;
    else if (following != EXTEND) break;
    at = next;
  }
  wordEnd = at;
  return true;
}

/** The rest of a word from `from` on. */
function scanWord(from: usize, end: usize): bool {
  let at = from;
  let hasJoiner = false;
  while (true) {
    at = skipBytes(at, end, WORD_BYTE);
    if (at >= end || load<u8>(at) == 0x20) break;
    const kind = kindAt(at);
    if (isSpaceless(kind)) break;
    if (!isWordClass(kind)) {
      if (!isJoiner(codeAt(at)) || next >= end) break;
      const following = kindAt(next);
      if (!isWordClass(following) || isSpaceless(following)) break;
      hasJoiner = true;
    }
    at = next;
  }
  return endWord(at, hasJoiner);
}

/** What may stand between two letters or digits of one word. */
function isJoiner(code: u32): bool {
  switch (<i32>code) {
    case 0x27: // don't
    case 0x2d: // well-known
    case 0x2e: // 3.14
    case 0x5f: // snake_case
    case 0xad: // soft hyphen
    case 0xb7: // Catalan
    case 0x200d: // joined letters of Indic scripts
    case 0x2010: // hyphen
    case 0x2019: // don’t
      return true;
    default:
      return false;
  }
}

/** How many words the spaceless runs and the others make: a run counts once for each character. */
export let spacedWords: i32 = 0;
export let spacelessWords: i32 = 0;

export function countWords(start: usize, end: usize): i32 {
  spacedWords = 0;
  spacelessWords = 0;
  let at = start;
  while (nextWord(at, end)) {
    if (wordRun > 0) spacelessWords += wordRun;
    else spacedWords++;
    at = wordEnd;
  }
  return spacedWords + spacelessWords;
}
