/** Constant expressions, element segments and data segments. */
import type { Cursor } from './cursor.ts';
import { readByte, readIndex, readU32, skipBytes, skipSigned } from './cursor.ts';
import type { IndexSpaces } from './decode-body.ts';
import { refuse } from './fault.ts';
import { findFeature, OP } from './opcodes.ts';
import { hex, readReferenceType } from './types.ts';

const V128_CONST = 12;

export interface ConstantScope {
  readonly functions: number;
  /** Globals that a constant may read: those before it. */
  readonly globals: number;
}

export function decodeConstant(cursor: Cursor, scope: ConstantScope): void {
  for (;;) {
    const at = cursor.pos;
    const opcode = readByte(cursor);
    switch (opcode) {
      case OP.end:
        return;
      case OP.i32Const:
        skipSigned(cursor, 32);
        break;
      case OP.i64Const:
        skipSigned(cursor, 64);
        break;
      case OP.f32Const:
        skipBytes(cursor, 4);
        break;
      case OP.f64Const:
        skipBytes(cursor, 8);
        break;
      case OP.globalGet:
        readIndex(cursor, scope.globals, 'earlier global');
        break;
      case OP.refNull:
        readReferenceType(cursor);
        break;
      case OP.refFunc:
        readIndex(cursor, scope.functions, 'function');
        break;
      case OP.simdPrefix:
        if (readU32(cursor) !== V128_CONST) refuse('bad_constant', 'a constant computes', at);
        skipBytes(cursor, 16);
        break;
      default:
        if (!isConstantArithmetic(opcode)) {
          const feature = findFeature(opcode);
          if (feature !== undefined)
            refuse('unsupported_feature', `${feature} is not supported`, at);
          refuse('bad_constant', `opcode ${hex(opcode)} is not constant`, at);
        }
    }
  }
}

/** add, sub and mul of i32 and of i64. */
function isConstantArithmetic(opcode: number): boolean {
  return (opcode >= 0x6a && opcode <= 0x6c) || (opcode >= 0x7c && opcode <= 0x7e);
}

export function decodeElement(cursor: Cursor, spaces: IndexSpaces): void {
  const at = cursor.pos;
  const flags = readU32(cursor);
  if (flags > 7) refuse('bad_segment', `an element segment has unknown flags ${flags}`, at);
  const scope = scopeOf(spaces);
  const isActive = (flags & 1) === 0;
  const hasKind = (flags & 3) !== 0;
  const hasExpressions = (flags & 4) !== 0;
  if (isActive) {
    if ((flags & 2) !== 0) readIndex(cursor, spaces.tables, 'table');
    else if (spaces.tables === 0) refuse('bad_index', 'there is no table 0', at);
    decodeConstant(cursor, scope);
  }
  if (hasKind && hasExpressions) readReferenceType(cursor);
  else if (hasKind && readByte(cursor) !== 0) {
    refuse('bad_segment', 'an element segment has an unknown kind', cursor.pos - 1);
  }
  const count = readU32(cursor);
  for (let i = 0; i < count; i++) {
    if (hasExpressions) decodeConstant(cursor, scope);
    else readIndex(cursor, spaces.functions.length, 'function');
  }
}

export function decodeData(cursor: Cursor, spaces: IndexSpaces): void {
  const at = cursor.pos;
  const flags = readU32(cursor);
  if (flags > 2) refuse('bad_segment', `a data segment has unknown flags ${flags}`, at);
  if (flags === 2 && readU32(cursor) !== 0) {
    refuse('unsupported_feature', 'more than one memory is not supported', at);
  }
  if (flags !== 1) {
    if (spaces.memories === 0) refuse('bad_index', 'there is no memory 0', at);
    decodeConstant(cursor, scopeOf(spaces));
  }
  skipBytes(cursor, readU32(cursor));
}

function scopeOf(spaces: IndexSpaces): ConstantScope {
  return { functions: spaces.functions.length, globals: spaces.globals };
}
