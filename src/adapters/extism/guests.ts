/**
 * The instance of a guest for one call: new, or the last one put back to what it was when it was new.
 * Either way the call finds nothing of the calls before it.
 */
import { ComposerError } from '../../core/errors.ts';
import { findLinking, forwardTo, importsOf, promising } from './linking.ts';
import { createRewind, isRewindable } from './rewind.ts';
import type { Kernel } from './kernel.ts';
import type { Imports, Linking } from './linking.ts';
import type { Rewind } from './rewind.ts';

export interface Guest {
  readonly instance: WebAssembly.Instance;
  /** Once the call is over and all is read that is of interest. False: the instance is not used again. */
  readonly release: () => boolean;
}

/** An instance that is used again, and the kernel whose turn it is. */
interface Spare {
  readonly instance: WebAssembly.Instance;
  readonly rewind: Rewind;
  readonly turn: Turn;
}

interface Turn {
  kernel: Imports;
}

/** One of a module: calls follow one another, but for those that wait for a host. */
const spares = new WeakMap<WebAssembly.Module, Spare>();

/** Linked to the call's kernel and initialised as the Extism SDK would. */
export async function takeGuest(
  module: WebAssembly.Module,
  kernel: Kernel,
  wasi = true,
): Promise<Guest> {
  const linking = findLinking(module, kernel);
  if (linking.usesWasi && !wasi) {
    throw new ComposerError('link_error', 'Cannot link the plugin: WASI is not granted to it');
  }
  const spare = spares.get(module);
  if (spare === undefined) return createGuest(module, kernel, linking);
  spares.delete(module);
  spare.turn.kernel = kernel;
  const guest = guestOf(module, spare);
  try {
    kernel.attach(spare.instance);
  } catch (error) {
    guest.release();
    throw error;
  }
  return guest;
}

async function createGuest(
  module: WebAssembly.Module,
  kernel: Kernel,
  linking: Linking,
): Promise<Guest> {
  const turn: Turn = { kernel };
  const imports = isRewindable(module) ? forwardTo(() => turn.kernel, kernel) : kernel;
  const instance = await WebAssembly.instantiate(module, importsOf(imports, linking));
  kernel.attach(instance);
  await initialise(module, instance, linking);
  // What has asked the host for something on its way might be told something else another time.
  const rewind = imports !== kernel && kernel.isUntouched() ? createRewind(instance) : undefined;
  return rewind === undefined
    ? { instance, release: () => false }
    : guestOf(module, { instance, rewind, turn });
}

function guestOf(module: WebAssembly.Module, spare: Spare): Guest {
  return {
    instance: spare.instance,
    release() {
      spare.turn.kernel = NOBODY;
      const isKept = spare.rewind();
      if (isKept) spares.set(module, spare);
      return isKept;
    },
  };
}

/** No guest runs between two calls. */
const NOBODY: Imports = {
  functions: {},
  httpRequest: () => Promise.reject(new Error('no call is under way')),
  wasi: () => ({}),
};

/**
 * A reactor is set up, a command is run (one that uses WASI only when it is called), Haskell is started.
 * An export of such a name that cannot be called is a TypeError, as it is for the SDK.
 */
async function initialise(
  module: WebAssembly.Module,
  { exports }: WebAssembly.Instance,
  { usesWasi }: Linking,
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
