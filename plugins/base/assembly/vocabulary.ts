/** The different words of a text, in lower case, each with a number. */

import {
  copyLower,
  hashBytes,
  hashWord,
  isAsciiWord,
  loadWord,
  lowerWord,
  sameBytes,
} from './bytes';
import { fail, hasFailed } from './host';
import { storeCodePoint } from './json-text';
import { codeAt, lower, next } from './unicode';

/** hash, start, size, count, position of the first use, weight (set by the caller). */
const ENTRY_SIZE: usize = 24;

let entries: usize = 0;
let entryRoom: u32 = 0;
export let termCount: u32 = 0;
/** With more the tables could outgrow the memory, which would end the call without a word. */
const MAX_TERMS: u32 = 400_000;

/** Open addressing; a slot holds a term's number plus one. */
let slots: usize = 0;
let slotMask: u32 = 0;

let scratch: usize = 0;
/** Of the word looked for last, so that it may be added where it was not found. */
let slotFound: u32 = 0;
let hashFound: u32 = 0;
let sizeFound: u32 = 0;
/** Stands for a word of more than eight bytes: not ASCII, and not Han. */
const NO_WORD: u64 = 0xffffffffffffffff;
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
  const held = find(start, end);
  if (held == 0) {
    if (termCount == MAX_TERMS) return refuseMore();
    const slot = slots + ((<usize>slotFound) << 2);
    store<u32>(slot, termCount + 1);
    return addEntry(position);
  }
  const entry = entryAt(held - 1);
  store<u32>(entry, load<u32>(entry, 12) + 1, 12);
  return held - 1;
}

function refuseMore(): u32 {
  if (hasFailed()) return 0;
  fail('Cannot read "text": more than ' + MAX_TERMS.toString() + ' different words');
  return 0;
}

/** The number of a word, or -1. */
export function findTerm(start: usize, end: usize): i32 {
  return slots == 0 ? -1 : <i32>find(start, end) - 1;
}

/** Looks for a word in lower case, which it leaves in `scratch`: its number plus one, or 0. */
function find(start: usize, end: usize): u32 {
  let size = end - start;
  if (scratchRoom < size * 2 + 16) growScratch(size * 2 + 16);
  const word = size <= 8 ? loadWord(start, size) : NO_WORD;
  // Han has no case; any other script goes the long way.
  const isShort = isAsciiWord(word) || (size <= 8 && (<u32>word & 0xff) - 0xe5 < 5);
  const lowered = isAsciiWord(word) ? lowerWord(word) : word;
  if (isShort) store<u64>(scratch, lowered);
  else size = lowerInto(start, end);
  const hash = isShort ? hashWord(lowered, size) : hashBytes(scratch, size);
  sizeFound = <u32>size;
  hashFound = hash;
  let slot = hash & slotMask;
  while (true) {
    const held = load<u32>(slots + ((<usize>slot) << 2));
    slotFound = slot;
    if (held == 0) return 0;
    const entry = entryAt(held - 1);
    if (load<u32>(entry) == hash && load<u32>(entry, 8) == <u32>size) {
      const text = <usize>load<u32>(entry, 4);
      if (isShort ? loadWord(text, size) == lowered : sameBytes(text, scratch, size)) return held;
    }
    slot = (slot + 1) & slotMask;
  }
}

function addEntry(position: u32): u32 {
  if (termCount == entryRoom) {
    entryRoom = entryRoom == 0 ? 256 : entryRoom * 2;
    const bytes = <usize>entryRoom * ENTRY_SIZE;
    entries = entries == 0 ? heap.alloc(bytes) : heap.realloc(entries, bytes);
  }
  const entry = entryAt(termCount);
  store<u32>(entry, hashFound);
  store<u32>(entry, <u32>scratch, 4);
  store<u32>(entry, sizeFound, 8);
  store<u32>(entry, 1, 12);
  store<u32>(entry, position, 16);
  store<f32>(entry, 0, 20);
  // The word stays where it was written; the next one goes after it.
  scratch += <usize>sizeFound;
  scratchRoom -= <usize>sizeFound;
  return termCount++;
}

function growScratch(wanted: usize): void {
  scratchRoom = max<usize>(wanted, 16384);
  scratch = heap.alloc(scratchRoom);
}

/** Writes a word in lower case behind the words kept so far and gives its size. */
function lowerInto(start: usize, end: usize): usize {
  if (copyLower(start, scratch, end - start)) return end - start;
  // A letter may grow from two bytes to three.
  let to = scratch;
  for (let at = start; at < end;) {
    const first: u32 = load<u8>(at);
    if (first - 0xd0 < 2) {
      to = storeCyrillic(to, ((first & 0x1f) << 6) | (<u32>load<u8>(at, 1) & 0x3f));
      at += 2;
      continue;
    }
    const code = codeAt(at);
    at = next;
    if (code == 0x2019) store<u8>(to++, 0x27);
    else if (code != 0xad) to = storeCodePoint(to, lower(code));
  }
  return to - scratch;
}

/** A letter from U+0400 to U+047F, up to the point where capitals and small letters alternate. */
function storeCyrillic(to: usize, code: u32): usize {
  if (code >= 0x460) return storeCodePoint(to, lower(code));
  const small = code >= 0x430 ? code : code < 0x410 ? code + 0x50 : code + 0x20;
  store<u8>(to, <u8>(0xc0 | (small >> 6)));
  store<u8>(to, <u8>(0x80 | (small & 0x3f)), 1);
  return to + 2;
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
