/**
 * Puts an author's JavaScript into the engine: its text behind the engine's memory, and an export for
 * each of its functions. What comes out is a module like any other, and is treated as such.
 */
import type { ByteWriter } from '../byte-writer.ts';
import {
  byteWriter,
  writeByte,
  writeBytes,
  writeRange,
  writeS32,
  writeU32,
  writtenBytes,
} from '../byte-writer.ts';
import type { Cursor, Range } from '../cursor.ts';
import { readByte, readName, readU32 } from '../cursor.ts';
import type { PluginFunction } from '../manifest-schema.ts';
import { OP } from '../opcodes.ts';
import { readSections, SECTION, SECTION_ORDER } from '../sections.ts';
import { encodeUtf8 } from '../utf8.ts';

/** How input reaches a function, and output leaves it. */
type ContentType = PluginFunction['content_type'];

export interface Script {
  readonly source: string;
  /** Has `import` or `export`; else what it exports is in `module.exports`. */
  readonly isModule: boolean;
  readonly functions: readonly { readonly name: string; readonly contentType: ContentType }[];
}

/** The engine's export behind all of an author's: `(head, head size, source size, index) -> code`. */
export const RUN_EXPORT = '__run';

const HEADER_SIZE = 8;
const PAGE = 65_536;
const I32 = 0x7f;
/** `() -> i32` */
const EXPORT_TYPE = [0x60, 0, 1, I32];
const EXPORT_FUNCTION = 0;
const EXPORT_MEMORY = 2;

export function packScript(engine: Uint8Array, script: Script): Uint8Array {
  const { known } = readSections(engine);
  const parts = { engine, known };
  const text = textOf(script);
  const pages = readMemory(parts).min;
  const place = { ...text, at: pages * PAGE };
  const out = byteWriter(engine.length + text.bytes.length + 4_096);
  writeRange(out, engine, { start: 0, end: HEADER_SIZE });
  for (const id of SECTION_ORDER) {
    const contents = sectionOf(id, parts, { script, place });
    if (contents === undefined) continue;
    writeByte(out, id);
    writeU32(out, contents.length);
    writeBytes(out, writtenBytes(contents));
  }
  return writtenBytes(out);
}

interface Parts {
  readonly engine: Uint8Array;
  readonly known: ReadonlyMap<number, Range>;
}

interface Text {
  readonly bytes: Uint8Array;
  readonly headSize: number;
  readonly sourceSize: number;
}

interface Addition {
  readonly script: Script;
  readonly place: Text & { readonly at: number };
}

/** What prelude.js reads first, then the author's text and a nought, at which the engine stops. */
function textOf({ source, isModule, functions }: Script): Text {
  const head = encodeUtf8(
    JSON.stringify({
      isModule,
      functions: functions.map(({ name, contentType }) => [name, contentType]),
    }),
  );
  const body = encodeUtf8(source);
  const bytes = new Uint8Array(head.length + body.length + 1);
  bytes.set(head);
  bytes.set(body, head.length);
  return { bytes, headSize: head.length, sourceSize: body.length };
}

function sectionOf(id: number, parts: Parts, addition: Addition): ByteWriter | undefined {
  const { functions } = addition.script;
  switch (id) {
    case SECTION.type:
      return longer(id, parts, [EXPORT_TYPE]);
    case SECTION.function: {
      const type = leb(countIn(SECTION.type, parts));
      return longer(
        id,
        parts,
        functions.map(() => type),
      );
    }
    case SECTION.memory:
      return memorySection(parts, addition.place);
    case SECTION.export:
      return exportSection(parts, addition);
    case SECTION.dataCount:
      return dataCount(parts);
    case SECTION.code: {
      const run = runIndex(parts);
      return longer(
        id,
        parts,
        functions.map((_, index) => body(run, index, addition.place)),
      );
    }
    case SECTION.data:
      return longer(id, parts, [dataSegment(addition.place)]);
    default:
  }
  const range = parts.known.get(id);
  if (range === undefined) return undefined;
  const copy = byteWriter(range.end - range.start);
  writeRange(copy, parts.engine, range);
  return copy;
}

/** The section's list with more entries at its end: no index of the engine's own moves. */
function longer(id: number, parts: Parts, entries: readonly ArrayLike<number>[]): ByteWriter {
  const cursor = cursorOf(id, parts);
  const count = readU32(cursor);
  const out = byteWriter(cursor.end - cursor.pos + 4_096);
  writeU32(out, count + entries.length);
  writeRange(out, parts.engine, { start: cursor.pos, end: cursor.end });
  for (const entry of entries) writeBytes(out, entry);
  return out;
}

function memorySection(parts: Parts, { bytes }: Text): ByteWriter {
  const { min, max } = readMemory(parts);
  const out = byteWriter(16);
  writeBytes(out, [1, max === undefined ? 0 : 1]);
  writeU32(out, min + Math.ceil(bytes.length / PAGE));
  if (max !== undefined) writeU32(out, max);
  return out;
}

function exportSection(parts: Parts, { script: { functions } }: Addition): ByteWriter {
  const out = byteWriter(1_024);
  writeU32(out, functions.length + 1);
  writeExport(out, 'memory', EXPORT_MEMORY, 0);
  const first = countIn(SECTION.import, parts) + countIn(SECTION.function, parts);
  functions.forEach(({ name }, index) => writeExport(out, name, EXPORT_FUNCTION, first + index));
  return out;
}

function writeExport(out: ByteWriter, name: string, kind: number, index: number): void {
  const bytes = encodeUtf8(name);
  writeU32(out, bytes.length);
  writeBytes(out, bytes);
  writeByte(out, kind);
  writeU32(out, index);
}

function dataCount(parts: Parts): ByteWriter {
  const out = byteWriter(5);
  writeU32(out, countIn(SECTION.dataCount, parts) + 1);
  return out;
}

/** `run(head, head size, source size, index)` */
function body(run: number, index: number, { at, headSize, sourceSize }: Addition['place']) {
  const code = byteWriter(40);
  const noLocals = 0;
  writeByte(code, noLocals);
  for (const value of [at, headSize, sourceSize, index]) writeConstant(code, value);
  writeByte(code, OP.call);
  writeU32(code, run);
  writeByte(code, OP.end);
  const out = byteWriter(48);
  writeU32(out, code.length);
  writeBytes(out, writtenBytes(code));
  return writtenBytes(out);
}

function dataSegment({ at, bytes }: Addition['place']): Uint8Array {
  const active = 0;
  const out = byteWriter(bytes.length + 16);
  writeByte(out, active);
  writeConstant(out, at);
  writeByte(out, OP.end);
  writeU32(out, bytes.length);
  writeBytes(out, bytes);
  return writtenBytes(out);
}

function writeConstant(out: ByteWriter, value: number): void {
  writeByte(out, OP.i32Const);
  writeS32(out, value);
}

function leb(value: number): Uint8Array {
  const out = byteWriter(5);
  writeU32(out, value);
  return writtenBytes(out);
}

function countIn(id: number, parts: Parts): number {
  return readU32(cursorOf(id, parts));
}

function readMemory(parts: Parts): { readonly min: number; readonly max: number | undefined } {
  const cursor = cursorOf(SECTION.memory, parts);
  readU32(cursor);
  const hasMax = readByte(cursor) === 1;
  const min = readU32(cursor);
  return { min, max: hasMax ? readU32(cursor) : undefined };
}

function runIndex(parts: Parts): number {
  const cursor = cursorOf(SECTION.export, parts);
  for (let left = readU32(cursor); left > 0; left -= 1) {
    const name = readName(cursor);
    readByte(cursor);
    const index = readU32(cursor);
    if (name === RUN_EXPORT) return index;
  }
  throw new Error(`The engine exports no "${RUN_EXPORT}"`);
}

function cursorOf(id: number, { engine, known }: Parts): Cursor {
  const range = known.get(id);
  if (range === undefined) throw new Error(`The engine has no section ${id}`);
  return { bytes: engine, pos: range.start, end: range.end };
}
