/** Calls of plugins. */
import type { Result } from '../../core/errors.ts';
import type { CallLimits } from '../../core/plugin/asks.ts';
import type { NetworkRight } from './gateway.ts';
import type { Digest, Tenant } from './names.ts';

export interface PluginCall {
  readonly tenant: Tenant;
  readonly hash: Digest;
  readonly bundled: boolean;
  readonly export: string;
  readonly input: Uint8Array;
  readonly config: { readonly [key: string]: string };
  /** Lower than the sandbox's own. */
  readonly limits?: CallLimits;
  /** False: a module that uses WASI is not called. Default true. */
  readonly wasi?: boolean;
  /** What the plugin may reach by `http_request`. Absent: nothing. */
  readonly network?: NetworkRight;
}

export interface PluginReply {
  readonly output: Uint8Array;
  /** Units spent; absent while a module is not metered. */
  readonly fuel?: number;
  /** 64 KiB pages of linear memory when the call ended. */
  readonly memoryPages: number;
  readonly logs: readonly { readonly level: string; readonly text: string }[];
}

export interface Sandbox {
  /** Calls an export in an instance that holds nothing of another call. Never throws for what a guest does. */
  call(call: PluginCall, signal: AbortSignal): Promise<Result<PluginReply>>;
  /** Validates with the engine what the decoder accepted. */
  validate(bytes: Uint8Array): boolean;
}
