/**
 * The isolates that hold uploaded plugins, one for each tenant and hash. The loader keeps them warm under
 * their id. I1: it keeps a failed load under its id too, and for ever, so an id that failed is not used again.
 */
import { fail } from '../../core/errors.ts';
import { abortFailure } from './abort-failure.ts';
import { ISOLATE_DIGEST, ISOLATE_SOURCE } from './isolate.generated.ts';
import { decodeReply, encodeCall } from './wire.ts';
import type { Result } from '../../core/errors.ts';
import type { PluginBytes, PluginCall, PluginReply } from '../../runtime/ports.ts';

export interface IsolatesOptions {
  readonly loader: WorkerLoader;
  readonly bytes: PluginBytes;
  readonly compatibilityDate: string;
}

export interface Isolates {
  call(id: string, call: PluginCall, signal: AbortSignal): Promise<Result<PluginReply>>;
  /** How often bytes went into a new isolate. */
  loads(): number;
}

interface IsolateState {
  /** Counts the failures; part of the id (I1). */
  generation: number;
  /** It has answered, so its bytes need not be at hand. */
  isWarm: boolean;
}

/** A hint, kept as long as the binding it is about: losing it costs a read of the bytes. */
const statesOf = new WeakMap<WorkerLoader, Map<string, IsolateState>>();
const MAX_STATES = 4_096;

export function createIsolates({ loader, bytes, compatibilityDate }: IsolatesOptions): Isolates {
  const states = statesOf.get(loader) ?? new Map<string, IsolateState>();
  statesOf.set(loader, states);
  const reads = new Map<string, Promise<Uint8Array | undefined>>();
  let loads = 0;

  /** The first calls of a plugin come together; its bytes are read once for all. */
  function read(id: string, { tenant, hash }: PluginCall): Promise<Uint8Array | undefined> {
    const pending = reads.get(id);
    if (pending !== undefined) return pending;
    const started = bytes.get(tenant, hash).finally(() => reads.delete(id));
    reads.set(id, started);
    return started;
  }

  function code(wasm: Uint8Array): WorkerLoaderWorkerCode {
    loads += 1;
    return {
      compatibilityDate,
      compatibilityFlags: ['enable_request_signal'],
      // Fuel bounds a guest everywhere; this is the platform's own fence behind it.
      limits: { cpuMs: 5_000, subRequests: 0 },
      mainModule: 'main.js',
      modules: { 'main.js': ISOLATE_SOURCE, 'plugin.wasm': { wasm } },
      globalOutbound: null,
      env: {},
    };
  }

  function getWorker(id: string, call: PluginCall, wasm: Uint8Array | undefined): WorkerStub {
    return loader.get(id, async () => {
      // A warm isolate that the platform has dropped meanwhile.
      const source = wasm ?? (await read(id, call));
      if (source === undefined) throw new Error('the bytes of the plugin are gone');
      return code(source);
    });
  }

  return {
    loads: () => loads,
    async call(id, call, signal) {
      const state = findState(states, id);
      let { generation } = state;
      try {
        // Before the loader is asked (I1), and so that it need not wait for us in the middle.
        const wasm = state.isWarm ? undefined : await read(id, call);
        if (wasm === undefined && !state.isWarm) {
          return fail('plugin_not_found', `Cannot call "${call.export}": no plugin ${call.hash}`);
        }
        ({ generation } = state);
        const worker = getWorker(`${id}:${ISOLATE_DIGEST}:${generation}`, call, wasm);
        const init = { method: 'POST', body: encodeCall(call), signal };
        const response = await worker.getEntrypoint().fetch('http://plugin/', init);
        const reply = decodeReply(await response.arrayBuffer());
        if (reply !== undefined) {
          state.isWarm = true;
          return reply;
        }
      } catch {
        if (signal.aborted) return { ok: false, error: abortFailure(signal) };
      }
      // Whoever fails first speaks for all that were on the way.
      if (state.generation === generation) {
        state.generation += 1;
        state.isWarm = false;
      }
      return fail(
        'sandbox_unavailable',
        `Cannot call "${call.export}": its isolate does not answer`,
      );
    },
  };
}

function findState(states: Map<string, IsolateState>, id: string): IsolateState {
  const found = states.get(id);
  if (found !== undefined) return found;
  for (const oldest of states.keys()) {
    if (states.size < MAX_STATES) break;
    states.delete(oldest);
  }
  const state = { generation: 0, isWarm: false };
  states.set(id, state);
  return state;
}
