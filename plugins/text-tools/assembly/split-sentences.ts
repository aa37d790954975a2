/** A text as a list of its sentences. */

import { open, textArgument } from '../../base/assembly/arguments';
import { giveUp } from '../../base/assembly/host';
import { textEnd, textStart } from '../../base/assembly/json-text';
import { finish, write, writeText } from '../../base/assembly/json-write';
import {
  sentenceCount,
  sentenceEnd,
  sentenceStart,
  splitSentences,
} from '../../base/assembly/sentences';

export function split_sentences(): i32 {
  if (!open() || !textArgument('text')) return giveUp();
  splitSentences(textStart, textEnd);
  write('{"sentences":[');
  for (let i = 0; i < sentenceCount; i++) {
    if (i > 0) write(',');
    writeText(sentenceStart(i), sentenceEnd(i));
  }
  write(']}');
  return finish();
}
