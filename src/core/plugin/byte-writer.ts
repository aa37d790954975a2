/** Bytes written one after the other into a buffer that grows. */
import type { Range } from './cursor.ts';

export interface ByteWriter {
  bytes: Uint8Array;
  length: number;
}

export function byteWriter(capacity: number): ByteWriter {
  return { bytes: new Uint8Array(capacity), length: 0 };
}

export function writtenBytes(writer: ByteWriter): Uint8Array {
  return writer.bytes.subarray(0, writer.length);
}

export function writeByte(writer: ByteWriter, byte: number): void {
  if (writer.length === writer.bytes.length) reserve(writer, 1);
  writer.bytes[writer.length++] = byte;
}

export function writeBytes(writer: ByteWriter, bytes: ArrayLike<number>): void {
  reserve(writer, bytes.length);
  writer.bytes.set(bytes, writer.length);
  writer.length += bytes.length;
}

export function writeRange(writer: ByteWriter, from: Uint8Array, { start, end }: Range): void {
  if (end > start) writeBytes(writer, from.subarray(start, end));
}

/** Unsigned LEB128, shortest form. */
export function writeU32(writer: ByteWriter, value: number): void {
  let rest = value >>> 0;
  while (rest >= 0x80) {
    writeByte(writer, (rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  writeByte(writer, rest);
}

/** Signed LEB128 of 32 bits, shortest form; as an i64 it is the same number. */
export function writeS32(writer: ByteWriter, value: number): void {
  let rest = value | 0;
  while (rest < -0x40 || rest >= 0x40) {
    writeByte(writer, (rest & 0x7f) | 0x80);
    rest >>= 7;
  }
  writeByte(writer, rest & 0x7f);
}

export function writeS64(writer: ByteWriter, value: bigint): void {
  let rest = BigInt.asIntN(64, value);
  while (rest < -0x40n || rest >= 0x40n) {
    writeByte(writer, Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  writeByte(writer, Number(rest & 0x7fn));
}

function reserve(writer: ByteWriter, more: number): void {
  const needed = writer.length + more;
  if (needed <= writer.bytes.length) return;
  const grown = new Uint8Array(Math.max(needed + 1024, writer.bytes.length * 2));
  grown.set(writtenBytes(writer));
  writer.bytes = grown;
}
