/** Writes a function body anew, with the fuel taken where segments start and before sized operations. */
import type { ByteWriter } from './byte-writer.ts';
import { writeByte, writeBytes, writeRange, writeS32, writeU32 } from './byte-writer.ts';
import { SIZE_SHIFTS } from './cost.ts';
import type { Range } from './cursor.ts';
import type { SizedOperation } from './decode-body.ts';
import { LIMITS } from './limits.ts';
import { OP } from './opcodes.ts';
import type { Segment } from './segments.ts';

export interface SizedAt {
  readonly at: number;
  readonly operation: SizedOperation;
}

/** Indices of what instrumenting adds to the module. */
export interface FuelIndices {
  readonly fuelGlobal: number;
  /** The function that charges by size: `(size, shift) -> size`. */
  readonly chargeFunction: number;
}

export interface SpliceCounts {
  charges: number;
  checks: number;
  sized: number;
}

const EMPTY_BLOCK = 0x40;
const I64_LT_S = 0x53;
const I64_SUB = 0x7d;

/** Both lists ascend, and all places in them are starts of instructions. */
export function spliceBody(
  writer: ByteWriter,
  source: Range & { readonly bytes: Uint8Array },
  places: { readonly segments: readonly Segment[]; readonly sized: readonly SizedAt[] },
  indices: FuelIndices,
): SpliceCounts {
  const counts: SpliceCounts = { charges: 0, checks: 0, sized: 0 };
  let copied = source.start;
  let next = 0;
  function copyTo(at: number): void {
    writeRange(writer, source.bytes, { start: copied, end: at });
    copied = at;
  }
  function chargeSizedBefore(at: number): void {
    for (let entry = places.sized[next]; entry !== undefined && entry.at < at;) {
      copyTo(entry.at);
      writeSizedCharge(writer, SIZE_SHIFTS[entry.operation], indices);
      counts.sized++;
      entry = places.sized[++next];
    }
  }
  for (const segment of places.segments) {
    if (segment.cost === 0 && !segment.isChecked) continue;
    // A segment that starts at a sized operation is charged first.
    chargeSizedBefore(segment.at);
    copyTo(segment.at);
    writeCharge(writer, Math.max(segment.cost, 1), indices.fuelGlobal);
    counts.charges++;
    if (!segment.isChecked) continue;
    writeCheck(writer, indices.fuelGlobal);
    counts.checks++;
  }
  chargeSizedBefore(source.end);
  copyTo(source.end);
  return counts;
}

/** `fuel = fuel - cost` */
function writeCharge(writer: ByteWriter, cost: number, fuelGlobal: number): void {
  writeByte(writer, OP.globalGet);
  writeU32(writer, fuelGlobal);
  writeByte(writer, OP.i64Const);
  writeS32(writer, cost);
  writeByte(writer, I64_SUB);
  writeByte(writer, OP.globalSet);
  writeU32(writer, fuelGlobal);
}

/** `if (fuel < 0) unreachable` */
function writeCheck(writer: ByteWriter, fuelGlobal: number): void {
  writeByte(writer, OP.globalGet);
  writeU32(writer, fuelGlobal);
  writeBytes(writer, [OP.i64Const, 0, I64_LT_S, OP.if, EMPTY_BLOCK, OP.unreachable, OP.end]);
}

/** The size stays on the stack: the function returns it. */
function writeSizedCharge(writer: ByteWriter, shift: number, indices: FuelIndices): void {
  writeByte(writer, OP.i32Const);
  writeS32(writer, shift);
  writeByte(writer, OP.call);
  writeU32(writer, indices.chargeFunction);
}

/** The body of the charging function. */
export function writeChargeFunction(writer: ByteWriter, fuelGlobal: number): void {
  const SIZE = [OP.localGet, 0];
  const SHIFT = [OP.localGet, 1];
  const I32_EQ = 0x46;
  const I32_LE_U = 0x4d;
  const SELECT = 0x1b;
  const I64_SHL = 0x86;
  const I64_SHR_U = 0x88;
  const EXTEND_U = 0xad;
  function fuel(opcode: number): void {
    writeByte(writer, opcode);
    writeU32(writer, fuelGlobal);
  }
  // No locals of its own.
  writeByte(writer, 0);
  fuel(OP.globalGet);
  writeBytes(writer, [...SHIFT, OP.i32Const, SIZE_SHIFTS.grow, I32_EQ, OP.if, I64]);
  // Growing past the ceiling fails at once and costs nothing.
  writeBytes(writer, [...SIZE, EXTEND_U, OP.i64Const, SIZE_SHIFTS.grow, I64_SHL, OP.i64Const, 0]);
  writeBytes(writer, [...SIZE, OP.i32Const]);
  writeS32(writer, LIMITS.memoryPages);
  writeBytes(writer, [I32_LE_U, SELECT, OP.else]);
  writeBytes(writer, [...SIZE, EXTEND_U, ...SHIFT, EXTEND_U, I64_SHR_U, OP.end, I64_SUB]);
  fuel(OP.globalSet);
  writeCheck(writer, fuelGlobal);
  writeBytes(writer, [...SIZE, OP.end]);
}

const I64 = 0x7e;
