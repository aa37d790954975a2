/** Puts an instrumented module together from the old sections and what is added to them. */
import type { ByteWriter } from './byte-writer.ts';
import {
  byteWriter,
  writeByte,
  writeBytes,
  writeRange,
  writeS64,
  writeU32,
  writtenBytes,
} from './byte-writer.ts';
import type { Cursor } from './cursor.ts';
import { readU32 } from './cursor.ts';
import type { DecodedModule } from './decode.ts';
import { LIMITS } from './limits.ts';
import type { StateExport } from './rewinding.ts';
import { SECTION, SECTION_ORDER } from './sections.ts';
import { SIZED_OPERATIONS, writeChargeFunction } from './splice.ts';
import type { SizeLimits } from './types.ts';
import { encodeUtf8 } from './utf8.ts';

export interface Additions {
  /** The bodies, each with its size, as instrumented. */
  readonly bodies: Uint8Array;
  readonly fuelGlobal: number;
  readonly fuelExport: string;
  /** Fuel of what runs before the host can set it: the start function. */
  readonly startFuel: bigint;
  readonly needsChargeFunctions: boolean;
  readonly stateExports: readonly StateExport[];
}

const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const I32 = 0x7f;
const I64 = 0x7e;
/** `(size) -> size` */
const CHARGE_TYPE = [0x60, 1, I32, 1, I32];
const EXPORT_KIND = { memory: 2, global: 3 } as const;
const MUTABLE = 1;

/** Custom sections are left out: nothing that runs reads them. */
export function assembleModule(module: DecodedModule, additions: Additions): Uint8Array {
  const out = byteWriter(module.bytes.length + additions.bodies.length + 256);
  writeBytes(out, HEADER);
  for (const id of SECTION_ORDER) {
    const contents = sectionContents(id, module, additions);
    if (contents === undefined) continue;
    writeByte(out, id);
    writeU32(out, contents.length);
    writeBytes(out, contents);
  }
  return writtenBytes(out);
}

function sectionContents(
  id: number,
  module: DecodedModule,
  additions: Additions,
): Uint8Array | undefined {
  const { needsChargeFunctions } = additions;
  switch (id) {
    case SECTION.type:
      if (needsChargeFunctions) return withEntries(module, id, [writerOf(CHARGE_TYPE)]);
      break;
    case SECTION.function:
      if (needsChargeFunctions) return withEntries(module, id, chargeTypes(module));
      break;
    case SECTION.table:
      return withCeilings(module, id, { entries: module.tables, ceiling: LIMITS.tableSize });
    case SECTION.memory:
      return withCeilings(module, id, { entries: module.memories, ceiling: LIMITS.memoryPages });
    case SECTION.global:
      return withEntries(module, id, [fuelGlobalEntry(additions.startFuel)]);
    case SECTION.export:
      return withEntries(module, id, exportEntries(additions));
    case SECTION.code:
      return codeContents(module, additions);
    default:
  }
  const range = module.sections.get(id);
  return range && module.bytes.subarray(range.start, range.end);
}

/** The section's list with more entries at its end. */
function withEntries(
  module: DecodedModule,
  id: number,
  entries: readonly ByteWriter[],
): Uint8Array {
  const range = module.sections.get(id);
  const cursor: Cursor = {
    bytes: module.bytes,
    pos: range?.start ?? 0,
    end: range?.end ?? 0,
  };
  const count = range === undefined ? 0 : readU32(cursor);
  const out = byteWriter(cursor.end - cursor.pos + 64);
  writeU32(out, count + entries.length);
  writeRange(out, module.bytes, { start: cursor.pos, end: cursor.end });
  for (const entry of entries) writeBytes(out, writtenBytes(entry));
  return writtenBytes(out);
}

/** Every entry gets a maximum, none above the ceiling. */
function withCeilings(
  module: DecodedModule,
  id: number,
  { entries, ceiling }: { entries: readonly SizeLimits[]; ceiling: number },
): Uint8Array | undefined {
  const range = module.sections.get(id);
  if (range === undefined) return undefined;
  const out = byteWriter(range.end - range.start + 10 * entries.length);
  let copied = range.start;
  for (const { start, end, min, max } of entries) {
    writeRange(out, module.bytes, { start: copied, end: start });
    writeByte(out, 1);
    writeU32(out, min);
    writeU32(out, Math.min(max ?? ceiling, ceiling));
    copied = end;
  }
  writeRange(out, module.bytes, { start: copied, end: range.end });
  return writtenBytes(out);
}

function codeContents(module: DecodedModule, additions: Additions): Uint8Array | undefined {
  const { bodies, fuelGlobal, needsChargeFunctions } = additions;
  const own = module.spaces.functions.length - module.spaces.importedFunctions;
  if (!module.sections.has(SECTION.code) && !needsChargeFunctions) return undefined;
  const out = byteWriter(bodies.length + 256);
  const added = needsChargeFunctions ? SIZED_OPERATIONS : [];
  writeU32(out, own + added.length);
  writeBytes(out, bodies);
  for (const operation of added) {
    const body = byteWriter(64);
    writeChargeFunction(body, operation, fuelGlobal);
    writeU32(out, body.length);
    writeBytes(out, writtenBytes(body));
  }
  return writtenBytes(out);
}

function chargeTypes(module: DecodedModule): readonly ByteWriter[] {
  return SIZED_OPERATIONS.map(() => indexEntry(module.spaces.types.length));
}

function writerOf(bytes: readonly number[]): ByteWriter {
  return { bytes: Uint8Array.from(bytes), length: bytes.length };
}

function indexEntry(index: number): ByteWriter {
  const entry = byteWriter(5);
  writeU32(entry, index);
  return entry;
}

function fuelGlobalEntry(startFuel: bigint): ByteWriter {
  const I64_CONST = 0x42;
  const END = 0x0b;
  const entry = byteWriter(16);
  writeBytes(entry, [I64, MUTABLE, I64_CONST]);
  writeS64(entry, startFuel);
  writeByte(entry, END);
  return entry;
}

function exportEntries({ fuelExport, fuelGlobal, stateExports }: Additions): ByteWriter[] {
  const fuel = { name: fuelExport, kind: 'global', index: fuelGlobal } as const;
  return [fuel, ...stateExports].map(exportEntry);
}

function exportEntry({ name, kind, index }: StateExport): ByteWriter {
  const text = encodeUtf8(name);
  const entry = byteWriter(text.length + 16);
  writeU32(entry, text.length);
  writeBytes(entry, text);
  writeByte(entry, EXPORT_KIND[kind]);
  writeU32(entry, index);
  return entry;
}
