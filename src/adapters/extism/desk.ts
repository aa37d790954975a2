/** What the host functions of one call share. */
import type { GuestLog } from './guest-log.ts';
import type { Result } from '../../core/errors.ts';
import type { GuestAnswer, GuestRequest } from '../../runtime/ports/gateway.ts';
import type { HostMemory, Refuse } from './host-memory.ts';
import type { Limits } from './limits.ts';

export type HostFunction = (a: bigint, b: bigint) => bigint | number | void;
export type HostFunctions = { readonly [name: string]: HostFunction };
export type WasiFunctions = { readonly [name: string]: (...values: never[]) => number };

export interface KernelOptions {
  readonly input: Uint8Array;
  readonly config: { readonly [key: string]: string };
  readonly limits: Limits;
  /** Absent: no host is granted. */
  readonly send?: SendRequest | undefined;
}

export type SendRequest = (request: GuestRequest) => Promise<Result<GuestAnswer>>;

export interface Desk extends KernelOptions {
  readonly memory: HostMemory;
  readonly log: GuestLog;
  readonly refuse: Refuse;
  /** Comes first in every host function: K1, and its cost in fuel with that of the bytes it copies. */
  readonly charge: (units: number, bytes?: number) => void;
  /** The guest's own memory, once there is an instance. */
  readonly guestMemory: () => WebAssembly.Memory | undefined;
  output: Uint8Array;
  error: Uint8Array | undefined;
  /** What the guest passed to `proc_exit`. */
  exitCode: number | undefined;
}
