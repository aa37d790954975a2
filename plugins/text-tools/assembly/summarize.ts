/** The sentences that say most, in the order of the text. */

import { integerArgument, open, textArgument } from '../../base/assembly/arguments';
import { giveUp, hasFailed } from '../../base/assembly/host';
import { textEnd, textStart } from '../../base/assembly/json-text';
import { finish, write, writeText, writeTextPart } from '../../base/assembly/json-write';
import {
  sentenceCount,
  sentenceEnd,
  sentenceStart,
  splitSentences,
} from '../../base/assembly/sentences';
import { classOf, codeAt, isSpaceless, stepBack } from '../../base/assembly/unicode';
import { sequenceLength, termAt, weightOf } from '../../base/assembly/vocabulary';
import { languageArgument, readTerms, weighTerms } from './terms';

/** A sentence of fewer words is measured as if it had these, or a heading would win. */
const LEAST_WORDS: f64 = 8;
/** Openings tend to say what follows. */
const FIRST_BONUS: f64 = 1.2;

export function summarize(): i32 {
  if (!open() || !textArgument('text')) return giveUp();
  const start = textStart;
  const end = textEnd;
  const wanted = integerArgument('sentences', 3, 1, 100);
  const asked = languageArgument();
  if (hasFailed()) return giveUp();
  splitSentences(start, end);
  const scores = scoreSentences(asked);
  const chosen = chooseBest(scores, wanted);
  write('{"summary":"');
  for (let i = 0; i < chosen.length; i++) {
    if (i > 0 && !endsSpaceless(chosen[i - 1])) write(' ');
    writeTextPart(sentenceStart(chosen[i]), sentenceEnd(chosen[i]));
  }
  write('","sentences":[');
  for (let i = 0; i < chosen.length; i++) {
    if (i > 0) write(',');
    writeText(sentenceStart(chosen[i]), sentenceEnd(chosen[i]));
  }
  write(']}');
  return finish();
}

/** The mean weight of a sentence's words: a double for each sentence. */
function scoreSentences(asked: i32): usize {
  const firsts = heap.alloc((<usize>(sentenceCount + 1)) << 2);
  for (let i = 0; i < sentenceCount; i++) {
    store<u32>(firsts + ((<usize>i) << 2), sequenceLength);
    readTerms(sentenceStart(i), sentenceEnd(i));
  }
  store<u32>(firsts + ((<usize>sentenceCount) << 2), sequenceLength);
  weighTerms(asked);
  const scores = heap.alloc((<usize>(sentenceCount + 1)) << 3);
  for (let i = 0; i < sentenceCount; i++) {
    const from = load<u32>(firsts + ((<usize>i) << 2));
    const to = load<u32>(firsts + ((<usize>i) << 2), 4);
    let sum: f64 = 0;
    for (let position = from; position < to; position++) sum += <f64>weightOf(termAt(position));
    const score = sum / max<f64>(LEAST_WORDS, <f64>(to - from));
    store<f64>(scores + ((<usize>i) << 3), i == 0 ? score * FIRST_BONUS : score);
  }
  return scores;
}

/** Numbers of the best sentences, in order; of two as good the earlier. */
function chooseBest(scores: usize, wanted: i32): i32[] {
  const best: i32[] = [];
  for (let sentence = 0; sentence < sentenceCount; sentence++) {
    const score = load<f64>(scores + ((<usize>sentence) << 3));
    if (best.length == wanted) {
      if (score <= load<f64>(scores + ((<usize>best[wanted - 1]) << 3))) continue;
      best.pop();
    }
    let i = best.length;
    best.push(sentence);
    for (; i > 0 && score > load<f64>(scores + ((<usize>best[i - 1]) << 3)); i--)
      best[i] = best[i - 1];
    best[i] = sentence;
  }
  for (let i = 1; i < best.length; i++) {
    const sentence = best[i];
    let k = i;
    for (; k > 0 && best[k - 1] > sentence; k--) best[k] = best[k - 1];
    best[k] = sentence;
  }
  return best;
}

/** Such sentences follow each other without a space. */
function endsSpaceless(sentence: i32): bool {
  const start = sentenceStart(sentence);
  const code = codeAt(stepBack(sentenceEnd(sentence), start));
  return isSpaceless(classOf(code)) || (code >= 0x3000 && code < 0x3020) || code >= 0xff00;
}
