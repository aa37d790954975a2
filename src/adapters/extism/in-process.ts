/** The sandbox where a module may be compiled at run time: tests, the command line and Deno. No isolate around it. */
import { ComposerError, fail, toFailure } from '../../core/errors.ts';
import { abortFailure } from './abort-failure.ts';
import { callGuest } from './guest-call.ts';
import type { Gateway } from '../../runtime/ports/gateway.ts';
import type { SendRequest } from './desk.ts';
import type { Result } from '../../core/errors.ts';
import type { PluginBytes, PluginCall, PluginReply, Sandbox } from '../../runtime/ports.ts';

export interface InProcessOptions {
  readonly bytes: PluginBytes;
  readonly compile: (bytes: Uint8Array) => Promise<WebAssembly.Module>;
  readonly validate: (bytes: Uint8Array) => boolean;
  /** Compiled modules that are kept. Default 64. */
  readonly maxModules?: number;
  /** For plugins that have a grant. Absent: none has a network. */
  readonly gateway?: Gateway;
}

export interface InProcessSandbox extends Sandbox {
  /** How often a plugin's bytes were compiled. */
  readonly loads: number;
}

export function createInProcessSandbox(options: InProcessOptions): InProcessSandbox {
  const { bytes, compile, validate, maxModules = 64 } = options;
  // By tenant and hash, as isolates are. A failed load is forgotten, so the next call tries again.
  const modules = new Map<string, Promise<WebAssembly.Module>>();
  let loads = 0;

  async function load(call: PluginCall): Promise<WebAssembly.Module> {
    const wasm = await bytes.get(call.tenant, call.hash);
    if (wasm === undefined) {
      throw new ComposerError(
        'plugin_not_found',
        `Cannot call "${call.export}": no plugin ${call.hash}`,
      );
    }
    loads += 1;
    return compile(wasm);
  }

  function find(call: PluginCall): Promise<WebAssembly.Module> {
    const id = `${call.hash}:${call.tenant}`;
    const found = modules.get(id);
    if (found !== undefined) return found;
    const module = load(call).catch((error: unknown) => {
      modules.delete(id);
      throw error;
    });
    for (const oldest of modules.keys()) {
      if (modules.size < maxModules) break;
      modules.delete(oldest);
    }
    modules.set(id, module);
    return module;
  }

  async function call(request: PluginCall, signal: AbortSignal): Promise<Result<PluginReply>> {
    if (signal.aborted) return { ok: false, error: abortFailure(signal) };
    try {
      const { network } = request;
      const { gateway } = options;
      const send: SendRequest | undefined =
        network && gateway && ((asked) => gateway(network, asked, signal));
      return await callGuest(await find(request), { ...request, send });
    } catch (error) {
      if (error instanceof ComposerError) return { ok: false, error: toFailure(error) };
      return fail('sandbox_unavailable', 'Cannot load the plugin');
    }
  }

  return {
    call,
    validate,
    get loads() {
      return loads;
    },
  };
}
