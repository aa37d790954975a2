/** The words a text is about, most frequent first. */

import { integerArgument, open, textArgument } from '../../base/assembly/arguments';
import { giveUp, hasFailed } from '../../base/assembly/host';
import { textEnd, textStart } from '../../base/assembly/json-text';
import {
  finish,
  roundTo,
  write,
  writeInteger,
  writeNumber,
  writeString,
  writeText,
} from '../../base/assembly/json-write';
import { termCount, termEnd, termStart, usesOf, weightOf } from '../../base/assembly/vocabulary';
import { codeOf } from './stop-words';
import { comesBefore, languageArgument, readTerms, weighTerms } from './terms';

export function keywords(): i32 {
  if (!open() || !textArgument('text')) return giveUp();
  const start = textStart;
  const end = textEnd;
  const limit = integerArgument('limit', 10, 1, 100);
  const asked = languageArgument();
  if (hasFailed()) return giveUp();
  readTerms(start, end);
  const language = weighTerms(asked);
  const best = topTerms(limit);
  write('{"keywords":[');
  for (let i = 0; i < best.length; i++) {
    if (i > 0) write(',');
    write('{"word":');
    writeText(termStart(best[i]), termEnd(best[i]));
    write(',"count":');
    writeInteger(usesOf(best[i]));
    write(',"score":');
    writeNumber(roundTo(<f64>weightOf(best[i]) / <f64>weightOf(best[0]), 3));
    write('}');
  }
  write('],"language":');
  writeString(codeOf(language));
  write('}');
  return finish();
}

function topTerms(limit: i32): u32[] {
  const best: u32[] = [];
  for (let term: u32 = 0; term < termCount; term++) {
    if (weightOf(term) == 0) continue;
    if (best.length == limit) {
      if (!comesBefore(term, best[limit - 1])) continue;
      best.pop();
    }
    let i = best.length;
    best.push(term);
    for (; i > 0 && comesBefore(term, best[i - 1]); i--) best[i] = best[i - 1];
    best[i] = term;
  }
  return best;
}
