/**
 * Extism's host functions, our own: the SDK's trust the guest (DESIGN.md, "The sandbox"). One kernel
 * serves one call. K1: a limit that was passed stays passed: every later host function throws the same
 * error, and the fuel is gone before the first throw, so a guest cannot swallow it and go on.
 */
import { ComposerError } from '../../core/errors.ts';
import { createGuestLog } from './guest-log.ts';
import { blockFunctions, inputFunctions } from './host-blocks.ts';
import { createHostMemory } from './host-memory.ts';
import { logFunctions, resultFunctions } from './host-results.ts';
import { httpFunctions } from './host-http.ts';
import { configFunctions, variableFunctions } from './host-values.ts';
import { createMeter } from './meter.ts';
import { MEMORY_EXPORT } from '../../core/plugin/rewinding.ts';
import { printable } from './printable.ts';
import { wasiFunctions } from './wasi.ts';
import type { ErrorCode } from '../../core/errors.ts';
import type { Desk, HostFunctions, KernelOptions, WasiFunctions } from './desk.ts';
import type { LogLine } from './guest-log.ts';
import type { HttpRequest } from './host-http.ts';

export interface Kernel {
  readonly functions: HostFunctions;
  /** `http_request` for an engine that can let the guest wait. */
  readonly httpRequest: HttpRequest;
  /** Made on demand: few guests want them. */
  wasi(): WasiFunctions;
  /** Makes fuel and memory of the instance known. It lives on the fuel that is baked into it. */
  attach(instance: WebAssembly.Instance): void;
  /** Whether the guest has called no host function yet. */
  isUntouched(): boolean;
  /** Gives the call its own fuel. */
  begin(): void;
  /** Settles the fuel; throws what the guest may have swallowed. */
  end(): void;
  outcome(): Outcome;
  /** Of the guest's memory, 64 KiB each. */
  pages(): number;
  /** Once nothing of the call is wanted any more. */
  release(): void;
}

export interface Outcome {
  /** The first limit that was passed, however the guest ended. */
  readonly fault: ComposerError | undefined;
  readonly isOutOfFuel: boolean;
  readonly exitCode: number | undefined;
  /** What the guest put into `error_set`, made printable. */
  readonly errorText: string | undefined;
  readonly output: Uint8Array;
  readonly logs: readonly LogLine[];
  readonly fuel: number | undefined;
  readonly memoryPages: number;
}

export function createKernel(options: KernelOptions): Kernel {
  const { limits } = options;
  const meter = createMeter(limits.fuel);
  let fault: ComposerError | undefined;
  let guestMemory: WebAssembly.Memory | undefined;
  /** All the memory it has, whether or not it exports it. */
  let ownMemory: WebAssembly.Memory | undefined;
  let wasi: WasiFunctions | undefined;

  function refuse(code: ErrorCode, message: string): never {
    fault ??= new ComposerError(code, `Cannot finish the call: ${message}`);
    meter.poison();
    throw fault;
  }

  function charge(units: number, bytes = 0): void {
    if (fault !== undefined) throw fault;
    if (!meter.spend(units, bytes)) refuse('out_of_fuel', 'it used all of its fuel');
  }

  const desk: Desk = {
    ...options,
    memory: createHostMemory(refuse, {
      most: limits.hostMemory,
      isHeld: (bytes) => bytes === desk.output.buffer,
    }),
    log: createGuestLog(limits),
    refuse,
    charge,
    guestMemory: () => guestMemory,
    output: new Uint8Array(0),
    error: undefined,
    exitCode: undefined,
  };

  const { httpRequest, ...http } = httpFunctions(desk);
  const pages = (): number => (ownMemory?.buffer.byteLength ?? 0) / 65_536;
  const checkMemory = (): void => {
    if (pages() > limits.memoryPages) refuse('limit', `${pages()} pages of memory`);
  };

  return {
    httpRequest,
    functions: {
      ...blockFunctions(desk),
      ...inputFunctions(desk),
      ...resultFunctions(desk),
      ...configFunctions(desk),
      ...variableFunctions(desk),
      ...http,
      ...logFunctions(desk),
    },
    wasi: () => (wasi ??= wasiFunctions(desk)),
    attach(instance) {
      meter.attach(instance);
      guestMemory = findMemory(instance, 'memory');
      ownMemory = findMemory(instance, MEMORY_EXPORT) ?? guestMemory;
      checkMemory();
    },
    isUntouched: () => !meter.hasCharged(),
    begin: meter.begin,
    end() {
      charge(0);
      // Memory never shrinks, so what a guest has taken on the way is seen here.
      checkMemory();
      if (!meter.settle()) refuse('out_of_fuel', 'it used all of its fuel');
    },
    pages,
    release: () => desk.memory.release(),
    outcome: () => ({
      fault,
      isOutOfFuel: meter.isSpent(),
      exitCode: desk.exitCode,
      errorText: desk.error && printable(desk.error),
      // Of its own, so that a large block does not stay for a short output.
      output: desk.output.slice(),
      logs: desk.log.lines(),
      fuel: meter.used(),
      memoryPages: pages(),
    }),
  };
}

function findMemory(
  { exports }: WebAssembly.Instance,
  name: string,
): WebAssembly.Memory | undefined {
  const memory = Object.hasOwn(exports, name) && exports[name];
  return memory instanceof WebAssembly.Memory ? memory : undefined;
}
