/** Words of any script, found without a dictionary. */

import { EXTEND, SPACING_MARK, classOf, codeAt, isSpaceless, isWordClass, next } from './unicode';

/** The word found last. */
export let wordStart: usize = 0;
export let wordEnd: usize = 0;
/** 0, or how many characters a run of a script without spaces has: each stands for a word. */
export let wordRun: i32 = 0;

/** Finds the next word at or after `from`. */
export function nextWord(from: usize, end: usize): bool {
  let at = from;
  while (at < end) {
    const kind = classOf(codeAt(at));
    if (isWordClass(kind) && kind != EXTEND && kind != SPACING_MARK) {
      wordStart = at;
      if (isSpaceless(kind)) scanRun(kind, end);
      else scanWord(end);
      return true;
    }
    at = next;
  }
  return false;
}

/** Characters of one script without spaces, `next` being after the first. */
function scanRun(kind: u32, end: usize): void {
  let at = next;
  wordRun = 1;
  while (at < end) {
    const following = classOf(codeAt(at));
    if (following == kind) wordRun++;
    else if (following != EXTEND) break;
    at = next;
  }
  wordEnd = at;
}

function scanWord(end: usize): void {
  let at = next;
  wordRun = 0;
  while (at < end) {
    const code = codeAt(at);
    const after = next;
    const kind = classOf(code);
    if (isSpaceless(kind)) break;
    if (!isWordClass(kind)) {
      if (!isJoiner(code) || after >= end) break;
      const following = classOf(codeAt(after));
      if (!isWordClass(following) || isSpaceless(following)) break;
      at = next;
      continue;
    }
    at = after;
  }
  wordEnd = at;
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
