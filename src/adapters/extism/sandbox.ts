/** The sandbox on Workers: uploaded plugins in isolates of their own, bundled ones in this one. */
import { fail } from '../../core/errors.ts';
import { abortFailure } from './abort-failure.ts';
import { callGuest } from './guest-call.ts';
import { ISOLATE_DIGEST, ISOLATE_SOURCE } from './isolate.generated.ts';
import { CALL_LIMITS } from './limits.ts';
import { createSlots } from './slots.ts';
import { decodeReply, encodeCall } from './wire.ts';
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

  return {
    async call(call, signal) {
      if (signal.aborted) return { ok: false, error: abortFailure(signal) };
      if (call.input.length > CALL_LIMITS.input) {
        return fail(
          'input_too_large',
          `Cannot call "${call.export}": an input of ${call.input.length} bytes`,
        );
      }
      if (!call.bundled) return callLoaded(call, signal);
      const module = options.bundled.get(call.hash);
      return module === undefined ? notFound(call) : callGuest(module, call);
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

interface Isolates {
  call(id: string, call: PluginCall, signal: AbortSignal): Promise<Result<PluginReply>>;
  loads(): number;
}

function createIsolates({ loader, bytes, compatibilityDate }: SandboxOptions): Isolates {
  let loads = 0;

  async function code(call: PluginCall): Promise<WorkerLoaderWorkerCode> {
    const wasm = await bytes.get(call.tenant, call.hash);
    if (wasm === undefined) throw new Error('plugin_not_found');
    loads += 1;
    return {
      compatibilityDate,
      compatibilityFlags: ['enable_request_signal'],
      mainModule: 'main.js',
      modules: { 'main.js': ISOLATE_SOURCE, 'plugin.wasm': { wasm } },
      globalOutbound: null,
      env: {},
    };
  }

  return {
    loads: () => loads,
    async call(id, call, signal) {
      const worker = loader.get(`${id}:${ISOLATE_DIGEST}`, () => code(call));
      const response = await worker.getEntrypoint().fetch('http://plugin/', {
        method: 'POST',
        body: encodeCall(call),
        signal,
      });
      const reply = decodeReply(await response.arrayBuffer());
      return reply ?? fail('sandbox_unavailable', 'Cannot read the reply of the isolate');
    },
  };
}

function notFound(call: PluginCall): Result<PluginReply> {
  return fail('plugin_not_found', `Cannot call "${call.export}": no plugin ${call.hash}`);
}
