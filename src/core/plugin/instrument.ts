/**
 * Puts a fuel counter into a module. V8 has none, and no timer fires while a guest spins, so this is
 * what bounds a guest's CPU.
 *
 * F1. The counter is the module's last global: no index that the module itself holds reaches it.
 * F2. Below zero it traps, at the next loop head, sized operation or entry of a function, small ones that
 *     call nothing left out; it never wraps.
 * F3. Whoever else sees the counter sees what is left. A function may hold it in a local meanwhile, and a
 *     trap that is not about fuel leaves it as it was seen last.
 */
import type { Result } from '../errors.ts';
import { assembleModule } from './assemble.ts';
import type { ByteWriter } from './byte-writer.ts';
import { byteWriter, writeBytes, writeU32, writtenBytes } from './byte-writer.ts';
import { instructionCost } from './cost.ts';
import type { DecodedModule } from './decode.ts';
import { decodeModule } from './decode.ts';
import type { BodyVisitor, IndexSpaces } from './decode-body.ts';
import type { ModuleFault } from './fault.ts';
import { catchFault, refuse } from './fault.ts';
import { OP } from './opcodes.ts';
import { isBeyondReach, stateExports } from './rewinding.ts';
import { SECTION } from './sections.ts';
import { isBetterHeld } from './holding.ts';
import { mergeSegments } from './merge-segments.ts';
import { trackSegments } from './segments.ts';
import type { Outline } from './segments.ts';
import type { Held, SizedAt } from './splice.ts';
import { spliceBody } from './splice.ts';
import { blockTypeOf } from './types.ts';
import type { FunctionType } from './types.ts';

export interface InstrumentOptions {
  /** Name of the exported global that holds the fuel left, a mutable i64. */
  readonly fuelExport: string;
  /** Fuel for what runs before the host sets the global: the start function. */
  readonly startFuel: bigint;
  /** False counts exactly, at every place, and is slower to run. Default true. */
  readonly merge?: boolean;
  /** False takes it from the global everywhere, which is right after a trap too, and slower to run. Default `merge`. */
  readonly hold?: boolean;
}

export interface InstrumentReport {
  readonly functions: number;
  readonly instructions: number;
  readonly loops: number;
  /** Places where fuel is taken. */
  readonly charges: number;
  /** Of these, where it is looked at. */
  readonly checks: number;
  /** Places where fuel is taken by the size of an operation. */
  readonly sized: number;
  /** Bytes. */
  readonly sizeBefore: number;
  /** Bytes. */
  readonly sizeAfter: number;
}

/** The module must be valid for its engine already; what comes out is valid again. */
export function instrumentModule(
  bytes: Uint8Array,
  options: InstrumentOptions,
): Result<{ readonly wasm: Uint8Array; readonly report: InstrumentReport }, ModuleFault> {
  const { fuelExport, startFuel, merge = true, hold = merge } = options;
  if (BigInt.asIntN(64, startFuel) !== startFuel) {
    throw new RangeError(
      `Cannot instrument module: "startFuel" must be an i64: current value is ${startFuel}`,
    );
  }
  return catchFault(() => {
    const bodies = bodyRewriter(bytes, { merge, hold });
    const module = decodeModule(bytes, bodies.visit);
    checkFuelExport(module, fuelExport);
    const { spaces } = module;
    const wasm = assembleModule(module, {
      bodies: writtenBytes(bodies.out),
      fuelGlobal: spaces.globals,
      fuelExport,
      startFuel,
      needsChargeFunctions: bodies.counts.sized > 0,
      stateExports: stateExports(module, {
        fuel: spaces.globals,
        isWithinReach: bodies.isWithinReach(),
      }),
    });
    const functions = spaces.functions.length - spaces.importedFunctions;
    const sizes = { sizeBefore: bytes.length, sizeAfter: wasm.length };
    return { wasm, report: { functions, ...bodies.counts, ...sizes } };
  });
}

function checkFuelExport(module: DecodedModule, fuelExport: string): void {
  if (!module.exports.some(({ name }) => name === fuelExport)) return;
  const offset = module.sections.get(SECTION.export)?.start ?? 0;
  refuse('reserved_export', `export "${fuelExport}" is reserved`, offset);
}

interface BodyRewriter {
  /** All bodies so far, each with its size before it. */
  readonly out: ByteWriter;
  readonly counts: {
    instructions: number;
    loops: number;
    charges: number;
    checks: number;
    sized: number;
  };
  /** Whether nothing so far changes what the host cannot write back. */
  readonly isWithinReach: () => boolean;
  readonly visit: (spaces: IndexSpaces) => BodyVisitor;
}

function bodyRewriter(
  bytes: Uint8Array,
  { merge, hold }: { merge: boolean; hold: boolean },
): BodyRewriter {
  const out = byteWriter(bytes.length + (bytes.length >> 2));
  const counts = { instructions: 0, loops: 0, charges: 0, checks: 0, sized: 0 };
  const tracker = trackSegments();
  const sized: SizedAt[] = [];
  const scratch = byteWriter(4096);
  let isWithinReach = true;
  let body: Signature = { locals: 0, type: { params: [], results: [] } };

  function rewrite(start: number, end: number, spaces: IndexSpaces): void {
    const outline = tracker.outline();
    const { segments } = outline;
    if (merge) mergeSegments(segments);
    scratch.length = 0;
    const indices = { fuelGlobal: spaces.globals, firstChargeFunction: spaces.functions.length };
    const held = hold ? heldIn(outline, body) : undefined;
    const added = spliceBody(scratch, { bytes, start, end, held }, { segments, sized }, indices);
    counts.charges += added.charges;
    counts.checks += added.checks;
    counts.sized += added.sized;
    writeU32(out, scratch.length);
    writeBytes(out, writtenBytes(scratch));
  }

  return {
    out,
    counts,
    isWithinReach: () => isWithinReach,
    visit: (spaces) => ({
      enter(at, locals, type) {
        sized.length = 0;
        body = { locals, type };
        tracker.enter(at, locals);
      },
      target(depth) {
        tracker.target(depth);
      },
      sized(at, operation) {
        sized.push({ at, operation });
        tracker.sized(at);
      },
      instruction(opcode, operand, next) {
        counts.instructions++;
        if (opcode === OP.loop) counts.loops++;
        if (isBeyondReach(opcode, operand)) isWithinReach = false;
        tracker.instruction(
          opcode,
          instructionCost(opcode, operand, spaces.importedFunctions),
          next,
        );
      },
      leave: (start, end) => rewrite(start, end, spaces),
    }),
  };
}

interface Signature {
  readonly locals: number;
  readonly type: FunctionType;
}

/** Where a function's counter is held while it runs, when that is worth it and can be. */
function heldIn(outline: Outline, { locals, type }: Signature): Held | undefined {
  const { params, results } = type;
  if (!isBetterHeld(outline) || (outline.leavesByBranch && results.length > 1)) return undefined;
  const blockType = outline.leavesByBranch ? blockTypeOf(results[0]) : undefined;
  return { local: params.length + locals, blockType };
}
