/** How easy a text is to read, from the length of its sentences and words alone. */

import { open, textArgument } from '../../base/assembly/arguments';
import { giveUp } from '../../base/assembly/host';
import { textEnd, textStart } from '../../base/assembly/json-text';
import {
  finish,
  roundTo,
  write,
  writeInteger,
  writeNumber,
  writeString,
} from '../../base/assembly/json-write';
import { sentenceCount, splitSentences } from '../../base/assembly/sentences';
import { EXTEND, kindAt, next } from '../../base/assembly/unicode';
import { nextWord, wordEnd, wordRun, wordStart } from '../../base/assembly/words';

/** A word of more letters counts as long, as in the LIX formula. */
const LONG_WORD: i32 = 6;

let words: f64 = 0;
let longWords: i32 = 0;

export function score(): i32 {
  if (!open() || !textArgument('text')) return giveUp();
  const start = textStart;
  const end = textEnd;
  readWords(start, end);
  splitSentences(start, end);
  const perSentence = words == 0 ? 0 : words / <f64>sentenceCount;
  const share = words == 0 ? 0 : <f64>longWords / words;
  // LIX: about 20 for a picture book, 60 and more for a law.
  const lix = perSentence + 100 * share;
  const points = words == 0 ? 0 : max<f64>(0, min<f64>(100, 100 - (lix - 20) * 2));
  const rounded = roundTo(points, 0);
  write('{"score":');
  writeNumber(rounded);
  write(',"level":');
  writeString(words == 0 ? 'empty' : levelOf(rounded));
  write(',"words_per_sentence":');
  writeNumber(roundTo(perSentence, 1));
  write(',"long_words":');
  writeInteger(longWords);
  write(',"suggestions":[');
  writeSuggestions(perSentence, share);
  write(']}');
  return finish();
}

/** Counts words; two characters of a script without spaces are taken for one. */
function readWords(start: usize, end: usize): void {
  for (let at = start; nextWord(at, end); at = wordEnd) {
    if (wordRun > 0) {
      words += <f64>wordRun / 2;
      continue;
    }
    words += 1;
    if (isLong(wordStart, wordEnd)) longWords++;
  }
}

function isLong(start: usize, end: usize): bool {
  if (end - start <= <usize>LONG_WORD) return false;
  let letters = 0;
  for (let at = start; at < end && letters <= LONG_WORD; at = next) {
    if (kindAt(at) != EXTEND) letters++;
  }
  return letters > LONG_WORD;
}

function levelOf(points: f64): string {
  if (points >= 80) return 'very easy';
  if (points >= 60) return 'easy';
  if (points >= 40) return 'medium';
  return points >= 20 ? 'hard' : 'very hard';
}

function writeSuggestions(perSentence: f64, share: f64): void {
  const hasLongSentences = perSentence > 20;
  if (hasLongSentences) writeString('Split long sentences: aim at 20 words or fewer');
  if (share <= 0.25) return;
  if (hasLongSentences) write(',');
  writeString('Use shorter words: more than a quarter have over six letters');
}
