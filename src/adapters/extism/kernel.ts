/**
 * Extism's host functions, our own: the SDK's trust the guest (see DESIGN.md, "The sandbox"). One kernel
 * serves one call. K1: a limit that was passed stays passed: every later host function throws the same
 * error, and the fuel is gone before the first throw, so a guest cannot swallow it and go on.
 */
import { ComposerError } from '../../core/errors.ts';
import { createHostMemory } from './host-memory.ts';
import { createGuestLog } from './guest-log.ts';
import { CALL_LIMITS, HOST_COST } from './limits.ts';
import { createMeter } from './meter.ts';
import { printable } from './printable.ts';
import type { ErrorCode } from '../../core/errors.ts';
import type { HostMemory, Refuse } from './host-memory.ts';
import type { GuestLog } from './guest-log.ts';
import type { Meter } from './meter.ts';

// The SDK puts its own call context in front of every host function's arguments.
type Call = (context: unknown, a: bigint, b: bigint) => bigint | number | void;
export type HostFunctions = { readonly [name: string]: Call };

export interface Kernel {
  readonly functions: HostFunctions;
  readonly meter: Meter;
  readonly log: GuestLog;
  readonly refuse: Refuse;
  /** The first limit that was passed, however the guest ended. */
  fault(): ComposerError | undefined;
  /** What the guest put into `error_set`, made printable. */
  errorText(): string | undefined;
  output(): Uint8Array;
}

export interface KernelOptions {
  readonly input: Uint8Array;
  readonly config: { readonly [key: string]: string };
}

/** What the host functions of one call share. */
interface Desk extends KernelOptions {
  readonly memory: HostMemory;
  readonly meter: Meter;
  readonly log: GuestLog;
  readonly refuse: Refuse;
  output: Uint8Array;
  error: Uint8Array | undefined;
  readonly variables: Map<string, Uint8Array>;
}

export function createKernel(options: KernelOptions): Kernel {
  const meter = createMeter();
  const log = createGuestLog();
  let fault: ComposerError | undefined;

  function refuse(code: ErrorCode, message: string): never {
    fault ??= new ComposerError(code, `Cannot finish the call: ${message}`);
    meter.poison();
    throw fault;
  }

  const desk: Desk = {
    ...options,
    memory: createHostMemory(refuse),
    meter,
    log,
    refuse,
    output: new Uint8Array(0),
    error: undefined,
    variables: new Map(),
  };
  const functions = {
    ...blockFunctions(desk),
    ...inputFunctions(desk),
    ...resultFunctions(desk),
    ...configFunctions(desk),
    ...variableFunctions(desk),
    ...httpFunctions(desk),
    ...logFunctions(desk),
  };
  const guarded = Object.entries(functions).map(([name, call]): [string, Call] => [
    name,
    (context, a, b) => {
      if (fault !== undefined) throw fault;
      return call(context, a, b);
    },
  ]);

  return {
    functions: Object.fromEntries(guarded),
    meter,
    log,
    refuse,
    fault: () => fault,
    errorText: () => (desk.error === undefined ? undefined : printable(desk.error)),
    output: () => desk.output,
  };
}

function blockFunctions({ memory, meter }: Desk): HostFunctions {
  const length: Call = (_, pointer) => {
    meter.spend(HOST_COST.access);
    return memory.length(pointer);
  };
  return {
    alloc(_, size) {
      // A size beyond the limit is refused before it costs the host anything.
      const bytes = size > 0n && size <= CALL_LIMITS.hostMemory ? Number(size) : 0;
      meter.spend(HOST_COST.call + Math.floor(bytes / HOST_COST.bytesPerUnit));
      return memory.alloc(size);
    },
    free(_, pointer) {
      meter.spend(HOST_COST.call);
      memory.free(pointer);
    },
    length,
    length_unsafe: length,
    load_u8(_, pointer) {
      meter.spend(HOST_COST.access);
      return memory.at(pointer, 1).getUint8(memory.offset());
    },
    load_u64(_, pointer) {
      meter.spend(HOST_COST.access);
      return memory.at(pointer, 8).getBigUint64(memory.offset(), true);
    },
    store_u8(_, pointer, value) {
      meter.spend(HOST_COST.access);
      memory.at(pointer, 1).setUint8(memory.offset(), Number(value));
    },
    store_u64(_, pointer, value) {
      meter.spend(HOST_COST.access);
      memory.at(pointer, 8).setBigUint64(memory.offset(), value, true);
    },
  };
}

function inputFunctions({ input, memory, meter, refuse }: Desk): HostFunctions {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  let block = 0n;

  function offset(pointer: bigint, size: number): number {
    meter.spend(HOST_COST.access);
    const at = Number(BigInt.asUintN(64, pointer));
    if (at + size > input.length)
      refuse('bad_pointer', `${size} bytes at ${at} of ${input.length} bytes of input`);
    return at;
  }

  return {
    input_length: () => BigInt(input.length),
    input_load_u8: (_, pointer) => view.getUint8(offset(pointer, 1)),
    input_load_u64: (_, pointer) => view.getBigUint64(offset(pointer, 8), true),
    input_offset() {
      if (block !== 0n) return block;
      meter.spend(HOST_COST.call + Math.floor(input.length / HOST_COST.bytesPerUnit));
      block = memory.store(input);
      return block;
    },
  };
}

function resultFunctions(desk: Desk): HostFunctions {
  const { memory, meter, refuse } = desk;
  return {
    output_set(_, pointer, size) {
      const length = BigInt.asUintN(64, size);
      if (length > CALL_LIMITS.output) refuse('output_too_large', `an output of ${length} bytes`);
      const bytes = Number(length);
      meter.spend(HOST_COST.call + Math.floor(bytes / HOST_COST.bytesPerUnit));
      if (bytes === 0) {
        desk.output = new Uint8Array(0);
        return;
      }
      const view = memory.at(pointer, bytes);
      // A copy: the guest may go on writing to its block.
      desk.output = new Uint8Array(view.buffer.slice(memory.offset(), memory.offset() + bytes));
    },
    output_length: () => BigInt(desk.output.length),
    output_offset() {
      meter.spend(HOST_COST.call + Math.floor(desk.output.length / HOST_COST.bytesPerUnit));
      return memory.store(desk.output);
    },
    error_set(_, pointer) {
      meter.spend(HOST_COST.write);
      desk.error =
        pointer === 0n ? undefined : memory.from(pointer).slice(0, CALL_LIMITS.errorBytes);
    },
    error_get() {
      meter.spend(HOST_COST.write);
      return desk.error === undefined ? 0n : memory.store(desk.error);
    },
  };
}

function configFunctions(desk: Desk): HostFunctions {
  // A map, so that `__proto__` and `constructor` are names like any other.
  const config = new Map(Object.entries(desk.config));
  return {
    config_get(_, pointer) {
      desk.meter.spend(HOST_COST.lookup);
      const value = config.get(readKey(desk, pointer));
      return value === undefined ? 0n : desk.memory.store(new TextEncoder().encode(value));
    },
  };
}

/** Variables live as long as the call: a fresh instance has no past, and no other tenant's. */
function variableFunctions(desk: Desk): HostFunctions {
  const { memory, meter, refuse, variables } = desk;
  return {
    var_get(_, pointer) {
      meter.spend(HOST_COST.lookup);
      const value = variables.get(readKey(desk, pointer));
      return value === undefined ? 0n : memory.store(value);
    },
    var_set(_, pointer, valuePointer) {
      meter.spend(HOST_COST.write);
      const key = readKey(desk, pointer);
      if (valuePointer === 0n) {
        variables.delete(key);
        return;
      }
      const value = memory.from(valuePointer);
      meter.spend(Math.floor(value.length / HOST_COST.bytesPerUnit));
      if (!variables.has(key) && variables.size >= CALL_LIMITS.variables) {
        refuse('var_limit', `more than ${CALL_LIMITS.variables} variables`);
      }
      let total = key.length + value.length;
      for (const [name, other] of variables) if (name !== key) total += name.length + other.length;
      if (total > CALL_LIMITS.variableBytes) refuse('var_limit', `${total} bytes of variables`);
      variables.set(key, value.slice());
    },
  };
}

/** No egress yet: a guest may import these, but not use them. */
function httpFunctions({ refuse }: Desk): HostFunctions {
  return {
    http_request: () => refuse('http_denied', 'no host is granted to this plugin'),
    http_status_code: () => 0,
    http_headers: () => 0n,
  };
}

function logFunctions({ log, memory, meter }: Desk): HostFunctions {
  const write =
    (level: string): Call =>
    (_, pointer) => {
      meter.spend(HOST_COST.write);
      log.write(level, memory.from(pointer));
    };
  return {
    // Extism counts trace, debug, info, warn, error from 0: guests need not format what is below info.
    get_log_level: () => 2,
    log_trace: write('trace'),
    log_debug: write('debug'),
    log_info: write('info'),
    log_warn: write('warn'),
    log_error: write('error'),
  };
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function readKey({ memory, refuse }: Desk, pointer: bigint): string {
  const bytes = memory.from(pointer);
  if (bytes.length > CALL_LIMITS.keyBytes) refuse('limit', `a key of ${bytes.length} bytes`);
  try {
    return strict.decode(bytes);
  } catch {
    return refuse('bad_utf8', 'a key is not UTF-8');
  }
}
