/** What a module is, before it may run: its imports, exports and sizes, or why it is refused. */
import type { Result } from '../errors.ts';
import type { DecodedExport, DecodedModule, ExportKind } from './decode.ts';
import { decodeModule } from './decode.ts';
import type { ModuleFault } from './fault.ts';
import { catchFault } from './fault.ts';
import { WASI_MODULE } from './imports.ts';
import type { CustomSection } from './sections.ts';
import type { FunctionType } from './types.ts';

export type { ModuleFault } from './fault.ts';

export interface ExportInfo {
  readonly name: string;
  readonly kind: ExportKind;
  /** Of a function. */
  readonly params?: readonly string[];
  /** Of a function. */
  readonly results?: readonly string[];
}

export interface ModuleInfo {
  /** Bytes. */
  readonly size: number;
  /** Functions with a body; imported ones not counted. */
  readonly functions: number;
  readonly imports: readonly {
    readonly module: string;
    readonly name: string;
    readonly kind: 'function';
  }[];
  readonly exports: readonly ExportInfo[];
  /** Exports that can be a plugin's function: the functions of a plugin without a manifest. */
  readonly callable: readonly string[];
  /** Pages of 64 KiB, as the module asks for them. */
  readonly memory: { readonly minPages: number; readonly maxPages?: number } | undefined;
  readonly usesWasi: boolean;
  readonly usesHttp: boolean;
  readonly usesConfig: boolean;
  /** A function runs when the module is instantiated. */
  readonly hasStart: boolean;
  readonly customSections: readonly CustomSection[];
}

/** Decodes every byte, so what is described here is what an engine would run. Never throws. */
export function inspectModule(bytes: Uint8Array): Result<ModuleInfo, ModuleFault> {
  return catchFault(() => describe(decodeModule(bytes)));
}

/** `() -> i32`, or `() -> ()`, which counts as returning 0. */
export function isCallable({ kind, params, results }: ExportInfo): boolean {
  if (kind !== 'function' || params?.length !== 0 || results === undefined) return false;
  return results.length === 0 || (results.length === 1 && results[0] === 'i32');
}

/** Names that a runtime's start-up owns. */
export function isRuntimeExport(name: string): boolean {
  return name.startsWith('__') || name === '_initialize' || name === '_start' || name === 'hs_init';
}

function describe(module: DecodedModule): ModuleInfo {
  const { spaces, imports } = module;
  const exports = module.exports.map((entry) => describeExport(entry, module));
  const [memory] = module.memories;
  return {
    size: module.bytes.length,
    functions: spaces.functions.length - spaces.importedFunctions,
    imports: imports.map(({ module: from, name }) => ({ module: from, name, kind: 'function' })),
    exports,
    callable: exports
      .filter((entry) => isCallable(entry) && !isRuntimeExport(entry.name))
      .map(({ name }) => name),
    memory: memory && {
      minPages: memory.min,
      ...(memory.max === undefined ? {} : { maxPages: memory.max }),
    },
    usesWasi: imports.some(({ module: from }) => from === WASI_MODULE),
    usesHttp: imports.some(({ name }) => name === 'http_request'),
    usesConfig: imports.some(({ name }) => name === 'config_get'),
    hasStart: module.start !== undefined,
    customSections: module.custom,
  };
}

function describeExport({ name, kind, index }: DecodedExport, module: DecodedModule): ExportInfo {
  if (kind !== 'function') return { name, kind };
  const type: FunctionType | undefined = module.spaces.types[module.spaces.functions[index] ?? -1];
  return { name, kind, params: type?.params ?? [], results: type?.results ?? [] };
}
