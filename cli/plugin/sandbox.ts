/** The server's way with a plugin, on this machine: decoded, checked, metered, called under the same limits. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SendRequest } from '../../src/adapters/extism/desk.ts';
import { callGuest } from '../../src/adapters/extism/guest-call.ts';
import type { Result } from '../../src/core/errors.ts';
import { inspectUpload, meter } from '../../src/runtime/plugins.ts';
import type { PluginFindings } from '../../src/runtime/plugins.ts';
import type { PluginReply } from '../../src/runtime/ports.ts';
import { PlainError } from '../io.ts';
import type { PluginFile } from './project.ts';

const ENGINE = join(import.meta.dirname, '../../dist/javascript/engine.bin');

const ports = {
  sandbox: { validate: (bytes: Uint8Array) => WebAssembly.validate(bytes) },
  scriptEngine: {
    bytes() {
      if (existsSync(ENGINE)) return new Uint8Array(readFileSync(ENGINE));
      throw new PlainError('the engine for JavaScript is not built: run npm run build');
    },
  },
};

export type Examined = PluginFindings & { readonly module: Uint8Array };

/** What a server would find. */
export function examine({ bytes, language, manifest }: PluginFile): Examined {
  const text = manifest === undefined ? {} : { manifestText: manifest.text };
  return inspectUpload(ports, { bytes, language, ...text });
}

/** As it is stored. Throws for a module that no server would take. */
export function metered({ module }: Examined, label: string): Uint8Array {
  return meter(ports, module, label);
}

// SAFETY: the types are a Worker's, where `compile` is refused; Node has it.
const engine = WebAssembly as unknown as {
  compile(bytes: Uint8Array): Promise<WebAssembly.Module>;
};

export interface Callable {
  readonly size: number;
  call(name: string, input: Uint8Array, config: Config): Promise<Result<PluginReply>>;
}

export type Config = { readonly [key: string]: string };

export async function load(
  examined: Examined,
  label: string,
  send?: SendRequest,
): Promise<Callable> {
  const wasm = metered(examined, label);
  const module = await engine.compile(wasm);
  return {
    size: wasm.length,
    call: (name, input, config) => callGuest(module, { export: name, input, config, send }),
  };
}
