/** What one call may take of the host: at most this, and less for a plugin that asks for or is granted less. */
import { CALL_FUEL } from '../../core/plugin/fuel.ts';
import { CALL_CEILINGS } from '../../core/plugin/ceilings.ts';
import type { CallLimits } from '../../core/plugin/asks.ts';

export const CALL_LIMITS = {
  /** Bytes. */
  input: 4 * 1024 * 1024,
  /** Bytes. */
  output: 1024 * 1024,
  /** Bytes of live blocks, each counted with `blockOverhead`. */
  hostMemory: 16 * 1024 * 1024,
  blockOverhead: 64,
  /** Blocks alive at a time. */
  blocks: 10_000,
  /** Blocks ever made: freed ones are not used again, so that a stale pointer is found out. */
  allocations: 1024 * 1024,
  logLines: 200,
  /** Characters of all log lines, as they are shown. */
  logText: 64 * 1024,
  /** Bytes of `error_set`; the rest is cut off. */
  errorBytes: 8 * 1024,
  variables: 64,
  /** Bytes of all variables, names included. */
  variableBytes: 1024 * 1024,
  /** Bytes of a variable's or a setting's name. */
  keyBytes: 256,
} as const;

export interface Limits {
  readonly input: number;
  readonly output: number;
  readonly hostMemory: number;
  readonly logLines: number;
  readonly logText: number;
  readonly variables: number;
  readonly variableBytes: number;
  /** Units. */
  readonly fuel: number;
  /** Of the guest's own memory, 64 KiB each. */
  readonly memoryPages: number;
  readonly httpRequests: number;
}

export function limitsOf(asked: CallLimits = {}): Limits {
  const least = (ceiling: number, wanted: number | undefined) =>
    wanted === undefined ? ceiling : Math.min(ceiling, wanted);
  return {
    input: least(CALL_LIMITS.input, asked.input_bytes),
    output: least(CALL_LIMITS.output, asked.output_bytes),
    hostMemory: least(CALL_LIMITS.hostMemory, asked.host_memory_bytes),
    logLines: least(CALL_LIMITS.logLines, asked.log_lines),
    logText: least(CALL_LIMITS.logText, asked.log_bytes),
    variables: least(CALL_LIMITS.variables, asked.variables),
    variableBytes: least(CALL_LIMITS.variableBytes, asked.variable_bytes),
    fuel: least(Number(CALL_FUEL), asked.fuel),
    memoryPages: least(CALL_CEILINGS.memory_pages, asked.memory_pages),
    httpRequests: least(CALL_CEILINGS.http_requests, asked.http_requests),
  };
}

/** Units of fuel that host functions cost: they run outside the guest's own count. */
export const HOST_COST = {
  access: 40,
  call: 200,
  lookup: 500,
  write: 1_000,
  chance: 2_000,
  /** A block's bytes are zeroed and copied: this many of them for one unit. */
  bytesPerUnit: 4,
} as const;

/** Of memory that dead instances may hold in all isolates together, 64 KiB each: 32 MiB. */
export const MAX_DEAD_PAGES = 512;

/** Isolates that were ended and whose heaps may still be there: 2 MiB each, against tens of milliseconds. */
export const MAX_ENDED = 8;

/** A request to this path makes an isolate collect what its calls have left behind. */
export const COLLECT_PATH = '/collect';
/** A request to this path ends an isolate that nobody has called for a while. */
export const RELEASE_PATH = '/release';
