/** Counts and the time it takes to read. */

import { open, textArgument } from '../../shared/assembly/arguments';
import { giveUp } from '../../shared/assembly/host';
import { textEnd, textStart } from '../../shared/assembly/json-read';
import {
  finish,
  roundTo,
  write,
  writeInteger,
  writeNumber,
} from '../../shared/assembly/json-write';
import { sentenceCount, splitSentences } from '../../shared/assembly/sentences';
import { classOf, clusterEnd, codeAt, next, SPACE } from '../../shared/assembly/unicode';
import { countWords, spacedWords, spacelessWords } from '../../shared/assembly/words';

/** Silent reading of plain prose, in words and in Han characters a minute. */
const WORDS_PER_MINUTE: f64 = 200;
const CHARACTERS_PER_MINUTE: f64 = 400;

export function word_count(): i32 {
  if (!open() || !textArgument('text')) return giveUp();
  const start = textStart;
  const end = textEnd;
  const words = countWords(start, end);
  const minutes = <f64>spacedWords / WORDS_PER_MINUTE + <f64>spacelessWords / CHARACTERS_PER_MINUTE;
  if (words > 0) splitSentences(start, end);
  write('{"words":');
  writeInteger(words);
  write(',"characters":');
  writeInteger(countCharacters(start, end));
  write(',"sentences":');
  writeInteger(words > 0 ? sentenceCount : 0);
  write(',"paragraphs":');
  writeInteger(countParagraphs(start, end));
  write(',"reading_minutes":');
  writeNumber(roundTo(minutes, 1));
  write('}');
  return finish();
}

function countCharacters(start: usize, end: usize): i32 {
  let count = 0;
  for (let at = start; at < end; at = clusterEnd(at, end)) count++;
  return count;
}

/** Blocks of text with a blank line between them. */
export function countParagraphs(start: usize, end: usize): i32 {
  let count = 0;
  let lines = 2;
  for (let at = start; at < end; at = next) {
    const code = codeAt(at);
    if (code == 0x0a || (code == 0x0d && load<u8>(at, 1) != 0x0a)) lines++;
    else if (code == 0x2029) lines = 2;
    else if (classOf(code) != SPACE) {
      if (lines > 1) count++;
      lines = 0;
    }
  }
  return count;
}
