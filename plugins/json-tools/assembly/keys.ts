/** Numbers the different names of one object at a time. */

import { textEnd, textOf, textStart } from '../../shared/assembly/json-read';

let slots: usize = 0;
let mask: u32 = 0;
let count: i32 = 0;
/** hash, start, size. */
let entries: usize = 0;
let room: i32 = 0;

/** Begins a new set of names. */
export function openKeys(): void {
  count = 0;
  slots = 0;
  entries = 0;
  room = 0;
  growSlots(16);
}

/** The number of a name, which is the count so far when it is new. */
export function keyNumber(node: u32): i32 {
  textOf(node);
  const start = textStart;
  const size = <u32>(textEnd - textStart);
  const hash = hashOf(start, size);
  let slot = hash & mask;
  while (true) {
    const held = load<u32>(slots + ((<usize>slot) << 2));
    if (held == 0) break;
    const entry = entries + (<usize>held - 1) * 12;
    const isSame = load<u32>(entry) == hash && load<u32>(entry, 8) == size;
    if (isSame && memory.compare(<usize>load<u32>(entry, 4), start, <usize>size) == 0)
      return <i32>held - 1;
    slot = (slot + 1) & mask;
  }
  if (count == room) {
    room = room == 0 ? 16 : room * 2;
    entries = entries == 0 ? heap.alloc(<usize>room * 12) : heap.realloc(entries, <usize>room * 12);
  }
  const entry = entries + <usize>count * 12;
  store<u32>(entry, hash);
  store<u32>(entry, <u32>start, 4);
  store<u32>(entry, size, 8);
  count++;
  store<u32>(slots + ((<usize>slot) << 2), <u32>count);
  if (<u32>count * 2 > mask) growSlots((mask + 1) * 4);
  return count - 1;
}

function growSlots(size: u32): void {
  slots = heap.alloc((<usize>size) << 2);
  memory.fill(slots, 0, (<usize>size) << 2);
  mask = size - 1;
  for (let i = 0; i < count; i++) {
    let slot = load<u32>(entries + <usize>i * 12) & mask;
    while (load<u32>(slots + ((<usize>slot) << 2)) != 0) slot = (slot + 1) & mask;
    store<u32>(slots + ((<usize>slot) << 2), <u32>i + 1);
  }
}

function hashOf(start: usize, size: u32): u32 {
  let hash: u32 = 0x811c9dc5;
  for (let i: u32 = 0; i < size; i++) hash = (hash ^ load<u8>(start + <usize>i)) * 0x01000193;
  return hash ^ (hash >> 15);
}
