/** Writes a function body anew, with the fuel taken where segments start and before sized operations. */
import type { ByteWriter } from './byte-writer.ts';
import { writeByte, writeBytes, writeRange, writeS32, writeU32 } from './byte-writer.ts';
import { SIZE_COSTS } from './cost.ts';
import type { Range } from './cursor.ts';
import type { SizedOperation } from './decode-body.ts';
import { OP } from './opcodes.ts';
import type { Segment } from './segments.ts';

export interface SizedAt {
  readonly at: number;
  readonly operation: SizedOperation;
}

/** Indices of what instrumenting adds to the module. */
export interface FuelIndices {
  readonly fuelGlobal: number;
  /** The first of the functions that charge by size, `(size) -> size`, as `SIZED_OPERATIONS` lists them. */
  readonly firstChargeFunction: number;
}

export const SIZED_OPERATIONS: readonly SizedOperation[] = ['copy', 'fill', 'table', 'grow'];

export interface SpliceCounts {
  charges: number;
  checks: number;
  sized: number;
}

const EMPTY_BLOCK = 0x40;
const SELECT = 0x1b;
const I32_EQZ = 0x45;
const I32_LE_U = 0x4d;
const I64_LT_S = 0x53;
const I64_ADD = 0x7c;
const I64_SUB = 0x7d;
const I64_MUL = 0x7e;
const I64_SHL = 0x86;
const I64_SHR_U = 0x88;
const I64_EXTEND_I32_U = 0xad;

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
      writeSizedCharge(writer, entry.operation, indices);
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
function writeSizedCharge(
  writer: ByteWriter,
  operation: SizedOperation,
  { firstChargeFunction }: FuelIndices,
): void {
  writeByte(writer, OP.call);
  writeU32(writer, firstChargeFunction + SIZED_OPERATIONS.indexOf(operation));
}

/** The body of a charging function: `fuel = fuel - (size <= ceiling ? units : 0)`, then a check. */
export function writeChargeFunction(
  writer: ByteWriter,
  operation: SizedOperation,
  fuelGlobal: number,
): void {
  const { ceiling, shift, empty } = SIZE_COSTS[operation];
  const size = [OP.localGet, 0];
  const noLocals = 0;
  writeBytes(writer, [noLocals, OP.globalGet]);
  writeU32(writer, fuelGlobal);
  writeBytes(writer, [...size, I64_EXTEND_I32_U, OP.i64Const, Math.abs(shift)]);
  writeByte(writer, shift < 0 ? I64_SHR_U : I64_SHL);
  if (empty > 0) {
    writeBytes(writer, [...size, I32_EQZ, I64_EXTEND_I32_U, OP.i64Const]);
    writeS32(writer, empty);
    writeBytes(writer, [I64_MUL, I64_ADD]);
  }
  writeBytes(writer, [OP.i64Const, 0, ...size, OP.i32Const]);
  writeS32(writer, ceiling);
  writeBytes(writer, [I32_LE_U, SELECT, I64_SUB, OP.globalSet]);
  writeU32(writer, fuelGlobal);
  writeCheck(writer, fuelGlobal);
  writeBytes(writer, [...size, OP.end]);
}
