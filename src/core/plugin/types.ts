/** Value, reference, block and limit types as they are written in a module. */
import type { Cursor, Range } from './cursor.ts';
import { readByte, readTypeIndex, readU32 } from './cursor.ts';
import { refuse } from './fault.ts';

export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128' | 'funcref' | 'externref';

export interface FunctionType {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}

export interface GlobalType {
  readonly type: ValueType;
  readonly isMutable: boolean;
}

export interface SizeLimits extends Range {
  readonly min: number;
  readonly max: number | undefined;
}

const VALUE_TYPES: ReadonlyMap<number, ValueType> = new Map([
  [0x7f, 'i32'],
  [0x7e, 'i64'],
  [0x7d, 'f32'],
  [0x7c, 'f64'],
  [0x7b, 'v128'],
  [0x70, 'funcref'],
  [0x6f, 'externref'],
]);
const EMPTY_BLOCK = 0x40;

export function readValueType(cursor: Cursor): ValueType {
  const byte = readByte(cursor);
  const type = VALUE_TYPES.get(byte);
  if (type === undefined)
    refuse('unsupported_type', `type ${hex(byte)} is not supported`, cursor.pos - 1);
  return type;
}

/** The type of a block that takes nothing and gives at most one value. */
export function blockTypeOf(result: ValueType | undefined): number {
  for (const [byte, type] of VALUE_TYPES) if (type === result) return byte;
  return EMPTY_BLOCK;
}

export function readReferenceType(cursor: Cursor): void {
  const start = cursor.pos;
  const type = readValueType(cursor);
  if (type !== 'funcref' && type !== 'externref') {
    refuse('unsupported_type', `type "${type}" is not a reference`, start);
  }
}

export function readBlockType(cursor: Cursor, types: number): void {
  const start = cursor.pos;
  const byte = cursor.pos < cursor.end ? (cursor.bytes[cursor.pos] ?? 0) : 0;
  if (byte === EMPTY_BLOCK || VALUE_TYPES.has(byte)) {
    cursor.pos++;
    return;
  }
  const index = readTypeIndex(cursor);
  if (index >= types) refuse('bad_index', `there is no type ${index}`, start);
}

/** The size of a memory or table, refused when its smallest is over `ceiling`. */
export function readSizeLimits(cursor: Cursor, ceiling: number, what: string): SizeLimits {
  const start = cursor.pos;
  const flags = readByte(cursor);
  if (flags > 7) refuse('bad_limits', `a ${what} has unknown flags ${hex(flags)}`, start);
  if ((flags & 2) !== 0) refuse('unsupported_feature', `shared ${what} is not supported`, start);
  if ((flags & 4) !== 0) refuse('unsupported_feature', `64-bit ${what} is not supported`, start);
  const min = readU32(cursor);
  const max = (flags & 1) === 0 ? undefined : readU32(cursor);
  if (min > ceiling) refuse('limit', `a ${what} starts at ${min}, more than ${ceiling}`, start);
  if (max !== undefined && max < min) refuse('bad_limits', `a ${what} ends below its start`, start);
  return { start, end: cursor.pos, min, max };
}

export function hex(byte: number): string {
  return `0x${byte.toString(16).padStart(2, '0')}`;
}
