/** Writes a function body anew, with the fuel taken where segments start and before sized operations. */
import type { ByteWriter } from './byte-writer.ts';
import { writeByte, writeBytes, writeRange, writeS32, writeU32 } from './byte-writer.ts';
import { SIZE_COSTS } from './cost.ts';
import { readU32 } from './cursor.ts';
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
const I64 = 0x7e;
const I32_EQZ = 0x45;
const I32_LE_U = 0x4d;
const I64_LT_S = 0x53;
const I64_ADD = 0x7c;
const I64_SUB = 0x7d;
const I64_MUL = 0x7e;
const I64_SHL = 0x86;
const I64_SHR_U = 0x88;
const I64_EXTEND_I32_U = 0xad;

export interface BodySource extends Range {
  readonly bytes: Uint8Array;
  /** Where the counter is held while the function runs: an index that no local has. Absent: in its global. */
  readonly held?: Held | undefined;
}

export interface Held {
  readonly local: number;
  /** The type of a block that gives what the function gives; present when a branch leaves the function. */
  readonly blockType: number | undefined;
}

/** Both lists ascend, and all places in them are starts of instructions. */
export function spliceBody(
  writer: ByteWriter,
  source: BodySource,
  places: { readonly segments: readonly Segment[]; readonly sized: readonly SizedAt[] },
  indices: FuelIndices,
): SpliceCounts {
  const counts: SpliceCounts = { charges: 0, checks: 0, sized: 0 };
  const { held } = source;
  const { fuelGlobal } = indices;
  const counter = counterOf(writer, fuelGlobal, held?.local);
  let copied = source.start;
  let next = 0;

  function copyTo(at: number): void {
    writeRange(writer, source.bytes, { start: copied, end: at });
    copied = at;
  }
  function chargeSizedTo(at: number): void {
    for (let entry = places.sized[next]; entry !== undefined && entry.at <= at;) {
      copyTo(entry.at);
      writeSizedCharge(writer, entry.operation, indices);
      counts.sized++;
      entry = places.sized[++next];
    }
  }
  function chargeSegment({ at, cost, isChecked }: Segment): void {
    if (cost === 0 && !isChecked) return;
    copyTo(at);
    counter.charge(Math.max(cost, 1), isChecked);
    counts.charges++;
    if (isChecked) counts.checks++;
  }
  /** Others see the counter between `calls.start` and `calls.end`, and who called the function at its exit. */
  function carry({ calls, exit }: Segment): void {
    if (calls === undefined && exit === undefined) return;
    copyTo(calls?.start ?? exit ?? copied);
    counter.save();
    if (calls === undefined) return;
    chargeSizedTo(calls.end);
    if (exit !== undefined) return;
    copyTo(calls.end);
    counter.load();
  }

  if (held !== undefined)
    copied = writeLocals(writer, source, places.segments[0]?.at ?? source.start);
  for (const [i, segment] of places.segments.entries()) {
    if (i === 0 && held !== undefined) openHeld(writer, fuelGlobal, held);
    chargeSegment(segment);
    if (held !== undefined) carry(segment);
    else chargeSizedTo((places.segments[i + 1]?.at ?? source.end) - 1);
  }
  copyTo(source.end);
  if (held?.blockType !== undefined) {
    counter.save();
    writeByte(writer, OP.end);
  }
  return counts;
}

/** The local declarations with one more, an i64. Gives the offset behind them. */
function writeLocals(writer: ByteWriter, { bytes, start, end }: BodySource, at: number): number {
  const cursor = { bytes, pos: start, end };
  writeU32(writer, readU32(cursor) + 1);
  writeRange(writer, bytes, { start: cursor.pos, end: at });
  writeBytes(writer, [1, I64]);
  return at;
}

function openHeld(writer: ByteWriter, fuelGlobal: number, { local, blockType }: Held): void {
  writeByte(writer, OP.globalGet);
  writeU32(writer, fuelGlobal);
  writeByte(writer, OP.localSet);
  writeU32(writer, local);
  if (blockType !== undefined) writeBytes(writer, [OP.block, blockType]);
}

interface Counter {
  /** `fuel = fuel - cost`, and `if (fuel < 0) unreachable` */
  readonly charge: (cost: number, isChecked: boolean) => void;
  /** From the local to the global, where others see it; and back. */
  readonly save: () => void;
  readonly load: () => void;
}

function counterOf(writer: ByteWriter, fuelGlobal: number, local: number | undefined): Counter {
  const write = (opcode: number, index: number): void => {
    writeByte(writer, opcode);
    writeU32(writer, index);
  };
  const get = () =>
    local === undefined ? write(OP.globalGet, fuelGlobal) : write(OP.localGet, local);
  const save = (): void => {
    if (local === undefined) return;
    write(OP.localGet, local);
    write(OP.globalSet, fuelGlobal);
  };
  return {
    charge(cost, isChecked) {
      get();
      writeByte(writer, OP.i64Const);
      writeS32(writer, cost);
      writeByte(writer, I64_SUB);
      if (local === undefined) write(OP.globalSet, fuelGlobal);
      else write(isChecked ? OP.localTee : OP.localSet, local);
      if (!isChecked) return;
      if (local === undefined) get();
      writeBytes(writer, [OP.i64Const, 0, I64_LT_S, OP.if, EMPTY_BLOCK]);
      save();
      writeBytes(writer, [OP.unreachable, OP.end]);
    },
    save,
    load() {
      if (local === undefined) return;
      write(OP.globalGet, fuelGlobal);
      write(OP.localSet, local);
    },
  };
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
  writeByte(writer, OP.globalGet);
  writeU32(writer, fuelGlobal);
  writeBytes(writer, [OP.i64Const, 0, I64_LT_S, OP.if, EMPTY_BLOCK, OP.unreachable, OP.end]);
  writeBytes(writer, [...size, OP.end]);
}
