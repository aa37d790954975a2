/** The outer shell of a module: its header, and where each section lies. */
import type { Cursor, Range } from './cursor.ts';
import { readByte, readName, readU32, skipBytes } from './cursor.ts';
import { refuse } from './fault.ts';
import { LIMITS } from './limits.ts';

export const SECTION = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
  tag: 13,
} as const;

/** The order in which they must come. It is not the order of their numbers. */
export const SECTION_ORDER: readonly number[] = [
  SECTION.type,
  SECTION.import,
  SECTION.function,
  SECTION.table,
  SECTION.memory,
  SECTION.tag,
  SECTION.global,
  SECTION.export,
  SECTION.start,
  SECTION.element,
  SECTION.dataCount,
  SECTION.code,
  SECTION.data,
];

/** The custom section a module may carry its manifest in. */
export const MANIFEST_SECTION = 'plugin.yaml';

export interface CustomSection {
  readonly name: string;
  /** Of the contents, the name not included. */
  readonly offset: number;
  readonly size: number;
}

export interface Sections {
  /** By section number, custom ones left out. */
  readonly known: ReadonlyMap<number, Range>;
  readonly custom: readonly CustomSection[];
}

const HEADER_SIZE = 8;

export function readSections(bytes: Uint8Array): Sections {
  if (bytes.length > LIMITS.moduleSize) {
    refuse('limit', `${bytes.length} bytes are more than ${LIMITS.moduleSize}`, 0);
  }
  checkHeader(bytes);
  const cursor: Cursor = { bytes, pos: HEADER_SIZE, end: bytes.length };
  const known = new Map<number, Range>();
  const custom: CustomSection[] = [];
  let rank = -1;
  while (cursor.pos < cursor.end) {
    const at = cursor.pos;
    const id = readByte(cursor);
    const size = readU32(cursor);
    const start = cursor.pos;
    skipBytes(cursor, size);
    if (id === SECTION.custom) {
      if (custom.length >= LIMITS.customSections) {
        refuse('limit', `there are more than ${LIMITS.customSections} custom sections`, at);
      }
      custom.push(readCustom(bytes, start, cursor.pos));
      continue;
    }
    rank = checkOrder(id, rank, at);
    known.set(id, { start, end: cursor.pos });
  }
  return { known, custom };
}

function checkHeader(bytes: Uint8Array): void {
  const [a, b, c, d, version, v1, v2, v3] = bytes;
  if (a !== 0 || b !== 0x61 || c !== 0x73 || d !== 0x6d) {
    refuse('not_wasm', 'the bytes do not start with a WebAssembly header', 0);
  }
  if (bytes.length < HEADER_SIZE) refuse('truncated', 'the header is cut off', bytes.length);
  if (v2 === 1 && v3 === 0) {
    refuse('component', 'it is a component, a core module is needed', 4);
  }
  if (version !== 1 || v1 !== 0 || v2 !== 0 || v3 !== 0) {
    refuse('bad_version', `version ${version} is not supported`, 4);
  }
}

/** The section's place in the order; refused when one of its place or a later one came before. */
function checkOrder(id: number, rank: number, at: number): number {
  const place = SECTION_ORDER.indexOf(id);
  if (place === -1) refuse('unknown_section', `section ${id} is not known`, at);
  if (id === SECTION.tag) refuse('unsupported_feature', 'exception handling is not supported', at);
  if (place <= rank) refuse('section_order', `section ${id} is repeated or out of order`, at);
  return place;
}

function readCustom(bytes: Uint8Array, start: number, end: number): CustomSection {
  const cursor: Cursor = { bytes, pos: start, end };
  const name = readName(cursor);
  return { name, offset: cursor.pos, size: end - cursor.pos };
}
