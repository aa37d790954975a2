/**
 * What running costs, in units of fuel: about one simple instruction each. Coarse on purpose; what
 * matters is that nothing slow looks cheap, or a loop of it outlasts any budget. Measured in V8: no
 * instruction here does less than about 2 units of work per nanosecond it takes.
 */
import type { SizedOperation } from './decode-body.ts';
import { LIMITS } from './limits.ts';
import { OP } from './opcodes.ts';

/** By opcode. */
const COSTS: Uint16Array = costTable(256, [
  // No machine instruction comes of these.
  [0, 0x01, 0x03],
  [0, OP.else],
  [0, OP.end],
  [3, OP.brTable],
  [5, OP.call],
  [8, OP.callIndirect],
  [5, OP.returnCall],
  [8, OP.returnCallIndirect],
  // Goes through a write barrier.
  [60, OP.tableSet],
  // It may move the whole memory.
  [2_000, OP.memoryGrow],
  // Integer division and remainder.
  [8, 0x6d, 0x70],
  [8, 0x7f, 0x82],
  // Square roots, float divisions.
  [8, 0x91],
  [8, 0x9f],
  [4, 0x95],
  [4, 0xa3],
]);

/** Behind 0xfc, the size of what is moved not included. */
const BULK_COSTS: Uint16Array = costTable(18, [
  [10, 8],
  [10, 10, 11],
  [60, 12],
  [60, 14, 15],
  [60, 17],
]);

/** Behind 0xfd. */
const VECTOR_COSTS: Uint16Array = costTable(0x114, [
  // i64x2.mul
  [8, 0xd5],
  // sqrt and div, f32x4 and f64x2
  [12, 0xe3],
  [12, 0xe7],
  [16, 0xef],
  [16, 0xf3],
  // Conversions to integers that saturate.
  [10, 0xf8, 0xf9],
  [10, 0xfc, 0xfd],
]);

/** Leaving the sandbox and coming back; what the host then does, the host charges. */
const HOST_CALL = 20;

/** `operand` is a callee's index, or the opcode behind a prefix. */
export function instructionCost(
  opcode: number,
  operand: number,
  importedFunctions: number,
): number {
  switch (opcode) {
    case OP.bulkPrefix:
      return BULK_COSTS[operand] ?? 1;
    case OP.simdPrefix:
      return VECTOR_COSTS[operand] ?? 1;
    case OP.call:
    case OP.returnCall:
      return operand < importedFunctions ? HOST_CALL : (COSTS[opcode] ?? 1);
    default:
      return COSTS[opcode] ?? 1;
  }
}

/** Units per function entered, before its locals, which are set to zero. */
export function entryCost(locals: number): number {
  return 2 + (locals >> 2);
}

/**
 * Units that a round of a loop, or a call, costs at least. The look at the fuel takes 2 nanoseconds in the code
 * of the engine's first compiler, which has all of a call that never returns, and little else may be in a round.
 */
export const LEAST_ROUND = 4;

export interface SizeCost {
  /** A size above this fails or traps without any work, and costs nothing. */
  readonly ceiling: number;
  /** Units are the size shifted left by this; right when negative. */
  readonly shift: number;
  /** Units more for a size of 0. */
  readonly empty: number;
}

export const SIZE_COSTS: { readonly [operation in SizedOperation]: SizeCost } = {
  /** A unit per 4 bytes. */
  copy: { ceiling: LIMITS.memoryPages * 65_536, shift: -2, empty: 0 },
  /** Filling nothing takes a C library longer than filling 16 KiB. */
  fill: { ceiling: LIMITS.memoryPages * 65_536, shift: -2, empty: 256 },
  /** 64 units an element: each goes through a write barrier. */
  table: { ceiling: LIMITS.tableSize, shift: 6, empty: 0 },
  /** 1 024 units a page of 64 KiB. */
  grow: { ceiling: LIMITS.memoryPages, shift: 10, empty: 0 },
};

/** What a place pays for what follows it; some of that is over-charged when the run goes another way. */
export const MERGING = {
  /** Units of the longest way to the next place that pays. */
  way: 32,
  /** Units of a way that is gone in any case. */
  sureWay: 10_000,
  /** Units, of all that follows the loops behind a place. */
  behindLoops: 64,
} as const;

function costTable(
  size: number,
  rows: readonly (readonly [cost: number, first: number, last?: number])[],
): Uint16Array {
  const costs = new Uint16Array(size).fill(1);
  for (const [cost, first, last = first] of rows) costs.fill(cost, first, last + 1);
  return costs;
}
