/**
 * WASI preview 1 as far as a plugin gets it: no files, no sockets, no arguments. The SDK's own cannot be
 * replaced from outside and fills random bytes one by one, as many as the guest says, past any fuel.
 */
import { ComposerError } from '../../core/errors.ts';
import { WASI_FUNCTIONS } from '../../core/plugin/imports.ts';
import { HOST_COST } from './limits.ts';
import type { Desk, WasiFunctions } from './desk.ts';

const SUCCESS = 0;
const BADF = 8;
const FAULT = 21;
const INVAL = 28;
const NOSYS = 52;
const SPIPE = 70;

const MAX_BUFFERS = 1_024;
/** What `crypto.getRandomValues` fills at a time. */
const RANDOM_CHUNK = 65_536;
const NANOSECONDS_PER_MS = 1_000_000n;

export function wasiFunctions(desk: Desk): WasiFunctions {
  const { charge, guestMemory } = desk;

  const always = (answer: number) => (): number => {
    charge(HOST_COST.access);
    return answer;
  };
  const onFile =
    (answer: number) =>
    (file: number): number => {
      charge(HOST_COST.access);
      return file >= 0 && file <= 2 ? answer : BADF;
    };

  /** A window on the guest's memory, or `undefined` when it is not all there. */
  function view(pointer: number, size: number): DataView | undefined {
    charge(HOST_COST.call);
    const buffer = guestMemory()?.buffer;
    const start = pointer >>> 0;
    if (buffer === undefined || start + size > buffer.byteLength) return undefined;
    return new DataView(buffer, start, size);
  }

  /** Two numbers, nought and nought: how many there are, and how many bytes they take. */
  function sizes(count: number, size: number): number {
    const first = view(count, 4);
    const second = view(size, 4);
    if (first === undefined || second === undefined) return FAULT;
    first.setUint32(0, 0, true);
    second.setUint32(0, 0, true);
    return SUCCESS;
  }

  function time(out: number, nanoseconds: bigint): number {
    const place = view(out, 8);
    if (place === undefined) return FAULT;
    place.setBigUint64(0, nanoseconds, true);
    return SUCCESS;
  }

  return {
    ...Object.fromEntries([...WASI_FUNCTIONS.keys()].map((name) => [name, always(absent(name))])),
    args_get: always(SUCCESS),
    args_sizes_get: sizes,
    environ_get: always(SUCCESS),
    environ_sizes_get: sizes,
    clock_res_get: (_id: number, out: number) => time(out, NANOSECONDS_PER_MS),
    clock_time_get: (_id: number, _precision: bigint, out: number) =>
      time(out, BigInt(Date.now()) * NANOSECONDS_PER_MS),
    random_get(pointer: number, length: number) {
      const place = view(pointer, length >>> 0);
      if (place === undefined) return FAULT;
      // Chance is dearer than a copy.
      charge(HOST_COST.chance + place.byteLength);
      for (let at = 0; at < place.byteLength; at += RANDOM_CHUNK) {
        const size = Math.min(RANDOM_CHUNK, place.byteLength - at);
        crypto.getRandomValues(new Uint8Array(place.buffer, place.byteOffset + at, size));
      }
      return SUCCESS;
    },
    fd_write(file: number, buffers: number, count: number, written: number) {
      charge(HOST_COST.call);
      if (file !== 1 && file !== 2) return BADF;
      if (count >>> 0 > MAX_BUFFERS) return INVAL;
      const list = view(buffers, count * 8);
      const out = view(written, 4);
      if (list === undefined || out === undefined) return FAULT;
      let total = 0;
      for (let i = 0; i < count; i += 1) {
        const text = view(list.getUint32(i * 8, true), list.getUint32(i * 8 + 4, true));
        if (text === undefined) return FAULT;
        charge(HOST_COST.write, text.byteLength);
        desk.log.write(file === 1 ? 'info' : 'warn', withoutNewline(text));
        total += text.byteLength;
      }
      out.setUint32(0, total, true);
      return SUCCESS;
    },
    fd_close: onFile(SUCCESS),
    fd_seek: onFile(SPIPE),
    sched_yield: always(SUCCESS),
    proc_exit(code: number) {
      desk.exitCode ??= code;
      throw new ComposerError('plugin_error', `The plugin ended with exit code ${desk.exitCode}`);
    },
  };
}

/** C libraries look for open files until one is "bad", and give up the program on any other answer. */
function absent(name: string): number {
  return name.startsWith('fd_') ? BADF : NOSYS;
}

function withoutNewline(view: DataView): Uint8Array {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  return bytes.at(-1) === 0x0a ? bytes.subarray(0, -1) : bytes;
}
