import { describe, expect, it } from 'vitest';
import type { ModuleFault } from '../../../src/core/plugin/inspect.ts';
import { inspectModule } from '../../../src/core/plugin/inspect.ts';
import {
  body,
  custom,
  functionModule,
  HEADER,
  I32,
  list,
  moduleOf,
  NULLARY,
  section,
  text,
  u32,
  wat,
} from '../../support/wasm/module.ts';

function faultOf(bytes: Uint8Array): ModuleFault | undefined {
  const result = inspectModule(bytes);
  return result.ok ? undefined : result.error;
}

const ascii = (value: string) => [...new TextEncoder().encode(value)];
const many = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);
/** Where the first instruction of `functionModule` lies. */
const BODY = 51;
const code = (instructions: readonly number[], locals?: [number, number][]) =>
  functionModule(body(instructions, locals));

type Row = [name: string, bytes: Uint8Array, code: string, offset?: number];

function refuses(rows: readonly Row[]): void {
  it.each(rows)('%s', (_name, bytes, wanted, offset) => {
    const fault = faultOf(bytes);
    expect(fault?.code).toBe(wanted);
    if (offset !== undefined) expect(fault?.offset).toBe(offset);
    expect(fault?.offset).toBeLessThanOrEqual(bytes.length);
  });
}

describe('inspectModule() refuses what is no module', () => {
  refuses([
    ['nothing', new Uint8Array(), 'not_wasm', 0],
    ['HTML', Uint8Array.from(ascii('<!doctype html><html></html>')), 'not_wasm', 0],
    ['gzip', Uint8Array.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]), 'not_wasm', 0],
    ['its text format', Uint8Array.from(ascii('(module)')), 'not_wasm', 0],
    ['ELF', Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0]), 'not_wasm', 0],
    ['half a header', Uint8Array.from([0, 0x61, 0x73, 0x6d, 1]), 'truncated', 5],
    ['a component', Uint8Array.from([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]), 'component', 4],
    ['version 2', Uint8Array.from([0, 0x61, 0x73, 0x6d, 2, 0, 0, 0]), 'bad_version', 4],
    ['version 257', Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 1, 0, 0]), 'bad_version', 4],
    ['more than 8 MiB', new Uint8Array(8 * 1024 * 1024 + 1), 'limit', 0],
  ]);
});

describe('inspectModule() refuses a broken shell', () => {
  const types = list(1, [NULLARY]);
  refuses([
    ['a section that is longer than the file', moduleOf([1, 100, 0]), 'truncated', 10],
    ['a section of 4 GiB', moduleOf([1, 0xff, 0xff, 0xff, 0xff, 0x0f, 0]), 'truncated'],
    ['a section without a size', moduleOf([1]), 'truncated', 9],
    ['two type sections', moduleOf(types, types), 'section_order', 14],
    ['functions before types', moduleOf(list(3, []), types), 'section_order'],
    ['data before code', moduleOf(list(11, []), list(10, [])), 'section_order'],
    ['a data count behind code', moduleOf(list(10, []), section(12, [0])), 'section_order'],
    ['an unknown section', moduleOf(section(14, [])), 'unknown_section', 8],
    ['section 255', moduleOf(section(255, [])), 'unknown_section', 8],
    ['exception tags', moduleOf(section(13, [0])), 'unsupported_feature', 8],
    ['bytes behind a list', moduleOf(section(1, [0, 0])), 'section_size', 11],
    ['a start section with more in it', moduleOf(types, section(8, [0, 0])), 'bad_index'],
    ['a list that is cut off', moduleOf(section(1, [2, ...NULLARY])), 'truncated'],
    ['a custom section without a name', moduleOf([0, 0]), 'truncated'],
    ['a custom name past its section', moduleOf([0, 2, 5, 0x61], custom('abcdef')), 'truncated'],
    ['a custom name that is not UTF-8', moduleOf([0, 2, 1, 0xff]), 'bad_utf8', 10],
    ['1 001 custom sections', moduleOf(...many(1_001, custom('a'))), 'limit'],
    ['two manifests', moduleOf(custom('plugin.yaml'), custom('plugin.yaml')), 'duplicate_manifest'],
    ['a manifest that is not UTF-8', moduleOf(custom('plugin.yaml', [0xc0, 0x80])), 'bad_utf8'],
  ]);
});

describe('inspectModule() refuses abuse of LEB128', () => {
  const size = (bytes: number[]) => moduleOf([1, ...bytes, ...many(16, 0)]);
  refuses([
    ['six bytes', size([0x81, 0x80, 0x80, 0x80, 0x80, 0]), 'bad_leb', 13],
    ['an endless run', size(many(100, 0x80)), 'bad_leb', 13],
    ['unused bits', size([0x81, 0x80, 0x80, 0x80, 0x10]), 'bad_leb', 13],
    ['an i32 of six bytes', code([0x41, ...many(5, 0x80), 0, 0x1a]), 'bad_leb', BODY + 5],
    ['an i32 with unused bits', code([0x41, 0x80, 0x80, 0x80, 0x80, 0x10, 0x1a]), 'bad_leb'],
    ['an i32 with a wrong sign', code([0x41, 0xff, 0xff, 0xff, 0xff, 0x4f, 0x1a]), 'bad_leb'],
    ['an i64 of eleven bytes', code([0x42, ...many(10, 0x80), 0, 0x1a]), 'bad_leb'],
    ['an i64 with unused bits', code([0x42, ...many(9, 0x80), 2, 0x1a]), 'bad_leb'],
    ['a block type with unused bits', code([2, 0x80, 0x80, 0x80, 0x80, 0x20, 0xb]), 'bad_leb'],
  ]);

  it.each([
    ['zero', [0x80, 0x80, 0x80, 0x80, 0x00]],
    ['the smallest i32', [0x80, 0x80, 0x80, 0x80, 0x78]],
    ['the largest i32', [0xff, 0xff, 0xff, 0xff, 0x07]],
    ['-1', [0xff, 0xff, 0xff, 0xff, 0x7f]],
  ])('accepts %s in its longest form, as an engine does', (_name, bytes) => {
    const module = code([0x41, ...bytes, 0x1a]);
    expect(WebAssembly.validate(module)).toBe(true);
    expect(faultOf(module)).toBeUndefined();
  });
});

describe('inspectModule() refuses demands without measure', () => {
  const limits = (id: number, ...entry: number[]) => moduleOf(list(id, [entry]));
  const count = (id: number, amount: number) => moduleOf(section(id, u32(amount)));
  refuses([
    ['134 million parameters', moduleOf(section(1, [1, 0x60, ...u32(134_217_728)])), 'limit'],
    ['4 G types', count(1, 0xffff_ffff), 'limit', 10],
    ['10 001 types', count(1, 10_001), 'limit'],
    ['201 imports', count(2, 201), 'limit'],
    ['50 001 functions', count(3, 50_001), 'limit'],
    ['9 tables', count(4, 9), 'limit'],
    ['10 001 globals', count(6, 10_001), 'limit'],
    ['2 001 exports', count(7, 2_001), 'limit'],
    ['10 001 element segments', count(9, 10_001), 'limit'],
    ['20 001 data segments', count(12, 20_001), 'limit'],
    ['4 G function bodies', count(10, 0xffff_ffff), 'limit'],
    ['a table of 65 537', limits(4, 0x70, 0, ...u32(65_537)), 'limit'],
    ['a memory of 1 025 pages', limits(5, 0, ...u32(1_025)), 'limit'],
    ['a memory that ends below its start', limits(5, 1, 2, 1), 'bad_limits'],
    ['a memory of unknown kind', limits(5, 8, 1), 'bad_limits'],
    ['4 G locals', code([], [[0xffff_ffff, I32]]), 'limit'],
    ['4 G groups of locals', functionModule([6, ...u32(0xffff_ffff), 0]), 'truncated'],
    ['locals that sum to more than 2^53', code([], many(600, [0xffff_ffff, I32])), 'limit'],
    ['513 locals', code([], [[513, I32]]), 'limit'],
    ['a body of more than 128 KiB', code(many(131_072, 1)), 'limit'],
    ['a body longer than its section', functionModule([100, 0, 0x0b]), 'truncated'],
    ['a name of more than 4 096 bytes', moduleOf(custom('a'.repeat(4_097))), 'limit'],
    ['a branch with 65 521 targets', code([0x0e, ...u32(65_521), ...many(65_522, 0)]), 'limit'],
    ['a branch that announces 4 G targets', code([0x0e, ...u32(0xffff_ffff)]), 'limit'],
    [
      'an element segment of 4 G',
      moduleOf(section(9, [1, 1, 0, ...u32(0xffff_ffff)])),
      'truncated',
    ],
    ['a data segment of 4 G', moduleOf(section(11, [1, 1, ...u32(0xffff_ffff)])), 'truncated'],
  ]);
});

describe('inspectModule() refuses what brings down a compiler', () => {
  const nested = (depth: number) => [...many(depth, [2, 0x40]).flat(), ...many(depth, 0x0b)];
  const diamond = [0x41, 0, 4, 0x40, 1, 5, 1, 0x0b];
  const loop = [3, 0x40, 0x0b];
  const locals: [number, number][] = [[512, I32]];
  const branches = (count: number) => [2, 0x40, ...many(count, [0x41, 0, 0x0d, 0]).flat(), 0x0b];
  const table = (count: number) => [0x41, 0, 0x0e, ...u32(count), ...many(count + 1, 0)];
  const spread = (functions: number, each: readonly number[], own: [number, number][] = []) =>
    moduleOf(
      list(1, [NULLARY]),
      list(3, many(functions, [0])),
      list(10, many(functions, body(each, own))),
    );
  refuses([
    ['9 400 diamonds in one function', code(many(9_400, diamond).flat()), 'limit'],
    ['513 diamonds', code(many(513, diamond).flat()), 'limit'],
    ['blocks nested 2 001 deep', code(nested(2_001)), 'limit'],
    ['2 001 blocks in a row', code(many(2_001, [2, 0x40, 0x0b]).flat()), 'limit'],
    ['100 050 blocks over 58 functions', spread(58, nested(1_725)), 'limit'],
    ['501 loops', code(many(501, loop).flat()), 'limit'],
    ['10 001 loops over 73 functions', spread(73, many(137, loop).flat()), 'limit'],
    ['30 000 branches among 512 locals, twice', spread(2, branches(30_000), locals), 'limit'],
    ['one table of 65 520 branches among 512 locals', spread(1, table(65_520), locals), 'limit'],
  ]);

  it('accepts as much as the limits allow', () => {
    expect(faultOf(code(many(512, diamond).flat()))).toBeUndefined();
    expect(faultOf(code(nested(1_999)))).toBeUndefined();
    expect(faultOf(spread(50, nested(1_999)))).toBeUndefined();
    expect(faultOf(spread(20, many(500, loop).flat()))).toBeUndefined();
    expect(faultOf(spread(1, branches(30_000), locals))).toBeUndefined();
    expect(faultOf(spread(2, branches(30_000)))).toBeUndefined();
  });
});

describe('inspectModule() refuses unsupported features', () => {
  const type = (...bytes: number[]) => moduleOf(list(1, [bytes]));
  refuses([
    ['two memories', moduleOf(list(5, many(2, [0, 1]))), 'unsupported_feature'],
    ['4 G memories', moduleOf(section(5, u32(0xffff_ffff))), 'limit'],
    ['a shared memory', moduleOf(list(5, [[3, 1, 1]])), 'unsupported_feature'],
    ['a 64-bit memory', moduleOf(list(5, [[4, 1]])), 'unsupported_feature'],
    ['a 64-bit table', moduleOf(list(4, [[0x70, 4, 1]])), 'unsupported_feature'],
    [
      'a table with an initial value',
      moduleOf(list(4, [[0x40, 0, 0x70, 0, 1]])),
      'unsupported_type',
    ],
    ['a struct type', type(0x5f, 0), 'unsupported_feature'],
    ['an array type', type(0x5e, I32, 0), 'unsupported_feature'],
    ['a recursive group', type(0x4e, 1, ...NULLARY), 'unsupported_feature'],
    ['a continuation type', type(0x5d, 0), 'unsupported_type'],
    ['a typed reference', type(0x60, 1, 0x63, 0, 0), 'unsupported_type'],
    ['an exception reference', type(0x60, 1, 0x69, 0), 'unsupported_type'],
    ['"try"', code([0x06, 0x40, 0x0b]), 'unsupported_feature', BODY],
    ['"try_table"', code([0x1f, 0x40, 0, 0x0b]), 'unsupported_feature', BODY],
    ['"throw"', code([0x08, 0]), 'unsupported_feature', BODY],
    ['"call_ref"', code([0x14, 0]), 'unsupported_feature', BODY],
    ['"struct.new"', code([0xfb, 0, 0]), 'unsupported_feature', BODY],
    ['an atomic', code([0xfe, 0, 2, 0]), 'unsupported_feature', BODY],
    ['"cont.new"', code([0xe0, 0]), 'unsupported_feature', BODY],
    ['"memory.discard"', code([0xfc, 18, 0]), 'unsupported_opcode', BODY],
    ['a prefixed opcode of 5 bytes', code([0xfc, ...u32(0xffff_ffff)]), 'unsupported_opcode', BODY],
    ['a vector opcode that is not assigned', code([0xfd, 0x9a, 1]), 'unsupported_opcode', BODY],
    ['a vector opcode past the last', code([0xfd, 0x94, 2]), 'unsupported_opcode', BODY],
    ['an asm.js opcode', code([0xc7]), 'unsupported_opcode', BODY],
    ['a tag export', moduleOf(list(7, [[...text('a'), 4, 0]])), 'unsupported_feature'],
  ]);
});

describe('inspectModule() refuses what hides instructions from a weaker decoder', () => {
  refuses([
    ['a memory index in a memarg', code([0x41, 0, 0x28, 0x42, 0, 0, 0x1a]), 'unsupported_feature'],
    ['one in a vector memarg', code([0x41, 0, 0xfd, 0, 0x44, 0, 0, 0x1a]), 'unsupported_feature'],
    ['one in "memory.size"', code([0x3f, 1, 0x1a]), 'unsupported_feature'],
    ['one in "memory.copy"', code([0xfc, 10, 0, 1]), 'unsupported_feature'],
    ['one in "memory.fill"', code([0xfc, 11, 1]), 'unsupported_feature'],
    ['one in "memory.init"', code([0xfc, 8, 0, 1]), 'unsupported_feature'],
    [
      'one in a data segment',
      moduleOf(section(11, [1, 2, 1, 0x41, 0, 0x0b, 0])),
      'unsupported_feature',
    ],
    ['an alignment of 2^5', code([0x41, 0, 0x28, 5, 0, 0x1a]), 'bad_memarg'],
    ['bytes behind the last end', functionModule([4, 0, 0x0b, 0x03, 0x40]), 'body_size'],
    ['a body without its end', functionModule([2, 0, 1]), 'truncated'],
    ['a body that ends inside a number', functionModule([3, 0, 0x41, 0x80]), 'truncated'],
    ['an empty body', functionModule([0]), 'truncated'],
  ]);

  it('reads a table index of several bytes as one number', () => {
    // call_indirect (type 0) (table 0, padded), then drop's opcode stays an opcode.
    const module = code([0x41, 0, 0x11, 0, 0x80, 0x80, 0x00]);
    expect(WebAssembly.validate(module)).toBe(true);
    expect(faultOf(module)).toBeUndefined();
    expect(faultOf(code([0x41, 0, 0x11, 0, 0x81, 0x80, 0x00]))?.code).toBe('bad_index');
  });
});

describe('inspectModule() refuses indices of nothing', () => {
  refuses([
    ['a type of a function', moduleOf(list(3, [[0]])), 'bad_index'],
    ['a start function', moduleOf(section(8, [0])), 'bad_index'],
    ['an exported function', moduleOf(list(7, [[...text('a'), 0, 0]])), 'bad_index'],
    ['an exported memory', moduleOf(list(7, [[...text('a'), 2, 0]])), 'bad_index'],
    ['a called function', code([0x10, 1]), 'bad_index', BODY + 1],
    ['a tail-called function', code([0x12, 1]), 'bad_index'],
    ['a type of an indirect call', code([0x41, 0, 0x11, 1, 0]), 'bad_index'],
    ['a block type', code([2, 1, 0x0b]), 'bad_index'],
    ['a negative block type', code([2, 0x50, 0x0b]), 'unsupported_type'],
    ['a local', code([0x20, 0, 0x1a]), 'bad_index'],
    ['a global: the one that will hold the fuel', code([0x23, 1, 0x1a]), 'bad_index'],
    ['a global to be set', code([0x41, 0, 0x24, 1]), 'bad_index'],
    ['a table', code([0x41, 0, 0x25, 1, 0x1a]), 'bad_index'],
    ['a function reference', code([0xd2, 1, 0x1a]), 'bad_index'],
    ['a label', code([0x0c, 1]), 'bad_depth'],
    ['a label in a table', code([0x41, 0, 0x0e, 1, 0, 9]), 'bad_depth'],
    ['a data segment', code([0xfc, 9, 1]), 'bad_index'],
    ['an element segment', code([0xfc, 13, 1]), 'bad_index'],
    ['a lane', code([0xfd, 0x15, 16]), 'bad_lane'],
    ['a lane of a shuffle', code([0xfd, 0x0d, ...many(15, 0), 32]), 'bad_lane'],
    ['"else" without "if"', code([5]), 'bad_else'],
    ['"else" after "else"', code([0x41, 0, 4, 0x40, 5, 5, 0x0b]), 'bad_else'],
    ['"select" of two types', code([0x1c, 2, I32, I32]), 'bad_select'],
    ['"ref.null" of no reference', code([0xd0, I32, 0x1a]), 'unsupported_type'],
    ['a later global in a constant', moduleOf(list(6, [[I32, 0, 0x23, 0, 0x0b]])), 'bad_index'],
    [
      'a constant of a later standard',
      moduleOf(list(6, [[I32, 0, 0xfb, 0, 0, 0x0b]])),
      'unsupported_feature',
    ],
    ['a constant that computes', moduleOf(list(6, [[I32, 0, 0x45, 0x0b]])), 'bad_constant'],
    ['a constant without an end', moduleOf(list(6, [[I32, 0, 0x41, 0]])), 'truncated'],
    ['a global of unknown mutability', moduleOf(list(6, [[I32, 2, 0x41, 0, 0x0b]])), 'bad_global'],
    ['a table of an active segment', moduleOf(list(9, [[0, 0x41, 0, 0x0b, 0]])), 'bad_index'],
    ['a function in a segment', moduleOf(list(9, [[1, 0, 1, 0]])), 'bad_index'],
    ['a segment of unknown kind', moduleOf(list(9, [[1, 1, 0]])), 'bad_segment'],
    ['a segment with unknown flags', moduleOf(list(9, [[8, 0, 0]])), 'bad_segment'],
    ['a data segment with unknown flags', moduleOf(list(11, [[3, 0]])), 'bad_segment'],
    ['a memory of a data segment', moduleOf(list(11, [[0, 0x41, 0, 0x0b, 0]])), 'bad_index'],
    [
      'functions without bodies',
      moduleOf(list(1, [NULLARY]), list(3, [[0]])),
      'function_code_mismatch',
    ],
    ['bodies without functions', moduleOf(list(10, [body([])])), 'function_code_mismatch'],
    ['data that was not counted', moduleOf(section(12, [1])), 'data_count_mismatch'],
    [
      'a segment named without a count',
      moduleOf(
        list(1, [NULLARY]),
        list(3, [[0]]),
        list(10, [body([0xfc, 9, 0])]),
        list(11, [[1, 0]]),
      ),
      'data_count_mismatch',
    ],
  ]);
});

describe('inspectModule() holds imports and exports to the rules', () => {
  const imports = (module: string, name: string, ...kind: number[]) =>
    moduleOf(list(1, [NULLARY]), list(2, [[...text(module), ...text(name), ...kind]]));
  const called = (name: string, times = 1) =>
    moduleOf(list(5, [[0, 1]]), list(7, many(times, [...text(name), 2, 0])));
  refuses([
    ['an unknown module', imports('env', 'abort', 0, 0), 'unknown_import', 17],
    ['an unknown function', imports('extism:host/env', 'exec', 0, 0), 'unknown_import'],
    ['a module named as a prototype', imports('__proto__', 'toString', 0, 0), 'unknown_import'],
    [
      'a function named as a prototype',
      imports('extism:host/env', '__proto__', 0, 0),
      'unknown_import',
    ],
    [
      'a function named "constructor"',
      imports('extism:host/env', 'constructor', 0, 0),
      'unknown_import',
    ],
    ['a kernel function of the host', imports('extism:host/env', 'reset', 0, 0), 'unknown_import'],
    ['a look-alike with a NUL', imports('extism:host/env', 'alloc\0', 0, 0), 'unknown_import'],
    ['a function of another type', imports('extism:host/env', 'alloc', 0, 0), 'import_type'],
    ['WASI of another type', imports('wasi_snapshot_preview1', 'fd_write', 0, 0), 'import_type'],
    ['an older WASI', imports('wasi_unstable', 'fd_write', 0, 0), 'unknown_import'],
    ['a table', imports('extism:host/env', 't', 1, 0x70, 0, 1), 'import_kind'],
    ['a memory', imports('extism:host/env', 'memory', 2, 0, 1), 'import_kind'],
    ['a global', imports('extism:host/env', 'g', 3, I32, 0), 'import_kind'],
    ['a tag', imports('extism:host/env', 'e', 4, 0, 0), 'import_kind'],
    ['an import without a type', imports('extism:host/env', 'alloc', 0, 1), 'bad_index'],
    ['the fuel counter as an export', called('__fuel'), 'reserved_export'],
    ['a name beside it', called('__fuel_left'), 'reserved_export'],
    ['our own prefix', called('__composer_x'), 'reserved_export'],
    ['one name twice', called('memory', 2), 'duplicate_export'],
  ]);

  it('accepts exports with the names of properties, as plain names', () => {
    const result = inspectModule(
      wat('(module (func (export "__proto__")) (func (export "then")))'),
    );
    expect(result).toMatchObject({ ok: true, value: { callable: ['then'] } });
  });

  it('keeps a long foreign name out of its message', () => {
    const fault = faultOf(imports('x'.repeat(4_000), '\u202e\n', 0, 0));
    expect(fault?.message.length).toBeLessThan(300);
    expect(fault?.message).not.toContain('\n');
  });
});

it('the header alone is a module', () => {
  expect(faultOf(Uint8Array.from(HEADER))).toBeUndefined();
});
