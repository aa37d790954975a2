/** The names of columns: the first row of a table. */

import { fail } from '../../base/assembly/host';
import { sameBytes } from '../../base/assembly/bytes';
import { writeText } from '../../base/assembly/json-write';
import { fieldCount, fieldEnd, fieldStart, refuseRow } from './rows';

export let columnCount: u32 = 0;
let names: usize = 0;

export function nameStart(index: u32): usize {
  return <usize>load<u32>(names + ((<usize>index) << 3));
}

export function nameEnd(index: u32): usize {
  return <usize>load<u32>(names + ((<usize>index) << 3), 4);
}

export function openColumns(most: u32): void {
  names = heap.alloc((<usize>most) << 3);
  columnCount = 0;
}

/** False when two have one name. */
export function addColumn(start: usize, end: usize): bool {
  if (findColumn(start, end) >= 0) return false;
  const place = names + ((<usize>columnCount) << 3);
  store<u32>(place, <u32>start);
  store<u32>(place, <u32>end, 4);
  columnCount++;
  return true;
}

/** The names in the row that was read. */
export function readColumns(): bool {
  openColumns(fieldCount);
  for (let index: u32 = 0; index < fieldCount; index++) {
    if (fieldStart(index) == fieldEnd(index)) {
      refuseRow('column ' + (index + 1).toString() + ' has no name');
      return false;
    }
    if (addColumn(fieldStart(index), fieldEnd(index))) continue;
    refuseRow('column ' + (index + 1).toString() + ' has the name of another');
    return false;
  }
  return true;
}

/** A table has some hundred columns at most, and this is asked once for each. */
export function findColumn(start: usize, end: usize): i32 {
  const size = end - start;
  for (let index: u32 = 0; index < columnCount; index++) {
    const from = nameStart(index);
    if (nameEnd(index) - from == size && sameBytes(from, start, size)) return <i32>index;
  }
  return -1;
}

/** The column that an argument names, or -1 with a failure. */
export function columnNamed(argument: string, start: usize, end: usize): i32 {
  const found = findColumn(start, end);
  if (found < 0) {
    const name = String.UTF8.decodeUnsafe(start, min<usize>(end - start, 100));
    fail('Cannot read "' + argument + '": there is no column "' + name + '"');
  }
  return found;
}

export function writeName(index: u32): void {
  writeText(nameStart(index), nameEnd(index));
}
