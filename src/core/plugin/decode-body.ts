/** Strict walk over function bodies. Tells a visitor what it passes; keeps nothing itself. */
import type { Cursor } from './cursor.ts';
import { readByte, readIndex, readU32, skipBytes, skipSigned } from './cursor.ts';
import { refuse } from './fault.ts';
import { LIMITS } from './limits.ts';
import { findFeature, IMMEDIATE, IMMEDIATES, OP, VECTOR, VECTORS } from './opcodes.ts';
import type { FunctionType } from './types.ts';
import { hex, readBlockType, readReferenceType, readValueType } from './types.ts';

/** How many of each thing exist, so that an index can be refused where it is read. */
export interface IndexSpaces {
  readonly types: readonly FunctionType[];
  /** Type index of every function, imported ones first. */
  readonly functions: readonly number[];
  readonly importedFunctions: number;
  readonly tables: number;
  readonly memories: number;
  readonly globals: number;
  readonly elements: number;
  /** Undefined without a data count section: then no instruction may name a segment. */
  readonly data: number | undefined;
}

/** The size operand of these instructions is on top of the stack. */
export type SizedOperation = 'copy' | 'fill' | 'table' | 'grow';

export interface BodyVisitor {
  /** A body's first instruction is at `at`; `locals` without the parameters. */
  enter(at: number, locals: number, type: FunctionType): void;
  /** A branch to the label `depth` frames out; comes before its `instruction`. */
  target(depth: number): void;
  /** The instruction at `at` works in proportion to its top operand; comes before its `instruction`. */
  sized(at: number, operation: SizedOperation): void;
  /**
   * After its immediates. `operand` is a call's function or the opcode behind a prefix, else 0; `next`
   * is where the following instruction starts.
   */
  instruction(opcode: number, operand: number, next: number): void;
  /** The body's bytes, its size prefix not included. */
  leave(start: number, end: number): void;
}

const NO_TYPE: FunctionType = { params: [], results: [] };

interface Body {
  readonly spaces: IndexSpaces;
  readonly locals: number;
  /** Opcodes of the open frames, outermost first. */
  readonly frames: number[];
  blocks: number;
  elses: number;
  loops: number;
  /** Blocks, and branches to them by target. */
  labels: number;
  readonly visitor: BodyVisitor | undefined;
}

/** Every body of the code section; the cursor stands behind the section's count. */
export function decodeBodies(
  cursor: Cursor,
  spaces: IndexSpaces,
  visitor: BodyVisitor | undefined,
): void {
  const sectionEnd = cursor.end;
  const total = { blocks: 0, loops: 0, merges: 0 };
  for (let i = spaces.importedFunctions; i < spaces.functions.length; i++) {
    const at = cursor.pos;
    const size = readU32(cursor);
    const start = cursor.pos;
    if (size > LIMITS.bodySize) {
      refuse('limit', `a function of ${size} bytes is larger than ${LIMITS.bodySize}`, at);
    }
    skipBytes(cursor, size);
    cursor.end = cursor.pos;
    cursor.pos = start;
    const type = spaces.types[spaces.functions[i] ?? 0] ?? NO_TYPE;
    const body = decodeBody(cursor, spaces, type, visitor);
    total.blocks += body.blocks;
    total.loops += body.loops;
    total.merges += body.labels * body.locals;
    checkTotal(total, at);
    visitor?.leave(start, cursor.end);
    cursor.end = sectionEnd;
  }
}

/** What one function may hold, a hundred of them may not: each is compiled when it is first called. */
function checkTotal(total: { blocks: number; loops: number; merges: number }, at: number): void {
  if (total.blocks > LIMITS.moduleBlocks) {
    refuse('limit', `the module has more than ${LIMITS.moduleBlocks} blocks`, at);
  }
  if (total.loops > LIMITS.moduleLoops) {
    refuse('limit', `the module has more than ${LIMITS.moduleLoops} loops`, at);
  }
  if (total.merges > LIMITS.moduleMerges) {
    refuse('limit', 'the module has too many branches in functions with too many locals', at);
  }
}

function decodeBody(
  cursor: Cursor,
  spaces: IndexSpaces,
  type: FunctionType,
  visitor: BodyVisitor | undefined,
): Body {
  const locals = decodeLocals(cursor);
  const body: Body = {
    spaces,
    locals: type.params.length + locals,
    frames: [OP.block],
    blocks: 0,
    elses: 0,
    loops: 0,
    labels: 0,
    visitor,
  };
  visitor?.enter(cursor.pos, locals, type);
  while (body.frames.length > 0) {
    const at = cursor.pos;
    const opcode = readByte(cursor);
    const operand = decodeImmediates(cursor, body, opcode, at);
    visitor?.instruction(opcode, operand, cursor.pos);
  }
  if (cursor.pos !== cursor.end) {
    refuse('body_size', 'a function has bytes behind its end', cursor.pos);
  }
  return body;
}

function decodeLocals(cursor: Cursor): number {
  const groups = readU32(cursor);
  let locals = 0;
  for (let i = 0; i < groups; i++) {
    const at = cursor.pos;
    locals += readU32(cursor);
    // Before the next group is read: the sum must not grow past what a number holds.
    if (locals > LIMITS.locals) {
      refuse('limit', `a function has more than ${LIMITS.locals} locals`, at);
    }
    readValueType(cursor);
  }
  return locals;
}

/** The operand that `BodyVisitor.instruction` speaks of. */
function decodeImmediates(cursor: Cursor, body: Body, opcode: number, at: number): number {
  const { spaces } = body;
  switch (IMMEDIATES[opcode] ?? IMMEDIATE.refused) {
    case IMMEDIATE.none:
      if (opcode === OP.end) body.frames.pop();
      else if (opcode === OP.else) openElse(body, at);
      return 0;
    case IMMEDIATE.local:
      readIndex(cursor, body.locals, 'local');
      return 0;
    case IMMEDIATE.i32:
      skipSigned(cursor, 32);
      return 0;
    case IMMEDIATE.memarg:
      decodeMemarg(cursor, body);
      return 0;
    case IMMEDIATE.block:
      readBlockType(cursor, spaces.types.length);
      openBlock(body, opcode, at);
      return 0;
    case IMMEDIATE.label:
      decodeLabel(cursor, body);
      return 0;
    case IMMEDIATE.labelTable:
      decodeLabelTable(cursor, body);
      return 0;
    case IMMEDIATE.function:
      return readIndex(cursor, spaces.functions.length, 'function');
    case IMMEDIATE.indirect:
      readIndex(cursor, spaces.types.length, 'type');
      readIndex(cursor, spaces.tables, 'table');
      return 0;
    case IMMEDIATE.global:
      readIndex(cursor, spaces.globals, 'global');
      return 0;
    case IMMEDIATE.i64:
      skipSigned(cursor, 64);
      return 0;
    case IMMEDIATE.bulk:
      return decodeBulk(cursor, body, at);
    case IMMEDIATE.simd:
      return decodeVector(cursor, body, at);
    default:
      decodeRare(cursor, body, opcode, at);
      return 0;
  }
}

function decodeRare(cursor: Cursor, body: Body, opcode: number, at: number): void {
  switch (IMMEDIATES[opcode] ?? IMMEDIATE.refused) {
    case IMMEDIATE.f32:
      skipBytes(cursor, 4);
      return;
    case IMMEDIATE.f64:
      skipBytes(cursor, 8);
      return;
    case IMMEDIATE.table:
      readIndex(cursor, body.spaces.tables, 'table');
      return;
    case IMMEDIATE.memory:
      readMemory(cursor, body);
      if (opcode === OP.memoryGrow) body.visitor?.sized(at, 'grow');
      return;
    case IMMEDIATE.selectTypes:
      if (readU32(cursor) !== 1) refuse('bad_select', '"select" must name one type', at);
      readValueType(cursor);
      return;
    case IMMEDIATE.referenceType:
      readReferenceType(cursor);
      return;
    default: {
      const feature = findFeature(opcode);
      if (feature !== undefined) refuse('unsupported_feature', `${feature} is not supported`, at);
      refuse('unsupported_opcode', `opcode ${hex(opcode)} is not supported`, at);
    }
  }
}

function openBlock(body: Body, opcode: number, at: number): void {
  if (++body.blocks > LIMITS.blocks) {
    refuse('limit', `a function has more than ${LIMITS.blocks} blocks`, at);
  }
  if (body.frames.length > LIMITS.nesting) {
    refuse('limit', `blocks are nested deeper than ${LIMITS.nesting}`, at);
  }
  if (opcode === OP.loop && ++body.loops > LIMITS.loops) {
    refuse('limit', `a function has more than ${LIMITS.loops} loops`, at);
  }
  body.labels++;
  body.frames.push(opcode);
}

function openElse(body: Body, at: number): void {
  if (body.frames.pop() !== OP.if) refuse('bad_else', '"else" has no "if"', at);
  if (++body.elses > LIMITS.elses) {
    refuse('limit', `a function has more than ${LIMITS.elses} "else"`, at);
  }
  body.frames.push(OP.else);
}

function decodeLabel(cursor: Cursor, body: Body): void {
  const at = cursor.pos;
  const depth = readU32(cursor);
  if (depth >= body.frames.length) refuse('bad_depth', `there is no label ${depth}`, at);
  body.labels++;
  body.visitor?.target(depth);
}

function decodeLabelTable(cursor: Cursor, body: Body): void {
  const at = cursor.pos;
  const count = readU32(cursor);
  if (count > LIMITS.branchTargets) {
    refuse('limit', `a branch has more than ${LIMITS.branchTargets} targets`, at);
  }
  for (let i = 0; i <= count; i++) decodeLabel(cursor, body);
}

function decodeMemarg(cursor: Cursor, body: Body): void {
  const at = cursor.pos;
  const flags = readU32(cursor);
  // Bit 6 announces a memory index; whoever skips over it reads the rest of the body shifted.
  if ((flags & 0x40) !== 0) {
    refuse('unsupported_feature', 'more than one memory is not supported', at);
  }
  if (flags > 4) refuse('bad_memarg', `an alignment of 2^${flags} is not possible`, at);
  readU32(cursor);
  if (body.spaces.memories === 0) refuse('bad_index', 'there is no memory 0', at);
}

function readMemory(cursor: Cursor, body: Body): void {
  const at = cursor.pos;
  if (readU32(cursor) !== 0) {
    refuse('unsupported_feature', 'more than one memory is not supported', at);
  }
  if (body.spaces.memories === 0) refuse('bad_index', 'there is no memory 0', at);
}

function decodeBulk(cursor: Cursor, body: Body, at: number): number {
  const { spaces, visitor } = body;
  const opcode = readU32(cursor);
  switch (opcode) {
    case 8:
      readSegment(cursor, body);
      readMemory(cursor, body);
      visitor?.sized(at, 'copy');
      return opcode;
    case 9:
      readSegment(cursor, body);
      return opcode;
    case 10:
      readMemory(cursor, body);
      readMemory(cursor, body);
      visitor?.sized(at, 'copy');
      return opcode;
    case 11:
      readMemory(cursor, body);
      visitor?.sized(at, 'fill');
      return opcode;
    case 12:
      readIndex(cursor, spaces.elements, 'element segment');
      readIndex(cursor, spaces.tables, 'table');
      visitor?.sized(at, 'table');
      return opcode;
    case 13:
      readIndex(cursor, spaces.elements, 'element segment');
      return opcode;
    case 14:
      readIndex(cursor, spaces.tables, 'table');
      readIndex(cursor, spaces.tables, 'table');
      visitor?.sized(at, 'table');
      return opcode;
    case 15:
    case 17:
      readIndex(cursor, spaces.tables, 'table');
      visitor?.sized(at, 'table');
      return opcode;
    case 16:
      readIndex(cursor, spaces.tables, 'table');
      return opcode;
    default:
      // 0 to 7 are the saturating conversions.
      if (opcode > 7) refuse('unsupported_opcode', `opcode 0xfc ${opcode} is not supported`, at);
      return opcode;
  }
}

function readSegment(cursor: Cursor, body: Body): void {
  if (body.spaces.data === undefined) {
    refuse('data_count_mismatch', 'a data segment is named without a data count', cursor.pos);
  }
  readIndex(cursor, body.spaces.data, 'data segment');
}

function decodeVector(cursor: Cursor, body: Body, at: number): number {
  const opcode = readU32(cursor);
  const kind = VECTORS[opcode] ?? VECTOR.refused;
  switch (kind) {
    case VECTOR.none:
      return opcode;
    case VECTOR.memarg:
      decodeMemarg(cursor, body);
      return opcode;
    case VECTOR.bytes:
      skipBytes(cursor, 16);
      return opcode;
    case VECTOR.shuffle:
      for (let i = 0; i < 16; i++) readLane(cursor, 32);
      return opcode;
    case VECTOR.refused:
      refuse('unsupported_opcode', `opcode 0xfd ${opcode} is not supported`, at);
    default:
      if (kind >= VECTOR.memargLanes16) decodeMemarg(cursor, body);
      readLane(cursor, LANES[kind] ?? 0);
      return opcode;
  }
}

/** Lanes by kind of immediate. */
const LANES: { readonly [kind: number]: number } = {
  [VECTOR.lanes16]: 16,
  [VECTOR.lanes8]: 8,
  [VECTOR.lanes4]: 4,
  [VECTOR.lanes2]: 2,
  [VECTOR.memargLanes16]: 16,
  [VECTOR.memargLanes8]: 8,
  [VECTOR.memargLanes4]: 4,
  [VECTOR.memargLanes2]: 2,
};

function readLane(cursor: Cursor, lanes: number): void {
  const lane = readByte(cursor);
  if (lane >= lanes) refuse('bad_lane', `there is no lane ${lane} of ${lanes}`, cursor.pos - 1);
}
