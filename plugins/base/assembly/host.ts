/** Input in, output or an error out, and the one failure a call may have. */

import {
  errorSet,
  hostAlloc,
  hostStoreU64,
  hostStoreU8,
  inputLength,
  inputLoadU64,
  inputLoadU8,
  outputSet,
} from './kernel';

/** As much as a sandbox gives; the tables built from more would not fit the memory. */
const MAX_INPUT: u64 = 4 * 1024 * 1024;

let failure: string | null = null;

/** Input bytes, with eight zero bytes after them so that a scanner may look ahead. */
export let inputStart: usize = 0;
export let inputEnd: usize = 0;

/** Keeps the first failure of the call: later ones follow from it. */
export function fail(message: string): void {
  if (failure === null) failure = message;
}

export function hasFailed(): bool {
  return failure !== null;
}

export function readInput(): bool {
  const length = inputLength();
  if (length > MAX_INPUT) {
    fail(
      'Cannot read input: at most ' +
        MAX_INPUT.toString() +
        ' bytes, current value is ' +
        length.toString(),
    );
    return false;
  }
  const size = <usize>length;
  const start = heap.alloc(size + 8);
  const words = length & ~7;
  let i: u64 = 0;
  for (; i < words; i += 8) store<u64>(start + <usize>i, inputLoadU64(i));
  for (; i < length; i++) store<u8>(start + <usize>i, <u8>inputLoadU8(i));
  store<u64>(start + size, 0);
  inputStart = start;
  inputEnd = start + size;
  return true;
}

function copyToHost(start: usize, size: usize): u64 {
  const block = hostAlloc(<u64>size);
  const words = size & ~7;
  let i: usize = 0;
  for (; i < words; i += 8) hostStoreU64(block + <u64>i, load<u64>(start + i));
  for (; i < size; i++) hostStoreU8(block + <u64>i, <u32>load<u8>(start + i));
  return block;
}

/** Ends a call that went well. */
export function succeed(start: usize, size: usize): i32 {
  outputSet(copyToHost(start, size), <u64>size);
  return 0;
}

/** Ends a call that did not. */
export function giveUp(): i32 {
  const message = failure;
  const text = message === null ? 'Cannot run function' : message;
  const bytes = String.UTF8.encode(text);
  errorSet(copyToHost(changetype<usize>(bytes), <usize>bytes.byteLength));
  return 1;
}

/** Takes the place of AssemblyScript's `abort`, which would import a function no sandbox has. */
export function abort(
  _message: string | null,
  _file: string | null,
  _line: u32,
  _column: u32,
): void {
  unreachable();
}
