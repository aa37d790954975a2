/** The place in a value that is being looked at, as a JSON Pointer. */

import { textEnd, textOf, textStart } from '../../base/assembly/json-text';
import { write, writeInteger, writeTextPart } from '../../base/assembly/json-write';

/** A value is at most 128 deep; four bytes each, an index with its highest bit set. */
const steps: usize = memory.data(132 * 4);
const INDEX: u32 = 0x80000000;
let depth: i32 = 0;

export function openItem(index: i32): void {
  store<u32>(steps + ((<usize>depth) << 2), <u32>index | INDEX);
  depth++;
}

export function openMember(key: u32): void {
  store<u32>(steps + ((<usize>depth) << 2), key);
  depth++;
}

export function closeStep(): void {
  depth--;
}

/** Writes the pointer as the inside of a string. */
export function writePointer(): void {
  for (let i = 0; i < depth; i++) {
    const step = load<u32>(steps + ((<usize>i) << 2));
    write('/');
    if (step & INDEX) writeInteger(step & ~INDEX);
    else writeName(step);
  }
}

function writeName(key: u32): void {
  textOf(key);
  const end = textEnd;
  let from = textStart;
  for (let at = from; at < end; at++) {
    const c = load<u8>(at);
    if (c != 0x7e && c != 0x2f) continue;
    writeTextPart(from, at);
    write(c == 0x7e ? '~0' : '~1');
    from = at + 1;
  }
  writeTextPart(from, end);
}
