/** Strict decoding of a whole module: every byte is read, nothing is guessed. */
import type { Cursor, Range } from './cursor.ts';
import { readByte, readCount, readIndex, readName } from './cursor.ts';
import type { BodyVisitor, IndexSpaces } from './decode-body.ts';
import { decodeBodies } from './decode-body.ts';
import { decodeConstant, decodeData, decodeElement } from './decode-segments.ts';
import { refuse } from './fault.ts';
import { checkImport } from './imports.ts';
import { LIMITS, RESERVED_EXPORT_PREFIXES } from './limits.ts';
import type { CustomSection, Sections } from './sections.ts';
import { MANIFEST_SECTION, readSections, SECTION } from './sections.ts';
import type { FunctionType, GlobalType, SizeLimits, ValueType } from './types.ts';
import { hex, readReferenceType, readSizeLimits, readValueType } from './types.ts';
import { findUtf8 } from './utf8.ts';

export type ExportKind = 'function' | 'table' | 'memory' | 'global';

export interface DecodedExport {
  readonly name: string;
  readonly kind: ExportKind;
  readonly index: number;
}

export interface DecodedImport {
  readonly module: string;
  readonly name: string;
}

export interface DecodedModule {
  readonly bytes: Uint8Array;
  readonly sections: ReadonlyMap<number, Range>;
  readonly custom: readonly CustomSection[];
  readonly spaces: IndexSpaces;
  readonly imports: readonly DecodedImport[];
  readonly exports: readonly DecodedExport[];
  readonly tables: readonly SizeLimits[];
  readonly memories: readonly SizeLimits[];
  readonly globals: readonly GlobalType[];
  readonly start: number | undefined;
}

/** Makes the visitor of function bodies once the module around them is known. */
export type VisitorFactory = (spaces: IndexSpaces) => BodyVisitor;

const FUNCTION_TYPE = 0x60;
const EXPORT_KINDS: readonly ExportKind[] = ['function', 'table', 'memory', 'global'];

export function decodeModule(bytes: Uint8Array, visit?: VisitorFactory): DecodedModule {
  const { known, custom } = readSections(bytes);
  checkManifestSection(bytes, custom);
  const reader = sectionReader(bytes, known);
  const types = reader.list(SECTION.type, LIMITS.types, 'types', decodeType);
  const imported = reader.list(SECTION.import, LIMITS.imports, 'imports', (cursor) =>
    decodeImport(cursor, types),
  );
  const own = reader.list(SECTION.function, LIMITS.functions, 'functions', (cursor) =>
    readIndex(cursor, types.length, 'type'),
  );
  const tables = reader.list(SECTION.table, LIMITS.tables, 'tables', decodeTable);
  // Read before it is refused, so that shared and 64-bit ones are named as what they are.
  const memories = reader.list(SECTION.memory, LIMITS.memories, 'memories', decodeMemory);
  if (memories.length > 1) {
    const at = known.get(SECTION.memory)?.start ?? 0;
    refuse('unsupported_feature', 'more than one memory is not supported', at);
  }
  const functions = [...imported.map(({ type }) => type), ...own];
  const globals = reader.list(SECTION.global, LIMITS.globals, 'globals', (cursor, index) =>
    decodeGlobal(cursor, index, functions.length),
  );
  const before: IndexSpaces = {
    types,
    functions,
    importedFunctions: imported.length,
    tables: tables.length,
    memories: memories.length,
    globals: globals.length,
    elements: 0,
    data: undefined,
  };
  const exports = decodeExports(reader, before);
  const start = reader.one(SECTION.start, (cursor) =>
    readIndex(cursor, functions.length, 'function'),
  );
  const elements = reader.list(
    SECTION.element,
    LIMITS.elementSegments,
    'element segments',
    (cursor) => decodeElement(cursor, before),
  );
  const data = reader.one(SECTION.dataCount, (cursor) =>
    readCount(cursor, LIMITS.dataSegments, 'data segments'),
  );
  const spaces: IndexSpaces = { ...before, elements: elements.length, data };
  decodeCode(reader, spaces, own.length, visit);
  checkData(reader, spaces);
  return {
    bytes,
    sections: known,
    custom,
    spaces,
    imports: imported,
    exports,
    tables,
    memories,
    globals,
    start,
  };
}

interface SectionReader {
  readonly bytes: Uint8Array;
  readonly known: Sections['known'];
  /** A section that is a counted list; absent is empty. */
  list<T>(
    id: number,
    limit: number,
    what: string,
    read: (cursor: Cursor, index: number) => T,
  ): readonly T[];
  /** A section read as one thing, which must use it up. */
  one<T>(id: number, read: (cursor: Cursor) => T): T | undefined;
}

function sectionReader(bytes: Uint8Array, known: Sections['known']): SectionReader {
  function one<T>(id: number, read: (cursor: Cursor) => T): T | undefined {
    const range = known.get(id);
    if (range === undefined) return undefined;
    const cursor: Cursor = { bytes, pos: range.start, end: range.end };
    const value = read(cursor);
    if (cursor.pos !== range.end) {
      refuse('section_size', `section ${id} has bytes behind its end`, cursor.pos);
    }
    return value;
  }
  return {
    bytes,
    known,
    one,
    list: (id, limit, what, read) =>
      one(id, (cursor) => {
        const count = readCount(cursor, limit, what);
        const entries = [];
        for (let i = 0; i < count; i++) entries.push(read(cursor, i));
        return entries;
      }) ?? [],
  };
}

function checkManifestSection(bytes: Uint8Array, custom: readonly CustomSection[]): void {
  const [first, second] = custom.filter(({ name }) => name === MANIFEST_SECTION);
  if (second !== undefined) {
    refuse('duplicate_manifest', `there are two sections "${MANIFEST_SECTION}"`, second.offset);
  }
  if (first === undefined) return;
  if (findUtf8(bytes.subarray(first.offset, first.offset + first.size)) === undefined) {
    refuse('bad_utf8', `section "${MANIFEST_SECTION}" is not UTF-8`, first.offset);
  }
}

function decodeType(cursor: Cursor): FunctionType {
  const form = readByte(cursor);
  if (form !== FUNCTION_TYPE) {
    const at = cursor.pos - 1;
    const isGc = form === 0x5f || form === 0x5e || form === 0x50 || form === 0x4f || form === 0x4e;
    if (isGc) refuse('unsupported_feature', 'garbage collection is not supported', at);
    refuse('unsupported_type', `type form ${hex(form)} is not supported`, at);
  }
  return { params: readTypeList(cursor), results: readTypeList(cursor) };
}

function readTypeList(cursor: Cursor): readonly ValueType[] {
  const count = readCount(cursor, LIMITS.typeArity, 'parameters or results');
  const types: ValueType[] = [];
  for (let i = 0; i < count; i++) types.push(readValueType(cursor));
  return types;
}

function decodeImport(
  cursor: Cursor,
  types: readonly FunctionType[],
): DecodedImport & { readonly type: number } {
  const at = cursor.pos;
  const module = readName(cursor);
  const name = readName(cursor);
  if (readByte(cursor) !== 0) {
    refuse('import_kind', 'only functions can be imported', cursor.pos - 1);
  }
  const type = readIndex(cursor, types.length, 'type');
  checkImport({ module, name }, types[type] ?? { params: [], results: [] }, at);
  return { module, name, type };
}

function decodeTable(cursor: Cursor): SizeLimits {
  readReferenceType(cursor);
  return readSizeLimits(cursor, LIMITS.tableSize, 'table');
}

function decodeMemory(cursor: Cursor): SizeLimits {
  return readSizeLimits(cursor, LIMITS.memoryPages, 'memory');
}

function decodeGlobal(cursor: Cursor, index: number, functions: number): GlobalType {
  const type = readValueType(cursor);
  const mutability = readByte(cursor);
  if (mutability > 1)
    refuse('bad_global', 'a global is neither mutable nor constant', cursor.pos - 1);
  decodeConstant(cursor, { functions, globals: index });
  return { type, isMutable: mutability === 1 };
}

function decodeExports(reader: SectionReader, spaces: IndexSpaces): readonly DecodedExport[] {
  const counts: { readonly [kind in ExportKind]: number } = {
    function: spaces.functions.length,
    table: spaces.tables,
    memory: spaces.memories,
    global: spaces.globals,
  };
  const seen = new Set<string>();
  return reader.list(SECTION.export, LIMITS.exports, 'exports', (cursor) => {
    const at = cursor.pos;
    const name = readName(cursor);
    if (seen.has(name)) refuse('duplicate_export', 'two exports have one name', at);
    seen.add(name);
    if (RESERVED_EXPORT_PREFIXES.some((prefix) => name.startsWith(prefix))) {
      refuse('reserved_export', `export ${JSON.stringify(name.slice(0, 200))} is reserved`, at);
    }
    const kind = EXPORT_KINDS[readByte(cursor)];
    if (kind === undefined) {
      refuse('unsupported_feature', 'an export of this kind is not supported', cursor.pos - 1);
    }
    return { name, kind, index: readIndex(cursor, counts[kind], kind) };
  });
}

function decodeCode(
  reader: SectionReader,
  spaces: IndexSpaces,
  functions: number,
  visit: VisitorFactory | undefined,
): void {
  const at = reader.known.get(SECTION.code)?.start ?? reader.bytes.length;
  const bodies = reader.one(SECTION.code, (cursor) => {
    const count = readCount(cursor, LIMITS.functions, 'function bodies');
    if (count === functions) decodeBodies(cursor, spaces, visit?.(spaces));
    // Whatever is left is then no longer of interest.
    else cursor.pos = cursor.end;
    return count;
  });
  if ((bodies ?? 0) !== functions) {
    const detail = `${functions} functions are declared, ${bodies ?? 0} have bodies`;
    refuse('function_code_mismatch', detail, at);
  }
}

function checkData(reader: SectionReader, spaces: IndexSpaces): void {
  const at = reader.known.get(SECTION.data)?.start ?? reader.bytes.length;
  const segments = reader.list(SECTION.data, LIMITS.dataSegments, 'data segments', (cursor) =>
    decodeData(cursor, spaces),
  );
  if (spaces.data !== undefined && spaces.data !== segments.length) {
    const detail = `${spaces.data} data segments are declared, ${segments.length} follow`;
    refuse('data_count_mismatch', detail, at);
  }
}
