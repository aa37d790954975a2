/** A score that explains itself: each check has a score from 0 to 10, a weight and what it measured. */

import { integerArgument, findArgument, open, textArgument } from '../../base/assembly/arguments';
import { fail, giveUp, hasFailed } from '../../base/assembly/host';
import { afterOf, ARRAY, childOf, kindOf, STRING } from '../../base/assembly/json-read';
import { textEnd, textOf, textStart } from '../../base/assembly/json-text';
import {
  finish,
  roundTo,
  write,
  writeInteger,
  writeNumber,
  writeString,
  writeTextPart,
} from '../../base/assembly/json-write';
import { sentenceCount, splitSentences } from '../../base/assembly/sentences';
import {
  addTerm,
  findTerm,
  pushTerm,
  sequenceLength,
  termAt,
  termCount,
} from '../../base/assembly/vocabulary';
import { clusterEnd } from '../../base/assembly/unicode';
import { nextWord, wordEnd, wordRun, wordStart } from '../../base/assembly/words';
import { countParagraphs } from './word-count';

const MAX_KEYWORDS: i32 = 100;
/** Variety is measured in windows, since the share of new words falls in any long text. */
const WINDOW: u32 = 100;

let total: f64 = 0;
let weights: f64 = 0;
/** Missing keywords: their nodes, to name them in a suggestion. */
let missing: u32[] = [];

export function quality_score(): i32 {
  if (!open() || !textArgument('text')) return giveUp();
  const start = textStart;
  const end = textEnd;
  const leastWords = integerArgument('min_words', 100, 1, 1_000_000);
  const keywords = findArgument('keywords');
  if (keywords >= 0) checkKeywords(<u32>keywords);
  if (hasFailed()) return giveUp();
  const spaceless = readWords(start, end);
  const words = <f64>sequenceLength;
  splitSentences(start, end);
  const lengthScore = min(10, (10 * words) / <f64>leastWords);
  // Two Han characters say about as much as one word.
  const perSentence = words == 0 ? 0 : (words - <f64>spaceless / 2) / <f64>sentenceCount;
  const paragraphs = countParagraphs(start, end);
  const perParagraph = words == 0 ? 0 : words / <f64>paragraphs;
  const share = variety();
  write('{"checks":{');
  writeCheck('"length"', lengthScore, 3, words);
  writeCheck(',"sentence_length"', sentenceScore(perSentence), 2, perSentence);
  writeCheck(',"variety"', words == 0 ? 0 : clampScore((share - 0.25) / 0.035), 2, share);
  writeCheck(',"structure"', paragraphScore(perParagraph), 1, perParagraph);
  if (keywords >= 0) writeKeywords(<u32>keywords);
  write('},"quality_score":');
  // No words, no quality, whatever the other checks make of nothing.
  const score = words == 0 ? 0 : roundTo(total / weights, 1);
  writeNumber(score);
  write(',"suggestions":[');
  writeSuggestions(<i32>words, leastWords, perSentence, share, perParagraph);
  write(']}');
  return finish();
}

function checkKeywords(list: u32): void {
  let count = 0;
  if (kindOf(list) != ARRAY) return fail('Cannot read "keywords": a list of strings is expected');
  for (let node = childOf(list); node < afterOf(list); node = afterOf(node)) {
    if (kindOf(node) != STRING) return fail('Cannot read "keywords": every item must be a string');
    if (++count > MAX_KEYWORDS)
      return fail('Cannot read "keywords": at most ' + MAX_KEYWORDS.toString() + ' items');
  }
}

/** Fills the sequence of terms; gives how many of them are characters of spaceless scripts. */
function readWords(start: usize, end: usize): i32 {
  let spaceless = 0;
  for (let at = start; nextWord(at, end); at = wordEnd) {
    if (wordRun == 0) {
      pushTerm(addTerm(wordStart, wordEnd, sequenceLength));
      continue;
    }
    for (let from = wordStart; from < wordEnd;) {
      const to = clusterEnd(from, wordEnd);
      pushTerm(addTerm(from, to, sequenceLength));
      spaceless++;
      from = to;
    }
  }
  return spaceless;
}

/** The mean share of different words in windows of a hundred. */
function variety(): f64 {
  if (sequenceLength == 0) return 0;
  const seen = heap.alloc((<usize>termCount) << 2);
  memory.fill(seen, 0, (<usize>termCount) << 2);
  let windows: u32 = 0;
  let sum: f64 = 0;
  for (let from: u32 = 0; from < sequenceLength; from += WINDOW) {
    const to = min(from + WINDOW, sequenceLength);
    // A short rest would look richer than it is.
    if (windows > 0 && to - from < WINDOW / 2) break;
    windows++;
    let different: u32 = 0;
    for (let i = from; i < to; i++) {
      const mark = seen + ((<usize>termAt(i)) << 2);
      if (load<u32>(mark) == windows) continue;
      store<u32>(mark, windows);
      different++;
    }
    sum += <f64>different / <f64>(to - from);
  }
  return sum / <f64>windows;
}

function clampScore(score: f64): f64 {
  return max<f64>(0, min<f64>(10, score));
}

/** Ten from 8 to 22 words a sentence, falling to nothing at 0 and at 50. */
function sentenceScore(words: f64): f64 {
  if (words < 8) return clampScore((words * 10) / 8);
  return words <= 22 ? 10 : clampScore(((50 - words) * 10) / 28);
}

/** Ten up to 120 words a paragraph, nothing from 400. */
function paragraphScore(words: f64): f64 {
  if (words == 0) return 0;
  return words <= 120 ? 10 : clampScore(((400 - words) * 10) / 280);
}

function writeCheck(name: string, score: f64, weight: i32, value: f64): void {
  const rounded = roundTo(score, 1);
  total += rounded * <f64>weight;
  weights += <f64>weight;
  write(name);
  write(':{"score":');
  writeNumber(rounded);
  write(',"weight":');
  writeInteger(weight);
  write(',"value":');
  writeNumber(roundTo(value, 2));
  write('}');
}

/** How many of the keywords occur, as whole words in their order. */
function writeKeywords(list: u32): void {
  let count = 0;
  let found = 0;
  for (let node = childOf(list); node < afterOf(list); node = afterOf(node)) {
    count++;
    if (occurs(node)) found++;
    else missing.push(node);
  }
  if (count == 0) return;
  const share = <f64>found / <f64>count;
  writeCheck(',"keywords"', 10 * share, 2, share);
}

function occurs(node: u32): bool {
  textOf(node);
  const end = textEnd;
  const terms: u32[] = [];
  for (let at = textStart; nextWord(at, end); at = wordEnd) {
    const step = wordRun > 0;
    for (let from = wordStart; from < wordEnd;) {
      const to = step ? clusterEnd(from, wordEnd) : wordEnd;
      const term = findTerm(from, to);
      if (term < 0) return false;
      terms.push(<u32>term);
      from = to;
    }
  }
  if (terms.length == 0) return false;
  const first = terms[0];
  const last = <i32>sequenceLength - terms.length;
  for (let i = 0; i <= last; i++) {
    if (termAt(<u32>i) == first && continues(terms, i)) return true;
  }
  return false;
}

function continues(terms: u32[], position: i32): bool {
  for (let k = 1; k < terms.length; k++) {
    if (termAt(<u32>(position + k)) != terms[k]) return false;
  }
  return true;
}

let hasSuggestion: bool = false;

function suggest(text: string): void {
  if (hasSuggestion) write(',');
  hasSuggestion = true;
  writeString(text);
}

function writeSuggestions(
  words: i32,
  leastWords: i32,
  perSentence: f64,
  share: f64,
  perParagraph: f64,
): void {
  if (words < leastWords)
    suggest('Write at least ' + leastWords.toString() + ' words: there are ' + words.toString());
  if (words == 0) return;
  if (perSentence > 22) suggest('Split long sentences: they have more than 22 words on average');
  if (perSentence < 8) suggest('Join short sentences: they have fewer than 8 words on average');
  if (share < 0.6) suggest('Vary the words: many are repeated');
  if (perParagraph > 120)
    suggest('Break long paragraphs: they have more than 120 words on average');
  for (let i = 0; i < missing.length; i++) {
    if (hasSuggestion) write(',');
    hasSuggestion = true;
    write('"Mention the keyword: ');
    textOf(missing[i]);
    writeTextPart(textStart, textEnd);
    write('"');
  }
}
