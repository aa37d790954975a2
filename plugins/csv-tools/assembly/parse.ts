/** A table as JSON. */

import { choiceArgument, integerArgument, open, textArgument } from '../../base/assembly/arguments';
import { giveUp, hasFailed } from '../../base/assembly/host';
import { textEnd, textStart } from '../../base/assembly/json-text';
import {
  finish,
  write,
  writeInteger,
  writeNumber,
  writeText,
} from '../../base/assembly/json-write';
import { cellValue, isNumber } from './cells';
import { columnCount, readColumns, writeName } from './columns';
import { delimiterArgument } from './delimiter';
import {
  fieldCount,
  fieldEnd,
  fieldStart,
  nextRow,
  openRows,
  refuseRow,
  ROW,
  skipMark,
} from './rows';

const AS_OBJECTS: i32 = 0;
const AS_NUMBERS: i32 = 1;

export function parse(): i32 {
  if (!open() || !textArgument('text')) return giveUp();
  const from = textStart;
  const end = textEnd;
  const separator = delimiterArgument();
  const shape = choiceArgument('rows', 'objects|lists');
  const values = choiceArgument('values', 'text|numbers');
  const limit = <i64>integerArgument('limit', 1_000_000, 1, 1_000_000);
  if (hasFailed()) return giveUp();
  openRows(from, end, separator, false);
  skipMark();
  write('{"columns":[');
  let kind = nextRow();
  if (kind == ROW) {
    if (!readColumns()) return giveUp();
    for (let index: u32 = 0; index < columnCount; index++) {
      if (index > 0) write(',');
      writeName(index);
    }
    kind = nextRow();
  }
  write('],"rows":[');
  let count: i64 = 0;
  while (kind == ROW && !hasFailed()) {
    if (fieldCount > columnCount) {
      refuseRow(fieldCount.toString() + ' fields for ' + columnCount.toString() + ' columns');
      break;
    }
    if (count < limit) {
      if (count > 0) write(',');
      writeRow(shape == AS_OBJECTS, values == AS_NUMBERS);
    }
    count++;
    kind = nextRow();
  }
  write('],"count":');
  writeInteger(count);
  write('}');
  return finish();
}

/** A row that is too short has nothing in its last columns. */
function writeRow(asObject: bool, withNumbers: bool): void {
  write(asObject ? '{' : '[');
  for (let index: u32 = 0; index < columnCount; index++) {
    if (index > 0) write(',');
    if (asObject) {
      writeName(index);
      write(':');
    }
    if (index >= fieldCount) write('null');
    else writeCell(fieldStart(index), fieldEnd(index), withNumbers);
  }
  write(asObject ? '}' : ']');
}

function writeCell(start: usize, end: usize, withNumbers: bool): void {
  if (withNumbers && start == end) write('null');
  else if (withNumbers && isNumber(start, end)) writeNumber(cellValue);
  else writeText(start, end);
}
