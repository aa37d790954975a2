/** A fresh instance of a guest, linked to one call's kernel and initialised as the Extism SDK would. */
import { ComposerError } from '../../core/errors.ts';
import { EXTISM_MODULE, WASI_MODULE } from '../../core/plugin/imports.ts';
import { printable } from './printable.ts';
import type { HttpRequest } from './host-http.ts';
import type { Kernel } from './kernel.ts';

/** What lets a guest wait for a promise of the host; not every engine has it. */
interface PromiseIntegration {
  readonly Suspending: new (run: HttpRequest) => () => number;
  readonly promising: (run: CallableFunction) => CallableFunction;
}
// SAFETY: the types do not list it yet, and both are asked for before they are used.
const { Suspending, promising: toPromising } = WebAssembly as Partial<PromiseIntegration>;

export async function instantiate(
  module: WebAssembly.Module,
  kernel: Kernel,
  wasi = true,
): Promise<WebAssembly.Instance> {
  const { usesWasi, usesHttp } = findLinking(module, kernel);
  if (usesWasi && !wasi) {
    throw new ComposerError('link_error', 'Cannot link the plugin: WASI is not granted to it');
  }
  const http_request =
    usesHttp && Suspending !== undefined ? new Suspending(kernel.httpRequest) : undefined;
  const instance = await WebAssembly.instantiate(module, {
    [EXTISM_MODULE]:
      http_request === undefined ? kernel.functions : { ...kernel.functions, http_request },
    ...(usesWasi && { [WASI_MODULE]: kernel.wasi() }),
  });
  kernel.attach(instance);
  await initialise(module, instance, usesWasi);
  return instance;
}

/** The export of an instance, or what to call for a guest that may have to wait in the middle. */
export function promising(module: WebAssembly.Module, run: CallableFunction): CallableFunction {
  const usesHttp = linkings.get(module)?.usesHttp === true;
  return usesHttp && toPromising !== undefined ? toPromising(run) : run;
}

interface Linking {
  readonly usesWasi: boolean;
  readonly usesHttp: boolean;
}

/** Every kernel has functions of the same names, so a module is looked at once. */
const linkings = new WeakMap<WebAssembly.Module, Linking>();

function findLinking(module: WebAssembly.Module, kernel: Kernel): Linking {
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

/**
 * A reactor is set up, a command is run (one that uses WASI only when it is called), Haskell is started.
 * An export of such a name that cannot be called is a TypeError, as it is for the SDK.
 */
async function initialise(
  module: WebAssembly.Module,
  { exports }: WebAssembly.Instance,
  usesWasi: boolean,
): Promise<void> {
  const names = ['_initialize', ...(usesWasi ? [] : ['_start'])];
  const first = names.find((name) => Object.hasOwn(exports, name));
  for (const name of [first, 'hs_init']) {
    if (name === undefined || !Object.hasOwn(exports, name)) continue;
    // SAFETY: what else it may be fails here, and the call ends with `link_error`.
    const run = exports[name] as () => void;
    await promising(module, run)();
  }
}
