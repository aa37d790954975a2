/** Writes modules byte by byte, so that it can write wrong ones. Runs inside a Worker as well. */
export type Bytes = readonly number[];

export const HEADER: Bytes = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
export const I32 = 0x7f;
export const I64 = 0x7e;
export const FUNCREF = 0x70;
/** The type `() -> ()`. */
export const NULLARY: Bytes = [0x60, 0, 0];

export function many<T>(count: number, value: T): T[] {
  return Array.from({ length: count }, () => value);
}

export function u32(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 0x80;
    rest = Math.floor(rest / 0x80);
    bytes.push(rest > 0 ? low | 0x80 : low);
  } while (rest > 0);
  return bytes;
}

function signed(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (;;) {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    if (rest === (low & 0x40 ? -1n : 0n)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

export function ascii(value: string): number[] {
  return [...new TextEncoder().encode(value)];
}

export function text(value: string): number[] {
  const bytes = ascii(value);
  return [...u32(bytes.length), ...bytes];
}

export function section(id: number, contents: Bytes): number[] {
  return [id, ...u32(contents.length), ...contents];
}

/** A section that is a counted list. */
export function list(id: number, entries: readonly Bytes[]): number[] {
  return section(id, [...u32(entries.length), ...entries.flat()]);
}

export function custom(name: string, contents: Bytes = []): number[] {
  return section(0, [...text(name), ...contents]);
}

export function moduleOf(...sections: readonly Bytes[]): Uint8Array {
  return Uint8Array.from([...HEADER, ...sections.flat()]);
}

export type Locals = readonly (readonly [count: number, type: number])[];

/** A function body with its size; the last `end` is added. */
export function body(instructions: Bytes, locals: Locals = []): number[] {
  const groups = [...u32(locals.length), ...locals.flatMap(([n, type]) => [...u32(n), type])];
  const bytes = [...groups, ...instructions, 0x0b];
  return [...u32(bytes.length), ...bytes];
}

/** Instructions, as far as these tests need them. */
export const op = {
  i32: (value: number) => [0x41, ...signed(BigInt(value))],
  i64: (value: bigint | number) => [0x42, ...signed(BigInt.asIntN(64, BigInt(value)))],
  call: (index: number) => [0x10, ...u32(index)],
  callIndirect: (type: number, table = 0) => [0x11, ...u32(type), ...u32(table)],
  tailCall: (index: number) => [0x12, ...u32(index)],
  br: (depth: number) => [0x0c, ...u32(depth)],
  brIf: (depth: number) => [0x0d, ...u32(depth)],
  get: (index: number) => [0x20, ...u32(index)],
  set: (index: number) => [0x21, ...u32(index)],
  tee: (index: number) => [0x22, ...u32(index)],
  getGlobal: (index: number) => [0x23, ...u32(index)],
  setGlobal: (index: number) => [0x24, ...u32(index)],
  load: (offset = 0) => [0x28, 2, ...u32(offset)],
  store: (offset = 0) => [0x36, 2, ...u32(offset)],
  block: (inner: Bytes) => [0x02, 0x40, ...inner, 0x0b],
  loop: (inner: Bytes) => [0x03, 0x40, ...inner, 0x0b],
  if: (inner: Bytes) => [0x04, 0x40, ...inner, 0x0b],
  /** `inner` again and again, for ever. */
  forever: (inner: Bytes) => [0x03, 0x40, ...inner, 0x0c, 0, 0x0b],
  unreachable: [0x00],
  drop: [0x1a],
  memoryGrow: [0x40, 0],
  memoryFill: [0xfc, 11, 0],
  memoryCopy: [0xfc, 10, 0, 0],
  tableFill: [0xfc, 17, 0],
  tableGrow: [0xfc, 15, 0],
  refNull: [0xd0, FUNCREF],
  i32Add: [0x6a],
  i64Add: [0x7c],
} as const;

/** One function `() -> ()` with one of everything that an instruction can name. */
export function functionModule(code: Bytes): Uint8Array {
  return moduleOf(
    list(1, [NULLARY]),
    list(3, [[0]]),
    list(4, [[FUNCREF, 0, 1]]),
    list(5, [[0, 1]]),
    list(6, [[I32, 1, 0x41, 0, 0x0b]]),
    list(9, [[1, 0, 0]]),
    section(12, [1]),
    list(10, [code]),
    list(11, [[1, 0]]),
  );
}
