/** Builds modules for tests: from text through wabt, and byte by byte for what no assembler writes. */
import wabtInit from 'wabt';

const wabt = await wabtInit();

const FEATURES = {
  simd: true,
  bulk_memory: true,
  reference_types: true,
  sign_extension: true,
  sat_float_to_int: true,
  mutable_globals: true,
  multi_value: true,
  tail_call: true,
  extended_const: true,
  relaxed_simd: true,
};

/** Assembles text. `features` turns on what products refuse. */
export function wat(text: string, features: { readonly [name: string]: boolean } = {}): Uint8Array {
  const module = wabt.parseWat('test.wat', text, { ...FEATURES, ...features });
  try {
    return new Uint8Array(module.toBinary({ write_debug_names: false }).buffer);
  } finally {
    module.destroy();
  }
}

export const HEADER: readonly number[] = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

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

export function text(value: string): number[] {
  const bytes = new TextEncoder().encode(value);
  return [...u32(bytes.length), ...bytes];
}

export function section(id: number, contents: readonly number[]): number[] {
  return [id, ...u32(contents.length), ...contents];
}

/** A counted list of entries as a section. */
export function list(id: number, entries: readonly (readonly number[])[]): number[] {
  return section(id, [...u32(entries.length), ...entries.flat()]);
}

export function custom(name: string, contents: readonly number[] = []): number[] {
  return section(0, [...text(name), ...contents]);
}

export function moduleOf(...sections: readonly (readonly number[])[]): Uint8Array {
  return Uint8Array.from([...HEADER, ...sections.flat()]);
}

/** A code section entry: local declarations, then instructions without the last `end`. */
export function body(
  instructions: readonly number[],
  locals: readonly (readonly [count: number, type: number])[] = [],
): number[] {
  const groups = [...u32(locals.length), ...locals.flatMap(([n, type]) => [...u32(n), type])];
  const bytes = [...groups, ...instructions, 0x0b];
  return [...u32(bytes.length), ...bytes];
}

export const I32 = 0x7f;
export const NULLARY: readonly number[] = [0x60, 0, 0];

/** One function of type `() -> ()`, with one memory, one table, one mutable global and one passive segment of each kind. */
export function functionModule(code: readonly number[]): Uint8Array {
  return moduleOf(
    list(1, [NULLARY]),
    list(3, [[0]]),
    list(4, [[0x70, 0, 1]]),
    list(5, [[0, 1]]),
    list(6, [[I32, 1, 0x41, 0, 0x0b]]),
    list(9, [[1, 0, 0]]),
    section(12, [1]),
    list(10, [code]),
    list(11, [[1, 0]]),
  );
}
