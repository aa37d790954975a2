/** A JSON writer over one growing buffer. */

import { skipWritable } from './bytes';
import { fail, giveUp, hasFailed, succeed } from './host';
import { rawEnd, rawStart } from './json-read';

/** A sandbox takes 1 MiB by default; more than this is a mistake under any grant. */
const MAX_OUTPUT: usize = 8 * 1024 * 1024;

let buffer: usize = 0;
let used: usize = 0;
let room: usize = 0;

function reserve(size: usize): bool {
  if (used + size <= room) return true;
  if (used + size > MAX_OUTPUT) {
    fail('Cannot write output: more than ' + MAX_OUTPUT.toString() + ' bytes');
    return false;
  }
  const wanted = max<usize>(max<usize>(room * 2, used + size), 1024);
  buffer = buffer == 0 ? heap.alloc(wanted) : heap.realloc(buffer, wanted);
  room = wanted;
  return true;
}

/** Writes syntax: an ASCII literal as it is. */
export function write(literal: string): void {
  const length = literal.length;
  if (!reserve(<usize>length)) return;
  for (let i = 0; i < length; i++) store<u8>(buffer + used + <usize>i, <u8>literal.charCodeAt(i));
  used += <usize>length;
}

function writeByte(c: u32): void {
  if (!reserve(1)) return;
  store<u8>(buffer + used, <u8>c);
  used++;
}

/** Writes a value of the input byte for byte. */
export function writeRaw(node: u32): void {
  const start = rawStart(node);
  writeBytes(start, rawEnd(node));
}

function writeBytes(start: usize, end: usize): void {
  if (!reserve(end - start)) return;
  memory.copy(buffer + used, start, end - start);
  used += end - start;
}

/** Writes UTF-8 bytes as a JSON string. */
export function writeText(start: usize, end: usize): void {
  writeByte(0x22);
  writeTextPart(start, end);
  writeByte(0x22);
}

/** The inside of a string, for strings written in several parts. */
export function writeTextPart(start: usize, end: usize): void {
  let from = start;
  let at = start;
  while (true) {
    at = skipWritable(at, end);
    if (at >= end) break;
    const c: u32 = load<u8>(at);
    const lone = c == 0xed && load<u8>(at, 1) >= 0xa0;
    if (c >= 0x20 && c != 0x22 && c != 0x5c && !lone) {
      at++;
      continue;
    }
    writeBytes(from, at);
    if (lone) {
      writeUnicodeEscape(
        0xd000 | ((<u32>load<u8>(at, 1) & 0x3f) << 6) | (<u32>load<u8>(at, 2) & 0x3f),
      );
      at += 3;
    } else {
      writeEscape(c);
      at++;
    }
    from = at;
  }
  writeBytes(from, end);
}

function writeEscape(c: u32): void {
  switch (<i32>c) {
    case 0x22:
      return write('\\"');
    case 0x5c:
      return write('\\\\');
    case 0x0a:
      return write('\\n');
    case 0x0d:
      return write('\\r');
    case 0x09:
      return write('\\t');
    default:
      return writeUnicodeEscape(c);
  }
}

function writeUnicodeEscape(code: u32): void {
  write('\\u');
  for (let shift = 12; shift >= 0; shift -= 4) {
    const digit = (code >> shift) & 15;
    writeByte(digit < 10 ? 0x30 + digit : 0x57 + digit);
  }
}

/** Writes a literal of ours, which may be any text, as a JSON string. */
export function writeString(text: string): void {
  const bytes = String.UTF8.encode(text);
  const start = changetype<usize>(bytes);
  writeText(start, start + <usize>bytes.byteLength);
}

export function writeBool(value: bool): void {
  write(value ? 'true' : 'false');
}

export function writeInteger(value: i64): void {
  write(value.toString());
}

/** Writes a finite number; a whole one without a fraction. */
export function writeNumber(value: f64): void {
  if (value == Math.trunc(value) && Math.abs(value) < 1e15) {
    writeInteger(<i64>value);
    return;
  }
  const text = value.toString();
  write(text.endsWith('.0') ? text.substring(0, text.length - 2) : text);
}

/** Rounds half up, so that a share prints alike on every machine. */
export function roundTo(value: f64, digits: i32): f64 {
  let scale: f64 = 1;
  for (let i = 0; i < digits; i++) scale *= 10;
  return Math.floor(value * scale + 0.5) / scale;
}

/** Hands the text over, or the failure if there was one. */
export function finish(): i32 {
  if (hasFailed()) return giveUp();
  return succeed(buffer, used);
}
