/** Reading a module's bytes: every read is bounded, every number is checked to its last bit. */
import { refuse } from './fault.ts';
import { LIMITS } from './limits.ts';
import { findUtf8 } from './utf8.ts';

export interface Cursor {
  readonly bytes: Uint8Array;
  pos: number;
  /** First byte that may not be read: the end of the section or body at hand. */
  end: number;
}

export interface Range {
  readonly start: number;
  readonly end: number;
}

export function readByte(cursor: Cursor): number {
  if (cursor.pos >= cursor.end) refuse('truncated', 'the bytes end too early', cursor.pos);
  return cursor.bytes[cursor.pos++] ?? 0;
}

export function skipBytes(cursor: Cursor, count: number): void {
  if (count > cursor.end - cursor.pos) {
    refuse(
      'truncated',
      `${count} bytes are declared, ${cursor.end - cursor.pos} are left`,
      cursor.pos,
    );
  }
  cursor.pos += count;
}

/** LEB128 of 32 bits, unsigned: at most 5 bytes, the last with 4 bits. Padding is allowed, as linkers pad. */
export function readU32(cursor: Cursor): number {
  const first = readByte(cursor);
  if (first < 0x80) return first;
  let value = first & 0x7f;
  for (let shift = 7; shift < 28; shift += 7) {
    const byte = readByte(cursor);
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  const last = readByte(cursor);
  if (last > 0x0f) refuse('bad_leb', 'an unsigned number is wider than 32 bits', cursor.pos - 1);
  return value + last * 0x1000_0000;
}

/** A signed LEB128 is walked, not kept: no decision here depends on its value. */
export function skipSigned(cursor: Cursor, width: 32 | 33 | 64): void {
  const longest = Math.ceil(width / 7);
  for (let count = 1; ; count++) {
    const byte = readByte(cursor);
    if (count < longest) {
      if (byte < 0x80) return;
      continue;
    }
    // Bits past the width must repeat the sign bit.
    const used = width - 7 * (longest - 1);
    const excess = byte >> (used - 1);
    const negative = 0x7f >> (used - 1);
    if (excess !== 0 && excess !== negative) {
      refuse('bad_leb', `a signed number is wider than ${width} bits`, cursor.pos - 1);
    }
    return;
  }
}

/** A type index written as a signed number of 33 bits; negative numbers are refused. */
export function readTypeIndex(cursor: Cursor): number {
  const start = cursor.pos;
  skipSigned(cursor, 33);
  const last = cursor.bytes[cursor.pos - 1] ?? 0;
  if ((last & 0x40) !== 0)
    refuse('unsupported_type', 'the type of a block is not supported', start);
  let value = 0;
  for (let at = cursor.pos - 1; at >= start; at--) {
    value = value * 0x80 + ((cursor.bytes[at] ?? 0) & 0x7f);
  }
  return value;
}

export function readName(cursor: Cursor): string {
  const start = cursor.pos;
  const size = readU32(cursor);
  const from = cursor.pos;
  skipBytes(cursor, size);
  if (size > LIMITS.nameSize) {
    refuse('limit', `a name of ${size} bytes is longer than ${LIMITS.nameSize}`, start);
  }
  const text = findUtf8(cursor.bytes.subarray(from, cursor.pos));
  if (text === undefined) refuse('bad_utf8', 'a name is not UTF-8', start);
  return text;
}

/** A count of entries, refused above its limit before anything is done per entry. */
export function readCount(cursor: Cursor, limit: number, what: string): number {
  const start = cursor.pos;
  const count = readU32(cursor);
  if (count > limit) refuse('limit', `${count} ${what} are more than ${limit}`, start);
  return count;
}

/** An index into a space of `count` entries. */
export function readIndex(cursor: Cursor, count: number, what: string): number {
  const start = cursor.pos;
  const index = readU32(cursor);
  if (index >= count) refuse('bad_index', `there is no ${what} ${index}`, start);
  return index;
}
