/** The beginning of a text, cut where a reader would cut it. */

import { integerArgument, open, textArgument } from '../../base/assembly/arguments';
import { giveUp, hasFailed } from '../../base/assembly/host';
import { textEnd, textStart } from '../../base/assembly/json-text';
import { finish, write, writeBool, writeTextPart } from '../../base/assembly/json-write';
import {
  sentenceCount,
  sentenceEnd,
  skipSpace,
  splitSentences,
  trimEnd,
} from '../../base/assembly/sentences';
import {
  classOf,
  clusterEnd,
  codeAt,
  isSpaceless,
  SPACE,
  stepBack,
} from '../../base/assembly/unicode';

export function excerpt(): i32 {
  if (!open() || !textArgument('text')) return giveUp();
  const text = textStart;
  const textStop = textEnd;
  const most = integerArgument('max_characters', 200, 1, 100_000);
  if (hasFailed()) return giveUp();
  const start = skipSpace(text, textStop);
  const end = trimEnd(textStop, start);
  const limit = advance(start, end, most);
  if (limit >= end) return answer(start, end, false, false);
  const sentence = lastSentence(start, end, limit);
  // A whole sentence reads better than an ellipsis, unless it throws half of the room away.
  if (sentence > start && (sentence - start) * 2 >= limit - start)
    return answer(start, sentence, true, false);
  const room = advance(start, end, most - 1);
  return answer(start, lastBreak(start, room, end), true, true);
}

function answer(start: usize, end: usize, isTruncated: bool, hasEllipsis: bool): i32 {
  write('{"excerpt":"');
  writeTextPart(start, end);
  write(hasEllipsis ? '\\u2026","truncated":' : '","truncated":');
  writeBool(isTruncated);
  write('}');
  return finish();
}

function advance(start: usize, end: usize, characters: i32): usize {
  let at = start;
  for (let i = 0; i < characters && at < end; i++) at = clusterEnd(at, end);
  return at;
}

/** The end of the last whole sentence before the limit, or the start. */
function lastSentence(start: usize, end: usize, limit: usize): usize {
  // What follows the limit decides whether a mark there ends a sentence.
  splitSentences(start, min(end, advance(limit, end, 64)));
  let last = start;
  for (let i = 0; i < sentenceCount; i++) {
    if (sentenceEnd(i) <= limit) last = sentenceEnd(i);
  }
  return last;
}

/** The end of the last whole word before the limit; the limit itself inside a very long one. */
function lastBreak(start: usize, limit: usize, end: usize): usize {
  if (limit >= end || isBreak(limit)) return trimEnd(limit, start);
  let at = limit;
  while (at > start) {
    const before = stepBack(at, start);
    if (classOf(codeAt(before)) == SPACE) {
      const cut = trimEnd(before, start);
      return (cut - start) * 2 >= limit - start ? cut : limit;
    }
    at = before;
  }
  return limit;
}

/** Between two words, or before a character that stands for a word. */
function isBreak(at: usize): bool {
  const kind = classOf(codeAt(at));
  return kind == SPACE || isSpaceless(kind);
}
