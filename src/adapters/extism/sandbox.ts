/** The sandbox on Workers: uploaded plugins in isolates of their own, bundled ones in this one. */
import { fail } from '../../core/errors.ts';
import { abortFailure } from './abort-failure.ts';
import { createBatches } from './batches.ts';
import { callGuest } from './guest-call.ts';
import { createIsolates, isolateKey } from './isolates.ts';
import { CALL_LIMITS } from './limits.ts';
import { createSlots } from './slots.ts';
import { createTurns } from './turn.ts';
import type { Result } from '../../core/errors.ts';
import type { Digest, PluginCall, PluginReply, Sandbox } from '../../runtime/ports.ts';
import type { Send } from './batches.ts';
import type { IsolatesOptions } from './isolates.ts';

export interface SandboxOptions extends IsolatesOptions {
  /** Modules that came with the build, by hash. */
  readonly bundled: ReadonlyMap<Digest, WebAssembly.Module>;
  /** Loaded Workers in use at a time: 4 in a request, 10 in a Durable Object. Default 4. */
  readonly maxLoaded?: number;
}

export interface WorkerSandbox extends Sandbox {
  /** How often a plugin's bytes went into a new isolate. */
  readonly loads: number;
  /** Requests to isolates. */
  readonly requests: number;
  /** The most isolates that were in use at a time. */
  readonly highWater: number;
  /** Whether no call is under way. */
  readonly isIdle: boolean;
}

/** Its slots are those of one request or one Durable Object, so each of these makes its own. */
export function createSandbox(options: SandboxOptions): WorkerSandbox {
  const slots = createSlots(options.maxLoaded ?? 4);
  const isolates = createIsolates(options);
  const batches = createBatches(send);
  const inTurn = createTurns(nextMoment);
  let requests = 0;
  let bundledCalls = 0;
  let alone = 0;

  async function send(...[key, calls, signal]: Parameters<Send>): ReturnType<Send> {
    await slots.acquire(key, signal);
    try {
      requests += 1;
      return await isolates.send(key, calls, signal);
    } finally {
      slots.release(key);
    }
  }

  async function callBundled(call: PluginCall, signal: AbortSignal): Promise<Result<PluginReply>> {
    const module = options.bundled.get(call.hash);
    if (module === undefined)
      return fail('plugin_not_found', `Cannot call the plugin: no bundled plugin ${call.hash}`);
    bundledCalls += 1;
    try {
      return await inTurn(async () =>
        signal.aborted ? { ok: false, error: abortFailure(signal) } : callGuest(module, call),
      );
    } finally {
      bundledCalls -= 1;
    }
  }

  async function callAlone(
    key: string,
    call: PluginCall,
    signal: AbortSignal,
  ): Promise<Result<PluginReply>> {
    alone += 1;
    try {
      const replies = await send(key, [call], signal);
      if (signal.aborted) return { ok: false, error: abortFailure(signal) };
      if (!replies.ok) return replies;
      const [reply] = replies.value;
      return reply ?? fail('sandbox_unavailable', 'Cannot call the plugin: it gives no reply');
    } catch (error) {
      if (signal.aborted) return { ok: false, error: abortFailure(signal) };
      throw error;
    } finally {
      alone -= 1;
    }
  }

  return {
    async call(call, signal) {
      if (signal.aborted) return { ok: false, error: abortFailure(signal) };
      const size = call.input.length;
      if (size > CALL_LIMITS.input) {
        return fail('input_too_large', `Cannot call "${call.export}": an input of ${size} bytes`);
      }
      if (call.bundled) return callBundled(call, signal);
      const key = await isolateKey(call);
      // A guest that waits for a host would let all that come behind it wait too.
      return call.network === undefined
        ? batches.call(key, call, signal)
        : callAlone(key, call, signal);
    },
    validate: (bytes) => WebAssembly.validate(bytes),
    get loads() {
      return isolates.loads();
    },
    get requests() {
      return requests;
    },
    get highWater() {
      return slots.highWater();
    },
    get isIdle() {
      return bundledCalls + alone === 0 && batches.isIdle();
    },
  };
}

/** After whatever else waits to run in this isolate. */
function nextMoment(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
