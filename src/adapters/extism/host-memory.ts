/**
 * The blocks through which host and guest pass bytes. A pointer is the block's number times 2^32 plus
 * an offset: every one fits a double, and running past a block's end never lands in another block.
 */
import { CALL_LIMITS } from './limits.ts';
import type { ErrorCode } from '../../core/errors.ts';

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
  /** So many bytes at the pointer, not copied. */
  view(pointer: bigint, size: number): Uint8Array;
  loadByte(pointer: bigint): number;
  loadWord(pointer: bigint): bigint;
  storeByte(pointer: bigint, value: number): void;
  storeWord(pointer: bigint, value: bigint): void;
  /** Gives back all that is left, without waiting for a collection. */
  release(): void;
}

export interface HostMemoryOptions {
  /** Bytes of live blocks, each counted with its overhead. */
  readonly most?: number;
  /** Whether a block's bytes are wanted after it was freed. */
  readonly isHeld?: (bytes: ArrayBufferLike) => boolean;
}

const STRIDE = 2 ** 32;

export function createHostMemory(
  refuse: Refuse,
  { most = CALL_LIMITS.hostMemory, isHeld = () => false }: HostMemoryOptions = {},
): HostMemory {
  const blocks = new Map<number, DataView>();
  let made = 0;
  let live = 0;
  // Guests walk a block byte by byte, so the block of the last access is nearly always the next one's.
  let lastNumber = -1;
  let last: DataView | undefined;
  let offset = 0;

  /** The block of `size` bytes at the pointer, whose place in it is left in `offset`. */
  function locate(pointer: bigint, size: number): DataView {
    const address = addressOf(pointer);
    const number = Math.floor(address / STRIDE);
    if (number !== lastNumber) {
      last = blocks.get(number);
      lastNumber = number;
    }
    if (last === undefined)
      return refuse('bad_pointer', `0x${address.toString(16)} is in no block`);
    offset = address - number * STRIDE;
    if (offset + size <= last.byteLength) return last;
    return refuse('bad_pointer', `${size} bytes at ${offset} of a block of ${last.byteLength}`);
  }

  function alloc(size: bigint): bigint {
    const length = addressOf(size);
    const total = live + length + CALL_LIMITS.blockOverhead;
    if (total > most) refuse('host_memory_limit', `${total} bytes of blocks`);
    if (blocks.size >= CALL_LIMITS.blocks) refuse('host_memory_limit', `${blocks.size} blocks`);
    if (made >= CALL_LIMITS.allocations) refuse('host_memory_limit', `${made} allocations`);
    live = total;
    made += 1;
    lastNumber = made;
    last = new DataView(new ArrayBuffer(length));
    blocks.set(made, last);
    return BigInt(made * STRIDE);
  }

  function free(pointer: bigint): void {
    const number = addressOf(pointer) / STRIDE;
    const block = blocks.get(number);
    if (block === undefined) return;
    live -= block.byteLength + CALL_LIMITS.blockOverhead;
    blocks.delete(number);
    lastNumber = -1;
    if (!isHeld(block.buffer)) giveBack(block);
  }

  return {
    alloc,
    free,
    store(bytes) {
      const pointer = alloc(BigInt(bytes.length));
      new Uint8Array(locate(pointer, bytes.length).buffer).set(bytes);
      return pointer;
    },
    length: (pointer) => BigInt(blocks.get(addressOf(pointer) / STRIDE)?.byteLength ?? 0),
    from: (pointer) => new Uint8Array(locate(pointer, 0).buffer, offset),
    view: (pointer, size) => new Uint8Array(locate(pointer, size).buffer, offset, size),
    loadByte: (pointer) => locate(pointer, 1).getUint8(offset),
    loadWord: (pointer) => locate(pointer, 8).getBigUint64(offset, true),
    storeByte: (pointer, value) => locate(pointer, 1).setUint8(offset, value),
    storeWord: (pointer, value) => locate(pointer, 8).setBigUint64(offset, value, true),
    release() {
      for (const block of blocks.values()) giveBack(block);
      blocks.clear();
      lastNumber = -1;
    },
  };
}

/**
 * Bytes outside the engine's heap wait there until it collects, and it does so after tens of megabytes; a buffer
 * that is moved into an empty one is free at once.
 */
function giveBack({ buffer }: DataView): void {
  // SAFETY: `alloc` makes them so.
  (buffer as ArrayBuffer).transfer(0);
}

/** From 2^53 on the low digits are lost, but no block is that far. */
export function addressOf(pointer: bigint): number {
  return Number(BigInt.asUintN(64, pointer));
}
