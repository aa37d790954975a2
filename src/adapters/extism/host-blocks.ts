/** Host functions on blocks and on the input. */
import { addressOf } from './host-memory.ts';
import { CALL_LIMITS, HOST_COST } from './limits.ts';
import type { Desk, HostFunction, HostFunctions } from './desk.ts';

export function blockFunctions({ memory, charge }: Desk): HostFunctions {
  const length: HostFunction = (pointer) => {
    charge(HOST_COST.access);
    return memory.length(pointer);
  };
  return {
    alloc(size) {
      // A size beyond the limit is refused before it costs the host anything.
      charge(HOST_COST.call, size > 0n && size <= CALL_LIMITS.hostMemory ? Number(size) : 0);
      return memory.alloc(size);
    },
    free(pointer) {
      charge(HOST_COST.call);
      memory.free(pointer);
    },
    length,
    length_unsafe: length,
    load_u8(pointer) {
      charge(HOST_COST.access);
      return memory.loadByte(pointer);
    },
    load_u64(pointer) {
      charge(HOST_COST.access);
      return memory.loadWord(pointer);
    },
    store_u8(pointer, value) {
      charge(HOST_COST.access);
      memory.storeByte(pointer, Number(value));
    },
    store_u64(pointer, value) {
      charge(HOST_COST.access);
      memory.storeWord(pointer, value);
    },
  };
}

export function inputFunctions({ input, memory, charge, refuse }: Desk): HostFunctions {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  let block = 0n;

  function check(pointer: bigint, size: number): number {
    charge(HOST_COST.access);
    const offset = addressOf(pointer);
    if (offset + size <= input.length) return offset;
    return refuse('bad_pointer', `${size} bytes at ${offset} of ${input.length} bytes of input`);
  }

  return {
    input_length() {
      charge(HOST_COST.access);
      return BigInt(input.length);
    },
    input_load_u8: (pointer) => view.getUint8(check(pointer, 1)),
    input_load_u64: (pointer) => view.getBigUint64(check(pointer, 8), true),
    input_offset() {
      // Made when a guest asks for it, since most read the input directly.
      charge(HOST_COST.access, block === 0n ? input.length : 0);
      if (block === 0n) block = memory.store(input);
      return block;
    },
  };
}
