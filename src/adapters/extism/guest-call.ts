/** One call of a guest: in the isolate made for it, or in the main one for bundled plugins. */
import { ComposerError, fail, ok, toFailure } from '../../core/errors.ts';
import { CALL_CEILINGS } from '../../core/plugin/ceilings.ts';
import { FUEL_EXPORT } from '../../core/plugin/fuel.ts';
import { takeGuest } from './guests.ts';
import { promising } from './linking.ts';
import { createKernel } from './kernel.ts';
import { limitsOf } from './limits.ts';
import type { Result } from '../../core/errors.ts';
import type { PluginReply } from '../../runtime/ports.ts';
import type { CallLimits } from '../../core/plugin/asks.ts';
import type { SendRequest } from './desk.ts';
import type { Guest } from './guests.ts';
import type { Outcome } from './kernel.ts';

export interface GuestCall {
  readonly export: string;
  readonly input: Uint8Array;
  readonly config: { readonly [key: string]: string };
  /** Absent ones are as high as they can be. */
  readonly limits?: CallLimits | undefined;
  /** False: a module that uses WASI is not linked. Default true. */
  readonly wasi?: boolean | undefined;
  /** The way out; absent: no host is granted. */
  readonly send?: SendRequest | undefined;
}

/**
 * No call finds anything of another. Never throws for what a guest does. `onEnd` hears, however the call
 * ended, of the memory that stays until the engine collects it.
 */
export async function callGuest(
  module: WebAssembly.Module,
  call: GuestCall,
  onEnd: (pages: number) => void = () => undefined,
): Promise<Result<PluginReply>> {
  const size = call.input.length;
  const limits = limitsOf(call.limits);
  if (size > limits.input)
    return fail('input_too_large', `Cannot call the plugin: an input of ${size} bytes`);
  const kernel = createKernel({ ...call, limits });
  let guest: Guest | undefined;
  let hasStarted = false;
  try {
    guest = await takeGuest(module, kernel, call.wasi);
    const run = getFunction(guest.instance, call.export);
    kernel.begin();
    hasStarted = true;
    const returned: unknown = await promising(module, run)();
    kernel.end();
    return readReply(kernel.outcome(), returned);
  } catch (error) {
    const outcome = kernel.outcome();
    if (guest === undefined) onEnd(pagesOfStart(error, outcome));
    // A guest may end itself at any place; with code 0 all is well.
    if (outcome.fault === undefined && outcome.exitCode === 0) return readReply(outcome, 0);
    return { ok: false, error: toFailure(explain(error, { outcome, module, hasStarted })) };
  } finally {
    if (guest?.release() === false) onEnd(kernel.pages());
    kernel.release();
  }
}

/** What failed while it started has a memory that nobody has seen, unless it was not linked at all. */
function pagesOfStart(error: unknown, { memoryPages }: Outcome): number {
  const isLinked =
    !(error instanceof ComposerError) && !(error instanceof Error && error.name === 'LinkError');
  return memoryPages > 0 || !isLinked ? memoryPages : CALL_CEILINGS.memory_pages;
}

function getFunction(instance: WebAssembly.Instance, name: string): CallableFunction {
  // Own properties only: `toString` and `__proto__` are no exports.
  const run = Object.hasOwn(instance.exports, name) ? instance.exports[name] : undefined;
  if (typeof run !== 'function') {
    throw new ComposerError(
      'no_such_function',
      `Cannot call the plugin: it exports no function "${name}"`,
    );
  }
  if (run.length === 0) return run;
  throw new ComposerError(
    'bad_signature',
    `Cannot call "${name}": it takes ${run.length} parameters`,
  );
}

function readReply(outcome: Outcome, returned: unknown): Result<PluginReply> {
  const { output, errorText, fuel, memoryPages, logs } = outcome;
  if (returned !== undefined && typeof returned !== 'number') {
    return fail(
      'bad_signature',
      'Cannot read the return code: the function has another result type',
    );
  }
  if (errorText !== undefined) return fail('plugin_error', errorText);
  if (returned !== undefined && returned !== 0)
    return fail('plugin_error', `The plugin returned ${returned}`);
  return ok({ output, ...(fuel === undefined ? {} : { fuel }), memoryPages, logs });
}

interface Scene {
  readonly outcome: Outcome;
  readonly module: WebAssembly.Module;
  /** Whether the start function and the guest's own initialisation are over. */
  readonly hasStarted: boolean;
}

/** The error that ended the call, with a code. The first limit that was passed wins over what came of it. */
function explain(error: unknown, { outcome, module, hasStarted }: Scene): unknown {
  if (outcome.fault !== undefined) return outcome.fault;
  if (error instanceof ComposerError) return error;
  const action = hasStarted ? 'finish the call' : 'start the plugin';
  // An exception of the guest's own, which no upload can throw.
  if (!(error instanceof Error))
    return new ComposerError('trap', `Cannot ${action}: it threw an exception`);
  switch (error.name) {
    case 'RuntimeError': {
      const isFuel = outcome.isOutOfFuel || (!hasStarted && isStartFuel(error, module));
      if (isFuel)
        return new ComposerError('out_of_fuel', `Cannot ${action}: it used all of its fuel`);
      return new ComposerError('trap', `Cannot ${action}: ${error.message}`);
    }
    case 'LinkError':
      return new ComposerError(
        'link_error',
        `Cannot link the plugin: ${error.message.slice(0, 200)}`,
      );
    case 'RangeError':
      // The engines tell a full stack from memory that cannot be had by the text alone.
      return /call stack/i.test(error.message)
        ? new ComposerError('stack_overflow', `Cannot ${action}: its calls nest too deep`)
        : new ComposerError('limit', `Cannot ${action}: ${error.message.slice(0, 200)}`);
    case 'SuspendError':
      return new ComposerError(
        'http_denied',
        `Cannot ${action}: it sends a request where it cannot wait for the answer`,
      );
    case 'TypeError':
      // `_initialize` and its like may be no functions, or ask for what nobody gives them.
      return hasStarted
        ? error
        : new ComposerError('link_error', 'Cannot start the plugin: wrong exports');
    default:
      return error;
  }
}

/** Without an instance its counter cannot be read; an empty one ends in `unreachable`, as some traps do. */
function isStartFuel(error: Error, module: WebAssembly.Module): boolean {
  return (
    error.message.includes('unreachable') &&
    WebAssembly.Module.exports(module).some(({ name }) => name === FUEL_EXPORT)
  );
}
