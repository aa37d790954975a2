/** What a text is about: its words with how much each weighs. */

import { findArgument } from '../../base/assembly/arguments';
import { fail } from '../../base/assembly/host';
import { kindOf, STRING } from '../../base/assembly/json-read';
import { equalsAscii, textEnd, textOf, textStart } from '../../base/assembly/json-text';
import {
  classOf,
  codeAt,
  DIGIT,
  EXTEND,
  HAN,
  isWordClass,
  KATAKANA,
  lower,
  next,
} from '../../base/assembly/unicode';
import {
  addTerm,
  findTerm,
  firstUse,
  pushTerm,
  sequenceLength,
  setWeight,
  termCount,
  termEnd,
  termStart,
  usesOf,
  weightOf,
} from '../../base/assembly/vocabulary';
import { isJoined, nextWord, wordEnd, wordRun, wordStart } from '../../base/assembly/words';
import { LANGUAGE_COUNT, LANGUAGES, NEUTRAL, stopWords } from './stop-words';

/** The argument was left out: the text decides. */
const DETECT: i32 = -2;
/** A language is taken to be that of the text from this share of its stop words on. */
const LEAST_SHARE: f64 = 0.15;

/** `en`, `en-GB` and the like; a language without a list is neutral. */
export function languageArgument(): i32 {
  const node = findArgument('language');
  if (node < 0) return DETECT;
  if (kindOf(<u32>node) != STRING) {
    fail('Cannot read "language": a string such as "en" is expected');
    return NEUTRAL;
  }
  textOf(<u32>node);
  let end = textStart;
  while (end < textEnd && load<u8>(end) != 0x2d && load<u8>(end) != 0x5f) end++;
  const codes = LANGUAGES.split('|');
  for (let i = 0; i < codes.length; i++) {
    if (equalsLower(textStart, end, codes[i])) return i;
  }
  return NEUTRAL;
}

function equalsLower(start: usize, end: usize, word: string): bool {
  if (equalsAscii(start, end, word)) return true;
  return end - start == 2 && equalsAscii(start, end, word.toUpperCase());
}

/** Adds the terms of a piece of text to the vocabulary and the sequence. */
export function readTerms(start: usize, end: usize): void {
  for (let at = start; nextWord(at, end); at = wordEnd) {
    if (wordRun > 0) readRun(wordStart, wordEnd);
    else if (isJoined) push(dropElision(wordStart, wordEnd), dropPossessive(wordStart, wordEnd));
    else push(wordStart, wordEnd);
  }
}

function push(start: usize, end: usize): void {
  if (start < end) pushTerm(addTerm(start, end, sequenceLength));
}

/** Han in pairs, since most words have two characters; katakana whole; hiragana is grammar. */
function readRun(start: usize, end: usize): void {
  const kind = classOf(codeAt(start));
  if (kind == KATAKANA) return push(start, end);
  if (kind != HAN) return;
  let from = start;
  let middle = next;
  if (middle >= end) return push(start, end);
  while (middle < end) {
    codeAt(middle);
    const to = next;
    push(from, to);
    from = middle;
    middle = to;
  }
}

function isApostrophe(at: usize): bool {
  const c: u32 = load<u8>(at);
  return c == 0x27 || (c == 0xe2 && load<u8>(at, 1) == 0x80 && load<u8>(at, 2) == 0x99);
}

/** "l'homme" is about "homme". */
function dropElision(start: usize, end: usize): usize {
  const first = lower(load<u8>(start));
  const size: usize = first == 0x71 && lower(load<u8>(start, 1)) == 0x75 ? 2 : 1;
  if (start + size >= end || !isApostrophe(start + size)) return start;
  // l d j n s c t m, and qu
  const elides =
    size == 2 ||
    first == 0x6c ||
    first == 0x64 ||
    first == 0x6a ||
    first == 0x6e ||
    first == 0x73 ||
    first == 0x63 ||
    first == 0x74 ||
    first == 0x6d;
  if (!elides) return start;
  return start + size + (load<u8>(start + size) == 0x27 ? 1 : 3);
}

/** "Ada's" is about "Ada". */
function dropPossessive(start: usize, end: usize): usize {
  if (lower(load<u8>(end - 1)) != 0x73) return end;
  if (end - start > 4 && load<u8>(end - 4) == 0xe2 && isApostrophe(end - 4)) return end - 4;
  if (end - start <= 4 || load<u8>(end - 2) != 0x27) return end;
  // "it's", "that's" and "who's" are on the list of stop words as they are.
  return end - start > 6 ? end - 2 : end;
}

/** Weighs every term; gives the language that was used. */
export function weighTerms(asked: i32): i32 {
  const language = asked == DETECT ? detect() : asked;
  const least = language == NEUTRAL ? 4 : 2;
  for (let term: u32 = 0; term < termCount; term++) {
    setWeight(term, isMeaningful(term, least) ? <f32>usesOf(term) : 0);
  }
  if (language != NEUTRAL) visitStopWords(language, true);
  return language;
}

function detect(): i32 {
  let best = NEUTRAL;
  let most = <u32>(LEAST_SHARE * <f64>sequenceLength);
  for (let language = 0; language < LANGUAGE_COUNT; language++) {
    const uses = visitStopWords(language, false);
    if (uses > most) {
      best = language;
      most = uses;
    }
  }
  return best;
}

/** How often a language's stop words occur; takes their weight away if asked. */
function visitStopWords(language: i32, drops: bool): u32 {
  const bytes = String.UTF8.encode(stopWords(language));
  const end = changetype<usize>(bytes) + <usize>bytes.byteLength;
  let uses: u32 = 0;
  let from = changetype<usize>(bytes);
  for (let at = from; at <= end; at++) {
    if (at < end && load<u8>(at) != 0x20) continue;
    const term = findTerm(from, at);
    from = at + 1;
    if (term < 0) continue;
    uses += usesOf(<u32>term);
    if (drops) setWeight(<u32>term, 0);
  }
  return uses;
}

/** Has a letter, and is long enough for its script: short words of an alphabet say little. */
function isMeaningful(term: u32, least: i32): bool {
  const start = termStart(term);
  const end = termEnd(term);
  const first = codeAt(start);
  const kind = classOf(first);
  if (kind == HAN) return true;
  let wanted = least;
  if (first >= 0x590 && least > 2) wanted = first < 0x900 ? 3 : 2;
  let length = 0;
  let hasLetter = false;
  for (let at = start; at < end; at = next) {
    const following = classOf(codeAt(at));
    if (!isWordClass(following) || following == EXTEND) continue;
    length++;
    if (following != DIGIT) hasLetter = true;
    if (hasLetter && length >= wanted) return true;
  }
  return false;
}

/** Whether a term comes before another: heavier, or as heavy and used first. */
export function comesBefore(term: u32, other: u32): bool {
  const difference = weightOf(term) - weightOf(other);
  return difference != 0 ? difference > 0 : firstUse(term) < firstUse(other);
}
