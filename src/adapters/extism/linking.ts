/** What a guest is linked to, and how one that has to wait is called. */
import { ComposerError } from '../../core/errors.ts';
import { EXTISM_MODULE, WASI_MODULE } from '../../core/plugin/imports.ts';
import { printable } from './printable.ts';
import type { HostFunctions, WasiFunctions } from './desk.ts';
import type { HttpRequest } from './host-http.ts';
import type { Kernel } from './kernel.ts';

/** What lets a guest wait for a promise of the host; not every engine has it. */
interface PromiseIntegration {
  readonly Suspending: new (run: HttpRequest) => () => number;
  readonly promising: (run: CallableFunction) => CallableFunction;
}
// SAFETY: the types do not list it yet, and both are asked for before they are used.
const { Suspending, promising: toPromising } = WebAssembly as Partial<PromiseIntegration>;

export type Imports = Pick<Kernel, 'functions' | 'httpRequest' | 'wasi'>;

export interface Linking {
  readonly usesWasi: boolean;
  readonly usesHttp: boolean;
}

export function importsOf(
  { functions, httpRequest, wasi }: Imports,
  { usesWasi, usesHttp }: Linking,
): WebAssembly.Imports {
  const http_request =
    usesHttp && Suspending !== undefined ? new Suspending(httpRequest) : undefined;
  return {
    [EXTISM_MODULE]: http_request === undefined ? functions : { ...functions, http_request },
    ...(usesWasi && { [WASI_MODULE]: wasi() }),
  };
}

/** Functions that pass each call on to the kernel whose turn it is. */
export function forwardTo(current: () => Imports, { functions, wasi }: Imports): Imports {
  const forward = <T>(names: object, make: (name: string) => T) =>
    Object.fromEntries(Object.keys(names).map((name) => [name, make(name)]));
  return {
    functions: forward(
      functions,
      (name): HostFunctions[string] =>
        (a, b) =>
          current().functions[name]?.(a, b),
    ),
    httpRequest: (pointer, body) => current().httpRequest(pointer, body),
    wasi: () =>
      forward(
        wasi(),
        (name): WasiFunctions[string] =>
          (...values) =>
            // SAFETY: the names are the same for every kernel.
            (current().wasi()[name] as WasiFunctions[string])(...values),
      ),
  };
}

/** The export of an instance, or what to call for a guest that may have to wait in the middle. */
export function promising(module: WebAssembly.Module, run: CallableFunction): CallableFunction {
  const usesHttp = linkings.get(module)?.usesHttp === true;
  return usesHttp && toPromising !== undefined ? toPromising(run) : run;
}

/** Every kernel has functions of the same names, so a module is looked at once. */
const linkings = new WeakMap<WebAssembly.Module, Linking>();

export function findLinking(module: WebAssembly.Module, kernel: Kernel): Linking {
  const known = linkings.get(module);
  if (known !== undefined) return known;
  const linking = checkImports(module, kernel);
  linkings.set(module, linking);
  return linking;
}

/** Own names only, so that `__proto__` links to nothing. */
function checkImports(module: WebAssembly.Module, kernel: Kernel): Linking {
  const imports = WebAssembly.Module.imports(module);
  const usesWasi = imports.some((entry) => entry.module === WASI_MODULE);
  const known = new Map<string, object>([[EXTISM_MODULE, kernel.functions]]);
  if (usesWasi) known.set(WASI_MODULE, kernel.wasi());
  for (const { module: from, name, kind } of imports) {
    const functions = known.get(from);
    if (kind === 'function' && functions !== undefined && Object.hasOwn(functions, name)) continue;
    const label = printable(JSON.stringify(`${from}.${name}`.slice(0, 200)));
    throw new ComposerError(
      'link_error',
      `Cannot link the plugin: no host ${kind} ${label} exists`,
    );
  }
  const usesHttp = imports.some(
    (entry) => entry.module === EXTISM_MODULE && entry.name === 'http_request',
  );
  return { usesWasi, usesHttp };
}
