/** A fresh instance of a guest, linked to one call's kernel and initialised. */
import { createPlugin } from '@extism/extism';
import { ComposerError } from '../../core/errors.ts';
import { EXTISM_MODULE, WASI_MODULE } from '../../core/plugin/imports.ts';
import { printable } from './printable.ts';
import type { HostFunctions, WasiFunctions } from './desk.ts';
import type { Kernel } from './kernel.ts';

export async function instantiate(
  module: WebAssembly.Module,
  kernel: Kernel,
): Promise<WebAssembly.Instance> {
  const needs = checkImports(module, kernel);
  if (needs.wasi || needs.http) return linkHere(module, kernel, needs.wasi);
  const plugin = await createPlugin(module, {
    functions: { [EXTISM_MODULE]: kernel.functions },
    config: {},
    allowedHosts: [],
    allowedPaths: {},
  });
  const instance = await plugin.getInstance();
  kernel.attach(instance);
  return instance;
}

interface Needs {
  readonly wasi: boolean;
  readonly http: boolean;
}

/** Own names only, so that `__proto__` links to nothing. */
function checkImports(module: WebAssembly.Module, kernel: Kernel): Needs {
  const imports = WebAssembly.Module.imports(module);
  const wasi = imports.some((entry) => entry.module === WASI_MODULE);
  const known = new Map<string, HostFunctions | WasiFunctions>([[EXTISM_MODULE, kernel.functions]]);
  if (wasi) known.set(WASI_MODULE, kernel.wasi());
  for (const { module: from, name, kind } of imports) {
    const functions = known.get(from);
    if (kind === 'function' && functions !== undefined && Object.hasOwn(functions, name)) continue;
    const label = printable(JSON.stringify(`${from}.${name}`.slice(0, 200)));
    throw new ComposerError(
      'link_error',
      `Cannot link the plugin: no host ${kind} ${label} exists`,
    );
  }
  return { wasi, http: imports.some(({ name }) => name === 'http_request') };
}

/**
 * What the SDK does, without it. Its WASI cannot be replaced; and wherever the engine can suspend a guest
 * it puts its own `http_request` over ours, which allocates in its blocks and lets the guest wait for it.
 */
async function linkHere(
  module: WebAssembly.Module,
  kernel: Kernel,
  usesWasi: boolean,
): Promise<WebAssembly.Instance> {
  const functions = Object.entries(kernel.functions).map(([name, call]) => [
    name,
    call.bind(null, undefined),
  ]);
  const instance = await WebAssembly.instantiate(module, {
    [EXTISM_MODULE]: Object.fromEntries(functions),
    ...(usesWasi ? { [WASI_MODULE]: kernel.wasi() } : {}),
  });
  kernel.attach(instance);
  initialise(instance, usesWasi);
  return instance;
}

/** A reactor is set up, a command is run (one that uses WASI only when it is called), Haskell is started. */
function initialise({ exports }: WebAssembly.Instance, usesWasi: boolean): void {
  const names = ['_initialize', ...(usesWasi ? [] : ['_start'])];
  const first = names.find((name) => typeof exports[name] === 'function');
  for (const name of [first, 'hs_init']) {
    const run = name === undefined ? undefined : exports[name];
    if (typeof run === 'function') run();
  }
}
