/** The sandbox on Workers: uploaded plugins in isolates of their own, bundled ones in this one. */
import { fail } from '../../core/errors.ts';
import { abortFailure } from './abort-failure.ts';
import { callGuest } from './guest-call.ts';
import { createIsolates } from './isolates.ts';
import { CALL_LIMITS } from './limits.ts';
import { createSlots } from './slots.ts';
import type { Result } from '../../core/errors.ts';
import type { Digest, PluginBytes, PluginCall, PluginReply, Sandbox } from '../../runtime/ports.ts';

export interface SandboxOptions {
  readonly loader: WorkerLoader;
  readonly bytes: PluginBytes;
  /** Modules that came with the build, by hash. */
  readonly bundled: ReadonlyMap<Digest, WebAssembly.Module>;
  readonly compatibilityDate: string;
  /** Loaded Workers in use at a time: 4 in a request, 10 in a Durable Object. Default 4. */
  readonly maxLoaded?: number;
}

export interface WorkerSandbox extends Sandbox {
  /** How often a plugin's bytes went into a new isolate. */
  readonly loads: number;
  /** The most isolates that were in use at a time. */
  readonly highWater: number;
}

/** Its slots are those of one request or one Durable Object, so each of these makes its own. */
export function createSandbox(options: SandboxOptions): WorkerSandbox {
  const slots = createSlots(options.maxLoaded ?? 4);
  const isolates = createIsolates(options);

  async function callLoaded(call: PluginCall, signal: AbortSignal): Promise<Result<PluginReply>> {
    const id = `${call.hash}:${call.tenant}`;
    try {
      await slots.acquire(id, signal);
    } catch {
      return { ok: false, error: abortFailure(signal) };
    }
    try {
      return await isolates.call(id, call, signal);
    } finally {
      slots.release(id);
    }
  }

  function callBundled(call: PluginCall): Promise<Result<PluginReply>> | Result<PluginReply> {
    const module = options.bundled.get(call.hash);
    if (module !== undefined) return callGuest(module, call);
    return fail('plugin_not_found', `Cannot call "${call.export}": no bundled plugin ${call.hash}`);
  }

  return {
    async call(call, signal) {
      if (signal.aborted) return { ok: false, error: abortFailure(signal) };
      const size = call.input.length;
      if (size > CALL_LIMITS.input) {
        return fail('input_too_large', `Cannot call "${call.export}": an input of ${size} bytes`);
      }
      return call.bundled ? callBundled(call) : callLoaded(call, signal);
    },
    validate: (bytes) => WebAssembly.validate(bytes),
    get loads() {
      return isolates.loads();
    },
    get highWater() {
      return slots.highWater();
    },
  };
}
