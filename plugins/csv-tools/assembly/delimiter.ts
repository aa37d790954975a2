/** What stands between two fields. */

import { findArgument } from '../../base/assembly/arguments';
import { fail } from '../../base/assembly/host';
import { kindOf, STRING } from '../../base/assembly/json-read';
import { textEnd, textOf, textStart } from '../../base/assembly/json-text';

const COMMA: u32 = 0x2c;

/** A comma, a semicolon, a tab or a bar. */
export function delimiterArgument(): u32 {
  const node = findArgument('delimiter');
  if (node < 0) return COMMA;
  if (kindOf(<u32>node) == STRING) {
    textOf(<u32>node);
    const c: u32 = load<u8>(textStart);
    const isKnown = c == COMMA || c == 0x3b || c == 0x09 || c == 0x7c;
    if (textEnd - textStart == 1 && isKnown) return c;
  }
  fail('Cannot read "delimiter": a comma, a semicolon, a tab or a bar is expected');
  return COMMA;
}
