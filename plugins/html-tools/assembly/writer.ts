/** Text as a reader would see it: white space is one space, and elements begin and end lines. */

import { isSpace } from './scan';
import { afterReference, storeReference } from './entities';

let start: usize = 0;
let to: usize = 0;
/** White space that is due before the next character, if there is any. */
let breaks: i32 = 0;
let hasSpace: bool = false;
let preDepth: i32 = 0;

/** Room for a text: no markup and no reference is shorter than what is written for it. */
export function openWriter(size: usize): void {
  start = heap.alloc(size + 16);
  to = start;
  breaks = 0;
  hasSpace = false;
  preDepth = 0;
}

/** Begins anew in the same room. */
export function resetWriter(): void {
  to = start;
  breaks = 0;
  hasSpace = false;
  preDepth = 0;
}

export function writtenStart(): usize {
  return start;
}

export function writtenEnd(): usize {
  return to;
}

/** So many ends of lines before what comes; at the beginning there are none. */
export function breakLine(count: i32): void {
  breaks = max(breaks, count);
  hasSpace = false;
}

/** One more, wherever we are. */
export function endLine(): void {
  breaks = min(breaks + 1, 2);
  hasSpace = false;
}

export function space(): void {
  if (breaks == 0) hasSpace = true;
}

export function keepSpace(more: i32): void {
  preDepth = max(preDepth + more, 0);
}

/** The dash of a list. */
export function writeDash(): void {
  settle();
  store<u8>(to, 0x2d);
  to++;
  hasSpace = true;
}

export function writeHtmlText(from: usize, end: usize): void {
  let at = from;
  while (at < end) {
    const c: u32 = load<u8>(at);
    if (isSpace(c)) {
      if (preDepth > 0) keep(c);
      else space();
      at++;
      continue;
    }
    settle();
    if (c == 0x26) {
      const after = storeReference(at, end, to);
      if (after != 0) {
        to = after;
        at = afterReference;
        continue;
      }
    }
    at = copyPlain(at, end);
  }
}

/** The first byte as it is, and all behind it that is neither white space nor a reference. */
function copyPlain(from: usize, end: usize): usize {
  let at = from;
  let out = to;
  let c: u32 = load<u8>(at);
  do {
    store<u8>(out, <u8>c);
    out++;
    at++;
    if (at >= end) break;
    c = load<u8>(at);
  } while (c > 0x20 && c != 0x26);
  to = out;
  return at;
}

/** White space within `pre`. */
function keep(c: u32): void {
  settle();
  if (c == 0x0d || c == 0x0c) return;
  store<u8>(to, <u8>c);
  to++;
}

function settle(): void {
  if (to > start) {
    for (; breaks > 0; breaks--) {
      store<u8>(to, 0x0a);
      to++;
    }
    if (hasSpace) {
      store<u8>(to, 0x20);
      to++;
    }
  }
  breaks = 0;
  hasSpace = false;
}
