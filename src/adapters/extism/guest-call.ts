/** One call of a guest: in the isolate made for it, or in the main one for bundled plugins. */
import { createPlugin } from '@extism/extism';
import { ComposerError, fail, ok, toFailure } from '../../core/errors.ts';
import { EXTISM_MODULE, WASI_MODULE } from '../../core/plugin/imports.ts';
import { FUEL_EXPORT } from '../../core/plugin/fuel.ts';
import { createKernel } from './kernel.ts';
import { CALL_LIMITS } from './limits.ts';
import type { ErrorCode, Result } from '../../core/errors.ts';
import type { PluginReply } from '../../runtime/ports.ts';
import type { Kernel } from './kernel.ts';

export interface GuestCall {
  readonly export: string;
  readonly input: Uint8Array;
  readonly config: { readonly [key: string]: string };
}

/** A fresh instance for every call. Never throws for what a guest does. */
export async function callGuest(
  module: WebAssembly.Module,
  call: GuestCall,
): Promise<Result<PluginReply>> {
  if (call.input.length > CALL_LIMITS.input) {
    return fail(
      'input_too_large',
      `Cannot call "${call.export}": an input of ${call.input.length} bytes`,
    );
  }
  const kernel = createKernel(call);
  let instance: WebAssembly.Instance | undefined;
  try {
    instance = await instantiate(module, kernel);
    const run = getFunction(instance, call.export);
    kernel.meter.start(instance);
    const returned: unknown = run();
    return readReply(kernel, instance, returned);
  } catch (error) {
    return {
      ok: false,
      error: toFailure(explain(error, { kernel, module, started: instance !== undefined })),
    };
  }
}

async function instantiate(
  module: WebAssembly.Module,
  kernel: Kernel,
): Promise<WebAssembly.Instance> {
  let usesWasi = false;
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    usesWasi ||= from === WASI_MODULE;
    const known =
      from === WASI_MODULE || (from === EXTISM_MODULE && Object.hasOwn(kernel.functions, name));
    if (known && kind === 'function') continue;
    throw new ComposerError(
      'link_error',
      `Cannot link the plugin: no host ${kind} "${from}" "${name}"`,
    );
  }
  const plugin = await createPlugin(module, {
    useWasi: usesWasi,
    enableWasiOutput: false,
    functions: { [EXTISM_MODULE]: kernel.functions },
    config: {},
    allowedHosts: [],
    allowedPaths: {},
    runInWorker: false,
  });
  return await plugin.getInstance();
}

function getFunction(instance: WebAssembly.Instance, name: string): CallableFunction {
  // Own properties only: `toString` and `__proto__` are no exports.
  const run = Object.hasOwn(instance.exports, name) ? instance.exports[name] : undefined;
  if (typeof run !== 'function') {
    throw new ComposerError(
      'no_such_function',
      `Cannot call "${name}": the plugin exports no such function`,
    );
  }
  if (run.length > 0) {
    throw new ComposerError(
      'bad_signature',
      `Cannot call "${name}": it takes ${run.length} parameters`,
    );
  }
  return run;
}

function readReply(
  kernel: Kernel,
  instance: WebAssembly.Instance,
  returned: unknown,
): Result<PluginReply> {
  const fault = kernel.fault();
  if (fault !== undefined) throw fault;
  kernel.meter.spend(0);
  if (returned !== undefined && typeof returned !== 'number') {
    throw new ComposerError(
      'bad_signature',
      'Cannot read the return code: the function has another result type',
    );
  }
  const text = kernel.errorText();
  if (text !== undefined) return fail('plugin_error', text);
  if (returned !== undefined && returned !== 0)
    return fail('plugin_error', `The plugin returned ${returned}`);
  const fuel = kernel.meter.used();
  const memory = instance.exports['memory'];
  return ok({
    output: kernel.output(),
    ...(fuel === undefined ? {} : { fuel }),
    memoryPages: memory instanceof WebAssembly.Memory ? memory.buffer.byteLength / 65_536 : 0,
    logs: kernel.log.lines(),
  });
}

interface Scene {
  readonly kernel: Kernel;
  readonly module: WebAssembly.Module;
  /** Whether the instance was there: its start function and its initialisation are over. */
  readonly started: boolean;
}

/** The error that ended the call, with a code. The first limit that was passed wins over what came of it. */
function explain(error: unknown, { kernel, module, started }: Scene): unknown {
  const fault = kernel.fault();
  if (fault !== undefined) return fault;
  if (error instanceof ComposerError) return error;
  if (!(error instanceof Error)) return error;
  const [code, message] = codeFor(error);
  if (code === undefined) return error;
  const isFuel = code === 'trap' && (started ? kernel.meter.isSpent() : isStartFuel(error, module));
  const stage = started ? 'finish the call' : 'start the plugin';
  return new ComposerError(
    isFuel ? 'out_of_fuel' : code,
    `Cannot ${stage}: ${isFuel ? 'it used all of its fuel' : message}`,
  );
}

function codeFor(error: Error): [ErrorCode | undefined, string] {
  switch (error.name) {
    case 'RuntimeError':
      return ['trap', error.message];
    case 'LinkError':
      return ['link_error', error.message.slice(0, 200)];
    case 'RangeError':
      // The engines tell a full stack from memory that cannot be had by the text alone.
      return /call stack/i.test(error.message)
        ? ['stack_overflow', 'its calls nest too deep']
        : ['limit', error.message.slice(0, 200)];
    default:
      return [undefined, ''];
  }
}

/** Without an instance its counter cannot be read; an empty one ends in `unreachable`. */
function isStartFuel(error: Error, module: WebAssembly.Module): boolean {
  return (
    error.message.includes('unreachable') &&
    WebAssembly.Module.exports(module).some(({ name }) => name === FUEL_EXPORT)
  );
}
