/**
 * The blocks through which host and guest pass bytes. A pointer is the block's number times 2^32 plus
 * an offset: every one fits a double, and running past a block's end never lands in another block.
 */
import type { ErrorCode } from '../../core/errors.ts';
import { CALL_LIMITS } from './limits.ts';

/** Ends the call; the same error comes again from whatever the guest does next. */
export type Refuse = (code: ErrorCode, message: string) => never;

export interface HostMemory {
  alloc(size: bigint): bigint;
  /** A new block with a copy of these bytes. */
  store(bytes: Uint8Array): bigint;
  /** Freeing what is not there does nothing: hosts of other makers free a key that the guest frees again. */
  free(pointer: bigint): void;
  /** 0 for anything but the start of a block. */
  length(pointer: bigint): bigint;
  /** The block's bytes from the pointer to its end, not copied. */
  from(pointer: bigint): Uint8Array;
  /** The block, with at least `size` bytes from `offset` on, which the last call of `at` left behind. */
  at(pointer: bigint, size: number): DataView;
  offset(): number;
}

const STRIDE = 2 ** 32;

export function createHostMemory(refuse: Refuse): HostMemory {
  const blocks = new Map<number, DataView>();
  let made = 0;
  let live = 0;
  // Guests walk a block byte by byte, so the block of the last access is nearly always the next one's.
  let lastNumber = -1;
  let last: DataView | undefined;
  let offset = 0;

  function alloc(size: bigint): bigint {
    const length = Number(BigInt.asUintN(64, size));
    if (length > CALL_LIMITS.hostMemory) refuse('host_memory_limit', `a block of ${length} bytes`);
    live += length + CALL_LIMITS.blockOverhead;
    if (live > CALL_LIMITS.hostMemory) refuse('host_memory_limit', `${live} bytes of blocks`);
    if (blocks.size >= CALL_LIMITS.blocks) refuse('host_memory_limit', `${blocks.size} blocks`);
    if (made >= CALL_LIMITS.allocations) refuse('host_memory_limit', `${made} allocations`);
    made += 1;
    blocks.set(made, new DataView(new ArrayBuffer(length)));
    return BigInt(made * STRIDE);
  }

  function at(pointer: bigint, size: number): DataView {
    const address = Number(BigInt.asUintN(64, pointer));
    const number = Math.floor(address / STRIDE);
    if (number !== lastNumber) {
      last = blocks.get(number);
      lastNumber = number;
    }
    // Numbers of 2^53 and more lose their low digits, but no block is that far.
    if (last === undefined)
      return refuse('bad_pointer', `0x${address.toString(16)} is in no block`);
    offset = address - number * STRIDE;
    if (offset + size <= last.byteLength) return last;
    return refuse('bad_pointer', `${size} bytes at ${offset} of a block of ${last.byteLength}`);
  }

  return {
    alloc,
    store(bytes) {
      const pointer = alloc(BigInt(bytes.length));
      bytesOf(at(pointer, bytes.length)).set(bytes);
      return pointer;
    },
    free(pointer) {
      const number = Number(BigInt.asUintN(64, pointer)) / STRIDE;
      const block = blocks.get(number);
      if (block === undefined) return;
      live -= block.byteLength + CALL_LIMITS.blockOverhead;
      blocks.delete(number);
      lastNumber = -1;
    },
    length(pointer) {
      const block = blocks.get(Number(BigInt.asUintN(64, pointer)) / STRIDE);
      return BigInt(block?.byteLength ?? 0);
    },
    from(pointer) {
      const block = at(pointer, 0);
      return bytesOf(block).subarray(offset);
    },
    at,
    offset: () => offset,
  };
}

function bytesOf(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer);
}
