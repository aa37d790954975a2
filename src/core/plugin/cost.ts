/** What running costs, in units of fuel: about one simple instruction each. */
import type { SizedOperation } from './decode-body.ts';
import { OP } from './opcodes.ts';

/** By opcode. Coarse on purpose: what matters is that nothing expensive looks cheap. */
export const COSTS: Uint8Array = costTable([
  // No machine instruction comes of these.
  [0, 0x01, 0x03],
  [0, OP.else],
  [0, OP.end],
  [3, OP.brTable],
  [5, OP.call],
  [8, OP.callIndirect],
  [5, OP.returnCall],
  [8, OP.returnCallIndirect],
  // Integer division and remainder.
  [8, 0x6d, 0x70],
  [8, 0x7f, 0x82],
  // Square root, float division.
  [8, 0x91],
  [8, 0x9f],
  [4, 0x95],
  [4, 0xa3],
]);

/** Added to `memory.grow` itself: it may move the whole memory. */
export const GROW_COST = 2_000;

/** Units per function entered, before its locals, which are set to zero. */
export function entryCost(locals: number): number {
  return 2 + (locals >> 2);
}

/** A sized operation costs its size shifted right by this. */
export const SIZE_SHIFTS: { readonly [operation in SizedOperation]: number } = {
  /** A unit per 4 bytes. */
  memory: 2,
  /** A unit per element. */
  table: 0,
  /** The mark of `memory.grow`: its pages are shifted left instead, 1 024 units each. */
  grow: 10,
};

/**
 * A segment of at most `largest` units is charged where its dominator is, until that one has taken in
 * `absorbed` of them. Never under-charges; on an interpreter it charges about twice the exact cost
 * and saves most of the checkpoints.
 */
export const MERGING = { largest: 24, absorbed: 64 } as const;

function costTable(
  rows: readonly (readonly [cost: number, first: number, last?: number])[],
): Uint8Array {
  const costs = new Uint8Array(256).fill(1);
  for (const [cost, first, last = first] of rows) costs.fill(cost, first, last + 1);
  return costs;
}
