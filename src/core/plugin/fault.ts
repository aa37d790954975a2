/** Why a module is refused, and the one way a decoder stops. */
import type { Result } from '../errors.ts';

export interface ModuleFault {
  readonly code: ModuleFaultCode;
  readonly message: string;
  /** Byte offset into the module. */
  readonly offset: number;
}

/** Every code a refused module can carry. `docs/reference/errors.md` may list them as they stand. */
export const MODULE_FAULTS = [
  'not_wasm',
  'component',
  'bad_version',
  'truncated',
  'bad_leb',
  'unknown_section',
  'section_order',
  'section_size',
  'body_size',
  'function_code_mismatch',
  'data_count_mismatch',
  'unsupported_opcode',
  'unsupported_feature',
  'unsupported_type',
  'bad_memarg',
  'bad_limits',
  'bad_global',
  'bad_select',
  'bad_else',
  'bad_depth',
  'bad_index',
  'bad_lane',
  'bad_constant',
  'bad_segment',
  'bad_utf8',
  'limit',
  'unknown_import',
  'import_kind',
  'import_type',
  'reserved_export',
  'duplicate_export',
  'duplicate_manifest',
] as const;
export type ModuleFaultCode = (typeof MODULE_FAULTS)[number];

class DecodeError extends Error {
  readonly fault: ModuleFault;

  constructor(fault: ModuleFault) {
    super(fault.message);
    this.name = 'DecodeError';
    this.fault = fault;
  }
}

/** Stops the decoder. Caught by `catchFault` alone, so it never leaves this folder. */
export function refuse(code: ModuleFaultCode, detail: string, offset: number): never {
  throw new DecodeError({ code, message: `Cannot accept module: ${detail}`, offset });
}

export function catchFault<T>(work: () => T): Result<T, ModuleFault> {
  try {
    return { ok: true, value: work() };
  } catch (error) {
    if (error instanceof DecodeError) return { ok: false, error: error.fault };
    throw error;
  }
}
