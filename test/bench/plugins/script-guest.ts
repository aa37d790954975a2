/** A plugin in JavaScript as a guest of the benchmark: packed as on the server, linked to a kernel of its own. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildScriptEngine } from '../../../scripts/build-script-engine.mjs';
import { createKernel } from '../../../src/adapters/extism/kernel.ts';
import { limitsOf } from '../../../src/adapters/extism/limits.ts';
import { EXTISM_MODULE, WASI_MODULE } from '../../../src/core/plugin/imports.ts';
import { packUpload } from '../../../src/runtime/script-plugins.ts';
import type { Guest } from './guest.ts';

const FUNCTIONS = ['sorted', 'words', 'json', 'fib'];

export async function buildScript(): Promise<Guest> {
  const { path } = await buildScriptEngine();
  const engine = new Uint8Array(readFileSync(path));
  const source = new Uint8Array(readFileSync(join(import.meta.dirname, 'work.js')));
  const packed = packUpload({ bytes: () => engine }, { bytes: source });
  if (!packed.ok) throw new Error(`Cannot pack a guest: ${JSON.stringify(packed.error)}`);
  return {
    language: 'javascript',
    wasm: packed.value.bytes,
    open: (module) => () => FUNCTIONS.map((name) => callOnce(module, name)),
  };
}

/** An instance serves one call; it lives on the fuel that is baked into it. */
function callOnce(module: WebAssembly.Module, name: string): string {
  const kernel = createKernel({ input: new Uint8Array(0), config: {}, limits: limitsOf() });
  const instance = new WebAssembly.Instance(module, {
    [EXTISM_MODULE]: kernel.functions,
    [WASI_MODULE]: kernel.wasi(),
  });
  kernel.attach(instance);
  // SAFETY: functions of a packed script are exports without parameters.
  const code = (instance.exports as Record<string, () => number>)[name]?.();
  const { output, errorText } = kernel.outcome();
  if (code !== 0) throw new Error(`Cannot measure "${name}": ${errorText ?? code}`);
  return new TextDecoder().decode(output);
}
