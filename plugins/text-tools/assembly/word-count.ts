/** Counts and the time it takes to read. */

import { open, textArgument } from '../../base/assembly/arguments';
import { skipWithinLine } from '../../base/assembly/bytes';
import { giveUp } from '../../base/assembly/host';
import { textEnd, textStart } from '../../base/assembly/json-text';
import { finish, roundTo, write, writeInteger, writeNumber } from '../../base/assembly/json-write';
import { sentenceCount, splitSentences } from '../../base/assembly/sentences';
import { classOf, codeAt, countClusters, next, SPACE } from '../../base/assembly/unicode';
import { countWords, spacedWords, spacelessWords } from '../../base/assembly/words';
import { readingMinutes } from './reading-time';

export function word_count(): i32 {
  if (!open() || !textArgument('text')) return giveUp();
  const start = textStart;
  const end = textEnd;
  const words = countWords(start, end);
  const minutes = readingMinutes(<f64>spacedWords, <f64>spacelessWords);
  if (words > 0) splitSentences(start, end);
  write('{"words":');
  writeInteger(words);
  write(',"characters":');
  writeInteger(countClusters(start, end));
  write(',"sentences":');
  writeInteger(words > 0 ? sentenceCount : 0);
  write(',"paragraphs":');
  writeInteger(countParagraphs(start, end));
  write(',"reading_minutes":');
  writeNumber(roundTo(minutes, 1));
  write('}');
  return finish();
}

/** Blocks of text with a blank line between them. */
export function countParagraphs(start: usize, end: usize): i32 {
  let count = 0;
  let isAfterBlank = true;
  for (let at = start; at < end;) {
    const text = skipLineSpace(at, end);
    const stop = lineEnd(text, end);
    if (stop > text) {
      if (isAfterBlank) count++;
      isAfterBlank = false;
    } else {
      isAfterBlank = true;
    }
    if (stop < end && codeAt(stop) == 0x2029) isAfterBlank = true;
    at = afterLineBreak(stop, end);
  }
  return count;
}

/** White space but line breaks. */
function skipLineSpace(from: usize, end: usize): usize {
  let at = from;
  while (at < end) {
    const code = codeAt(at);
    if (isLineBreak(code) || classOf(code) != SPACE) break;
    at = next;
  }
  return at;
}

function isLineBreak(code: u32): bool {
  return code == 0x0a || code == 0x0d || code == 0x2028 || code == 0x2029;
}

function lineEnd(from: usize, end: usize): usize {
  let at = from;
  while (at < end) {
    at = skipWithinLine(at, end);
    // Eight bytes that hold something, or the last few.
    const to = min(end, at + 8);
    while (at < to) {
      if (isLineBreak(codeAt(at))) return at;
      at = next;
    }
  }
  return end;
}

function afterLineBreak(at: usize, end: usize): usize {
  if (at >= end) return end;
  const code = codeAt(at);
  return code == 0x0d && load<u8>(at, 1) == 0x0a ? at + 2 : next;
}
