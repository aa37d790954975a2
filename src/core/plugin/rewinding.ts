/**
 * Which instances can be put back to what they were when they were new, and how a module says so. What
 * an instance holds are its memory, its mutable globals, its tables and which segments it has dropped.
 *
 * R1. A module is marked only when the host can reach all that its code can change.
 */
import type { DecodedModule } from './decode.ts';
import { OP } from './opcodes.ts';

/** Exported by a module whose instances can be rewound. */
export const REWIND_EXPORT = '__composer_rewind';
/** The memory, whether or not the guest exports it itself. */
export const MEMORY_EXPORT = '__composer_memory';
/** With the index behind it, a mutable global. The fuel is one too, under its own name. */
export const GLOBAL_EXPORT = '__composer_global_';

export interface StateExport {
  readonly name: string;
  readonly kind: 'memory' | 'global';
  readonly index: number;
}

/** Writing back more than these would take longer than a new instance. */
const MOST_GLOBALS = 64;
const NUMBERS: ReadonlySet<string> = new Set(['i32', 'i64', 'f32', 'f64']);
/** Behind 0xfc: `data.drop`, `table.init`, `elem.drop`, `table.copy`, `table.grow`, `table.fill`. */
const BULK_BEYOND_REACH: ReadonlySet<number> = new Set([9, 12, 13, 14, 15, 17]);

/** Whether an instruction changes what the host cannot write back: a table, or which segments are there. */
export function isBeyondReach(opcode: number, operand: number): boolean {
  return opcode === OP.tableSet || (opcode === OP.bulkPrefix && BULK_BEYOND_REACH.has(operand));
}

/** What is exported for the host besides the fuel, which is the global `fuel`. */
export function stateExports(
  { memories, globals }: DecodedModule,
  { fuel, isWithinReach }: { readonly fuel: number; readonly isWithinReach: boolean },
): readonly StateExport[] {
  const memory = memories.map(
    (_, index) => ({ name: MEMORY_EXPORT, kind: 'memory', index }) as const,
  );
  const mutable = [...globals.entries()].filter(([, { isMutable }]) => isMutable);
  // Vectors cannot be read from outside, and what a reference leads to has a state of its own.
  const isRewindable =
    isWithinReach &&
    mutable.length <= MOST_GLOBALS &&
    mutable.every(([, { type }]) => NUMBERS.has(type));
  if (!isRewindable) return memory;
  const global = (name: string, index: number) => ({ name, kind: 'global', index }) as const;
  return [
    ...memory,
    global(REWIND_EXPORT, fuel),
    ...mutable.map(([index]) => global(`${GLOBAL_EXPORT}${index}`, index)),
  ];
}
