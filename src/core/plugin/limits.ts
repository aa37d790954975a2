/** How much of everything one module may hold. */

/**
 * The figures stop what fuel cannot: memory and time of the engine's own compiler, which turns some
 * small valid functions (thousands of if/else diamonds) into gigabytes.
 */
export const LIMITS = {
  /** Bytes. */
  moduleSize: 8 * 1024 * 1024,
  types: 10_000,
  /** Parameters of one type, and results of one type. */
  typeArity: 1_000,
  imports: 200,
  functions: 50_000,
  tables: 8,
  /** Elements. */
  tableSize: 65_536,
  /** Read at most; more than one is refused. */
  memories: 100,
  /** Pages of 64 KiB. */
  memoryPages: 1_024,
  globals: 10_000,
  exports: 2_000,
  elementSegments: 10_000,
  dataSegments: 20_000,
  customSections: 1_000,
  /** Bytes of an import's, an export's or a custom section's name. */
  nameSize: 4_096,
  /** Bytes of one function body. */
  bodySize: 128 * 1024,
  /** Locals of one function, parameters not counted. */
  locals: 512,
  nesting: 2_000,
  /** `block`, `loop` and `if` of one function. */
  blocks: 2_000,
  /** `else` of one function. */
  elses: 512,
  /** `loop` of one function. */
  loops: 500,
  /** `block`, `loop` and `if` of the whole module. */
  moduleBlocks: 100_000,
  moduleLoops: 10_000,
  /**
   * Blocks and branch targets, each times the locals of its function: at every one of them the engine
   * may write out all locals.
   */
  moduleMerges: 30_000_000,
  branchTargets: 65_520,
} as const;

/** Exports with these prefixes are ours: the fuel counter and what may join it. */
export const RESERVED_EXPORT_PREFIXES = ['__fuel', '__composer'] as const;
