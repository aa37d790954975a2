/** What one call may take of the host, whoever asks. A guest's own memory is bounded by its module. */

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

/** A request to this path ends an isolate that nobody has called for a while. */
export const RELEASE_PATH = '/release';
