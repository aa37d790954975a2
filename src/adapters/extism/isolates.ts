/**
 * The isolates that hold uploaded plugins, one for each key of `isolateKey`. The loader keeps them warm under
 * their id. I1: it keeps a failed load under its id too, and for ever, so an id that failed is not used again.
 * I2: the open-source runtime never drops an isolate by itself, so the one that was idle longest is ended
 * before another is loaded. I3: instances are dead after their call, but their memories stay until the engine
 * collects them, which it does isolate by isolate and late. So what each has left behind is counted, and when
 * the sum is too high, the isolate with the most of it collects or, where it cannot be told to, is ended.
 * I4: an isolate that was ended stays for as long as this one has an object through which it was called, so
 * this one collects when several were ended.
 */
import { fail, ok } from '../../core/errors.ts';
import { ISOLATE_SOURCE } from './isolate.generated.ts';
import { CALL_CEILINGS } from '../../core/plugin/ceilings.ts';
import { askIsolate, createRoom, idOf } from './isolate-room.ts';
import { MAX_DEAD_PAGES } from './limits.ts';
import { addPages, findState, makeStates, markWarm, retire } from './isolate-states.ts';
import { decodeReplies, encodeCalls } from './wire.ts';
import type { Result } from '../../core/errors.ts';
import type { PluginBytes, PluginCall, PluginReply } from '../../runtime/ports.ts';
import type { NetworkRight } from '../../runtime/ports/gateway.ts';
import type Isolate from './isolate.ts';
import type { IsolateState, IsolateStates } from './isolate-states.ts';

export interface IsolatesOptions {
  readonly loader: WorkerLoader;
  readonly bytes: PluginBytes;
  readonly compatibilityDate: string;
  /** Isolates that are kept warm. Default 32. */
  readonly maxWarm?: number;
  /** Pages of memory that dead instances may hold in all isolates together. Default `MAX_DEAD_PAGES`. */
  readonly maxDeadPages?: number;
  readonly collectHere?: (() => void) | undefined;
  /** The network of an isolate whose plugin has a grant. */
  readonly outbound?: (right: NetworkRight) => Fetcher;
}

export interface Isolates {
  /** Replies to the first of the calls, which are all of one key. */
  send(
    key: string,
    calls: readonly PluginCall[],
    signal: AbortSignal,
  ): Promise<Result<readonly Result<PluginReply>[]>>;
  /** How often bytes went into a new isolate. */
  loads(): number;
}

/** Calls with the same key may share an isolate: the same code, for the same tenant, with the same grant. */
export async function isolateKey({ hash, tenant, network }: PluginCall): Promise<string> {
  const key = `${hash}:${tenant}`;
  return network === undefined ? key : `${key}:${await digestOf(network)}`;
}

/** Kept as long as the binding they are about, for every request and object of this isolate. */
const statesOf = new WeakMap<WorkerLoader, IsolateStates>();

export function createIsolates(options: IsolatesOptions): Isolates {
  const { loader, bytes, compatibilityDate, maxWarm = 32, outbound } = options;
  const { maxDeadPages = MAX_DEAD_PAGES, collectHere } = options;
  const states = statesOf.get(loader) ?? makeStates();
  statesOf.set(loader, states);
  const read = createReader(bytes);
  let loads = 0;

  function code(wasm: Uint8Array, { network }: PluginCall): WorkerLoaderWorkerCode {
    loads += 1;
    return {
      compatibilityDate,
      compatibilityFlags: ['enable_request_signal'],
      // Fuel bounds a guest everywhere; this is the platform's own fence behind it.
      limits: {
        cpuMs: 5_000,
        subRequests: network === undefined ? 0 : CALL_CEILINGS.http_requests,
      },
      mainModule: 'main.js',
      modules: { 'main.js': ISOLATE_SOURCE, 'plugin.wasm': { wasm } },
      globalOutbound: (network && outbound?.(network)) ?? null,
      env: {},
    };
  }

  const room = createRoom(states, { loader, maxWarm, maxDeadPages, collectHere });

  async function ask(
    { key, state }: { key: string; state: IsolateState },
    calls: readonly PluginCall[],
    signal: AbortSignal,
  ): Promise<Result<readonly Result<PluginReply>[]>> {
    const [first] = calls;
    if (first === undefined) return ok([]);
    let { generation } = state;
    try {
      // Before the loader is asked (I1), and so that it need not wait for us in the middle.
      const wasm = state.warm ? undefined : await read(key, first);
      if (wasm === undefined && !state.warm)
        return fail('plugin_not_found', `Cannot call the plugin: there is no ${first.hash}`);
      if (!state.warm) await room.makeRoom();
      ({ generation } = state);
      // A warm isolate may be one that the platform has dropped meanwhile.
      const load = async () => code(wasm ?? present(await read(key, first)), first);
      const answer = await carry(loader.get(idOf(key, state), load), calls, signal);
      const turn = answer && decodeReplies(answer);
      if (turn !== undefined && turn.replies.length > 0) {
        if (state.generation === generation) {
          markWarm(states, state);
          addPages(states, state, turn.pages);
        }
        return ok(turn.replies);
      }
    } catch {
      if (signal.aborted) return ok([]);
    }
    // Whoever fails first speaks for all that were on the way.
    if (state.generation === generation) retire(states, state);
    return fail('sandbox_unavailable', 'Cannot call the plugin: its isolate does not answer');
  }

  return {
    loads: () => loads,
    async send(key, calls, signal) {
      const state = findState(states, key);
      state.users += 1;
      try {
        return await ask({ key, state }, calls, signal);
      } finally {
        state.users -= 1;
        await room.tidy();
      }
    },
  };
}

/** A method's call is half the way of a request, but cannot be given up: for calls that wait for nobody. */
async function carry(
  stub: WorkerStub,
  calls: readonly PluginCall[],
  signal: AbortSignal,
): Promise<ArrayBuffer | undefined> {
  const { buffer } = encodeCalls(calls);
  if (calls.every(({ network }) => network === undefined))
    return stub.getEntrypoint<Isolate>().call(buffer);
  const init = { method: 'POST', body: buffer, signal };
  return (await askIsolate(stub, '/', init)).arrayBuffer();
}

/** The first calls of a plugin come together; its bytes are read once for all. */
function createReader(bytes: PluginBytes) {
  const reads = new Map<string, Promise<Uint8Array | undefined>>();
  return function read(key: string, { tenant, hash }: PluginCall): Promise<Uint8Array | undefined> {
    const pending = reads.get(key);
    if (pending !== undefined) return pending;
    const started = bytes.get(tenant, hash).finally(() => reads.delete(key));
    reads.set(key, started);
    return started;
  };
}

function present(wasm: Uint8Array | undefined): Uint8Array {
  if (wasm === undefined) throw new Error('the bytes of the plugin are gone');
  return wasm;
}

async function digestOf({ plugin, hosts, secrets }: NetworkRight): Promise<string> {
  const text = new TextEncoder().encode(JSON.stringify([plugin, hosts, secrets]));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', text));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
