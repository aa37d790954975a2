/** The different words of a text, in lower case, each with a number. */

import { storeCodePoint } from './json-read';
import { codeAt, lower, next } from './unicode';

/** hash, start, size, count, position of the first use, weight (set by the caller). */
const ENTRY_SIZE: usize = 24;

let entries: usize = 0;
let entryRoom: u32 = 0;
export let termCount: u32 = 0;

/** Open addressing; a slot holds a term's number plus one. */
let slots: usize = 0;
let slotMask: u32 = 0;

let scratch: usize = 0;
let scratchRoom: usize = 0;

function entryAt(term: u32): usize {
  return entries + <usize>term * ENTRY_SIZE;
}

export function termStart(term: u32): usize {
  return <usize>load<u32>(entryAt(term), 4);
}

export function termEnd(term: u32): usize {
  return termStart(term) + <usize>load<u32>(entryAt(term), 8);
}

export function usesOf(term: u32): u32 {
  return load<u32>(entryAt(term), 12);
}

export function firstUse(term: u32): u32 {
  return load<u32>(entryAt(term), 16);
}

export function weightOf(term: u32): f32 {
  return load<f32>(entryAt(term), 20);
}

export function setWeight(term: u32, weight: f32): void {
  store<f32>(entryAt(term), weight, 20);
}

/** Adds one use of a word and gives its number. */
export function addTerm(start: usize, end: usize, position: u32): u32 {
  if (slots == 0 || termCount * 2 > slotMask) growSlots();
  const size = lowerInto(start, end);
  const hash = hashOf(scratch, size);
  let slot = hash & slotMask;
  while (true) {
    const held = load<u32>(slots + ((<usize>slot) << 2));
    if (held == 0) break;
    if (matches(held - 1, hash, size)) {
      const entry = entryAt(held - 1);
      store<u32>(entry, load<u32>(entry, 12) + 1, 12);
      return held - 1;
    }
    slot = (slot + 1) & slotMask;
  }
  store<u32>(slots + ((<usize>slot) << 2), termCount + 1);
  return addEntry(hash, size, position);
}

/** The number of a word, or -1. */
export function findTerm(start: usize, end: usize): i32 {
  if (slots == 0) return -1;
  const size = lowerInto(start, end);
  const hash = hashOf(scratch, size);
  let slot = hash & slotMask;
  while (true) {
    const held = load<u32>(slots + ((<usize>slot) << 2));
    if (held == 0) return -1;
    if (matches(held - 1, hash, size)) return <i32>(held - 1);
    slot = (slot + 1) & slotMask;
  }
}

function matches(term: u32, hash: u32, size: u32): bool {
  const entry = entryAt(term);
  if (load<u32>(entry) != hash || load<u32>(entry, 8) != size) return false;
  return memory.compare(<usize>load<u32>(entry, 4), scratch, <usize>size) == 0;
}

function addEntry(hash: u32, size: u32, position: u32): u32 {
  if (termCount == entryRoom) {
    entryRoom = entryRoom == 0 ? 256 : entryRoom * 2;
    const bytes = <usize>entryRoom * ENTRY_SIZE;
    entries = entries == 0 ? heap.alloc(bytes) : heap.realloc(entries, bytes);
  }
  const entry = entryAt(termCount);
  store<u32>(entry, hash);
  store<u32>(entry, <u32>scratch, 4);
  store<u32>(entry, size, 8);
  store<u32>(entry, 1, 12);
  store<u32>(entry, position, 16);
  store<f32>(entry, 0, 20);
  // The word stays where it was written; the next one goes after it.
  scratch += <usize>size;
  scratchRoom -= <usize>size;
  return termCount++;
}

/** Writes the word in lower case behind the words kept so far and gives its size. */
function lowerInto(start: usize, end: usize): u32 {
  // A letter may grow from two bytes to three.
  const wanted = (end - start) * 2 + 8;
  if (scratchRoom < wanted) {
    scratchRoom = max<usize>(wanted, 16384);
    scratch = heap.alloc(scratchRoom);
  }
  let to = scratch;
  for (let at = start; at < end;) {
    const code = codeAt(at);
    at = next;
    if (code < 0x80) store<u8>(to++, <u8>lower(code));
    else if (code == 0x2019) store<u8>(to++, 0x27);
    else if (code != 0xad) to = storeCodePoint(to, lower(code));
  }
  return <u32>(to - scratch);
}

function hashOf(start: usize, size: u32): u32 {
  let hash: u32 = 0x811c9dc5;
  for (let i: u32 = 0; i < size; i++) hash = (hash ^ load<u8>(start + <usize>i)) * 0x01000193;
  return hash ^ (hash >> 15);
}

function growSlots(): void {
  const size: u32 = slots == 0 ? 1024 : (slotMask + 1) * 4;
  slots = heap.alloc((<usize>size) << 2);
  memory.fill(slots, 0, (<usize>size) << 2);
  slotMask = size - 1;
  for (let term: u32 = 0; term < termCount; term++) {
    let slot = load<u32>(entryAt(term)) & slotMask;
    while (load<u32>(slots + ((<usize>slot) << 2)) != 0) slot = (slot + 1) & slotMask;
    store<u32>(slots + ((<usize>slot) << 2), term + 1);
  }
}

/** The words of a text in order, as numbers: four bytes each. */
let sequence: usize = 0;
let sequenceRoom: u32 = 0;
export let sequenceLength: u32 = 0;

export function termAt(position: u32): u32 {
  return load<u32>(sequence + ((<usize>position) << 2));
}

export function pushTerm(term: u32): void {
  if (sequenceLength == sequenceRoom) {
    sequenceRoom = sequenceRoom == 0 ? 512 : sequenceRoom * 2;
    const size = (<usize>sequenceRoom) << 2;
    sequence = sequence == 0 ? heap.alloc(size) : heap.realloc(sequence, size);
  }
  store<u32>(sequence + ((<usize>sequenceLength) << 2), term);
  sequenceLength++;
}
