/** Tables that number different things: names of an object, or values by what they hold. */

import { hashValue, isEqual } from './equality';

/** The first block of a table; it moves when the table grows. */
let slots: usize = 0;
let mask: u32 = 0;
/** hash, node, chain. */
const ENTRY_SIZE: usize = 12;
let entries: usize = 0;
let room: u32 = 0;
export let keyCount: u32 = 0;

/** Four megabytes of text cannot hold more values that differ. */
const MAX_DIFFERENT: u32 = 700_000;

/**
 * Begins a new table for up to `expected` things; what the last one held can no longer be asked for.
 * A table with room from the start leaves no old copies of itself behind, which are never freed.
 */
export function openKeys(expected: u32): void {
  keyCount = 0;
  const wanted = min<u32>(expected, MAX_DIFFERENT);
  let size: u32 = 16;
  while (size <= wanted * 2) size *= 2;
  // Clearing a big table for every small list would cost more than a new one.
  const hasRoom = slots != 0 && mask + 1 >= size && mask + 1 <= size * 4;
  if (hasRoom) memory.fill(slots, 0, (<usize>mask + 1) << 2);
  else allocateSlots(size);
  if (room < wanted) {
    room = wanted;
    entries = heap.alloc(<usize>room * ENTRY_SIZE);
  }
}

/** Sets the table aside while another is filled. */
export function detachKeys(): usize {
  const kept = entries;
  entries = 0;
  room = 0;
  slots = 0;
  return kept;
}

function entryAt(key: u32): usize {
  return entries + <usize>key * ENTRY_SIZE;
}

export function keyNode(table: usize, key: u32): u32 {
  return load<u32>(table + <usize>key * ENTRY_SIZE, 4);
}

export function keyChain(table: usize, key: u32): u32 {
  return load<u32>(table + <usize>key * ENTRY_SIZE, 8);
}

export function setChain(key: u32, chain: u32): void {
  store<u32>(entryAt(key), chain, 8);
}

export function chainOf(key: u32): u32 {
  return load<u32>(entryAt(key), 8);
}

/** The number of a value; `keyCount` has grown when it is new. -1 stands for a value that is missing. */
export function keyNumber(node: i32): u32 {
  const hash = node < 0 ? 0 : hashValue(<u32>node);
  let slot = hash & mask;
  while (true) {
    const held = load<u32>(slots + ((<usize>slot) << 2));
    if (held == 0) break;
    const entry = entryAt(held - 1);
    if (load<u32>(entry) == hash && isSame(<i32>load<u32>(entry, 4), node)) return held - 1;
    slot = (slot + 1) & mask;
  }
  if (keyCount == room) {
    room = room == 0 ? 16 : room * 2;
    const size = <usize>room * ENTRY_SIZE;
    entries = entries == 0 ? heap.alloc(size) : heap.realloc(entries, size);
  }
  const entry = entryAt(keyCount);
  store<u32>(entry, hash);
  store<u32>(entry, <u32>node, 4);
  store<u32>(entry, 0, 8);
  keyCount++;
  store<u32>(slots + ((<usize>slot) << 2), keyCount);
  if (keyCount * 2 > mask) growSlots();
  return keyCount - 1;
}

function isSame(held: i32, node: i32): bool {
  return held < 0 || node < 0 ? held == node : isEqual(<u32>held, <u32>node);
}

function allocateSlots(size: u32): void {
  slots = heap.alloc((<usize>size) << 2);
  memory.fill(slots, 0, (<usize>size) << 2);
  mask = size - 1;
}

function growSlots(): void {
  allocateSlots((mask + 1) * 4);
  for (let key: u32 = 0; key < keyCount; key++) {
    let slot = load<u32>(entryAt(key)) & mask;
    while (load<u32>(slots + ((<usize>slot) << 2)) != 0) slot = (slot + 1) & mask;
    store<u32>(slots + ((<usize>slot) << 2), key + 1);
  }
}
