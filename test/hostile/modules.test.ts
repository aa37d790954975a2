/** Uploads that are no plugin, or lie about what they are. */
import { describe } from 'vitest';
import { keepWell, refuses } from '../support/hostile/api.ts';
import type { UploadRow } from '../support/hostile/api.ts';
import { JIT_BOMBS } from '../support/hostile/jit-bombs.ts';
import { plugin } from '../support/hostile/plugin.ts';
import {
  ascii,
  body,
  custom,
  FUNCREF,
  functionModule,
  I32,
  list,
  many,
  moduleOf,
  NULLARY,
  op,
  section,
  text,
  u32,
} from '../support/hostile/wasm.ts';
import type { Bytes, Locals } from '../support/hostile/wasm.ts';

keepWell();

const code = (instructions: Bytes, locals?: Locals) => functionModule(body(instructions, locals));
const whole = plugin({
  imports: ['log_info'],
  run: [...op.i64(0), ...op.call(0)],
  table: [4],
  data: [1, 2, 3],
  start: 2,
  more: [{ type: ':', code: [] }],
});

describe('what is not WebAssembly', () => {
  refuses([
    ['nothing', new Uint8Array(), 'not_wasm'],
    ['one byte', Uint8Array.of(0), 'not_wasm'],
    ['HTML', Uint8Array.from(ascii('<!doctype html><script>alert(1)</script>')), 'not_wasm'],
    ['gzip', Uint8Array.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]), 'not_wasm'],
    ['zip', Uint8Array.from([0x50, 0x4b, 3, 4, 0, 0, 0, 0]), 'not_wasm'],
    ['its text format', Uint8Array.from(ascii('(module (func (export "run")))')), 'not_wasm'],
    ['ELF', Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0]), 'not_wasm'],
    ['JavaScript', Uint8Array.from(ascii('export default { fetch() {} }')), 'not_wasm'],
    [
      'a module behind a byte order mark',
      Uint8Array.from([0xef, 0xbb, 0xbf, ...whole]),
      'not_wasm',
    ],
    ['1 MiB of zeros', () => new Uint8Array(1024 * 1024), 'not_wasm'],
    ['half a header', Uint8Array.from([0, 0x61, 0x73, 0x6d, 1]), 'truncated'],
    ['a component', Uint8Array.from([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]), 'component'],
    ['version 2', Uint8Array.from([0, 0x61, 0x73, 0x6d, 2, 0, 0, 0]), 'bad_version'],
    ['version 2^24', Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 1]), 'bad_version'],
    ['a header alone, which has no function', moduleOf(), 'no_functions'],
  ]);
});

describe('a module that is cut off', () => {
  const cuts: UploadRow[] = [];
  for (let at = 8; at < whole.length;) {
    const id = whole[at] ?? 0;
    const size = whole[at + 1] ?? 0;
    cuts.push(
      [`before the size of section ${id}`, whole.slice(0, at + 1), 'truncated'],
      [`in the middle of section ${id}`, whole.slice(0, at + 2 + (size >> 1)), 'truncated'],
      [`within section ${id}, its size mended`, shortened(at, size - 1), 'truncated'],
      [`behind section ${id}, a byte too long`, lengthened(at, size), 'section_size'],
    );
    at += 2 + size;
  }
  refuses(cuts);

  function shortened(at: number, size: number): Uint8Array {
    return Uint8Array.from([
      ...whole.slice(0, at + 1),
      size,
      ...whole.slice(at + 2, at + 2 + size),
    ]);
  }
  function lengthened(at: number, size: number): Uint8Array {
    const end = at + 2 + size;
    return Uint8Array.from([
      ...whole.slice(0, at + 1),
      size + 1,
      ...whole.slice(at + 2, end),
      0,
      ...whole.slice(end),
    ]);
  }
});

describe('a broken shell', () => {
  const types = list(1, [NULLARY]);
  refuses([
    ['a section of 4 GiB', moduleOf([1, 0xff, 0xff, 0xff, 0xff, 0x0f, 0]), 'truncated'],
    ['a section without a size', moduleOf([1]), 'truncated'],
    ['two type sections', moduleOf(types, types), 'section_order'],
    ['functions before types', moduleOf(list(3, []), types), 'section_order'],
    ['data before code', moduleOf(list(11, []), list(10, [])), 'section_order'],
    ['a data count behind code', moduleOf(list(10, []), section(12, [0])), 'section_order'],
    ['two start sections', moduleOf(section(8, [0]), section(8, [0])), 'section_order'],
    ['an unknown section', moduleOf(section(14, [])), 'unknown_section'],
    ['section 255', moduleOf(section(255, [])), 'unknown_section'],
    ['bytes behind a list', moduleOf(section(1, [0, 0])), 'section_size'],
    ['a custom section without a name', moduleOf([0, 0]), 'truncated'],
    ['a custom name past its section', moduleOf([0, 2, 5, 0x61], custom('abcdef')), 'truncated'],
    ['a custom name that is not UTF-8', moduleOf([0, 2, 1, 0xff]), 'bad_utf8'],
    ['a custom name that is half a pair', moduleOf(section(0, [3, 0xed, 0xa0, 0x80])), 'bad_utf8'],
    ['1 001 custom sections', moduleOf(...many(1_001, custom('a'))), 'limit'],
    ['two manifests', moduleOf(custom('plugin.yaml'), custom('plugin.yaml')), 'duplicate_manifest'],
    ['a manifest that is not UTF-8', moduleOf(custom('plugin.yaml', [0xc0, 0x80])), 'bad_utf8'],
    ['functions without bodies', moduleOf(types, list(3, [[0]])), 'function_code_mismatch'],
    ['bodies without functions', moduleOf(list(10, [body([])])), 'function_code_mismatch'],
    ['data that was not counted', moduleOf(section(12, [1])), 'data_count_mismatch'],
  ]);
});

describe('abuse of LEB128', () => {
  const size = (bytes: Bytes) => moduleOf([1, ...bytes, ...many(16, 0)]);
  refuses([
    ['a size of six bytes', size([0x81, 0x80, 0x80, 0x80, 0x80, 0]), 'bad_leb'],
    ['a size without an end', size(many(100, 0x80)), 'bad_leb'],
    ['a size with unused bits', size([0x81, 0x80, 0x80, 0x80, 0x10]), 'bad_leb'],
    ['an i32 of six bytes', code([0x41, ...many(5, 0x80), 0, 0x1a]), 'bad_leb'],
    ['an i32 with unused bits', code([0x41, 0x80, 0x80, 0x80, 0x80, 0x10, 0x1a]), 'bad_leb'],
    ['an i32 with a wrong sign', code([0x41, 0xff, 0xff, 0xff, 0xff, 0x4f, 0x1a]), 'bad_leb'],
    ['an i64 of eleven bytes', code([0x42, ...many(10, 0x80), 0, 0x1a]), 'bad_leb'],
    ['an i64 with unused bits', code([0x42, ...many(9, 0x80), 2, 0x1a]), 'bad_leb'],
    ['a block type with unused bits', code([2, 0x80, 0x80, 0x80, 0x80, 0x20, 0xb]), 'bad_leb'],
    ['a call of index 2^32 + 0', code([0x10, 0x80, 0x80, 0x80, 0x80, 0x10]), 'bad_leb'],
  ]);
});

describe('demands without measure', () => {
  const limits = (id: number, ...entry: number[]) => moduleOf(list(id, [entry]));
  const count = (id: number, amount: number) => moduleOf(section(id, u32(amount)));
  refuses([
    ['134 million parameters', moduleOf(section(1, [1, 0x60, ...u32(134_217_728)])), 'limit'],
    ['134 million results', moduleOf(section(1, [1, 0x60, 0, ...u32(134_217_728)])), 'limit'],
    ['4 G types', count(1, 0xffff_ffff), 'limit'],
    ['4 G imports', count(2, 0xffff_ffff), 'limit'],
    ['50 001 functions', count(3, 50_001), 'limit'],
    ['9 tables', count(4, 9), 'limit'],
    ['10 001 globals', count(6, 10_001), 'limit'],
    ['2 001 exports', count(7, 2_001), 'limit'],
    ['10 001 element segments', count(9, 10_001), 'limit'],
    ['20 001 data segments', count(12, 20_001), 'limit'],
    ['4 G function bodies', count(10, 0xffff_ffff), 'limit'],
    ['a table of 65 537', limits(4, FUNCREF, 0, ...u32(65_537)), 'limit'],
    ['a table of 4 G', limits(4, FUNCREF, 0, ...u32(0xffff_ffff)), 'limit'],
    ['a memory of 1 025 pages', limits(5, 0, ...u32(1_025)), 'limit'],
    ['a memory of 4 GiB', limits(5, 0, ...u32(65_536)), 'limit'],
    ['a memory that ends below its start', limits(5, 1, 2, 1), 'bad_limits'],
    ['4 G locals', code([], [[0xffff_ffff, I32]]), 'limit'],
    ['4 G groups of locals', functionModule([6, ...u32(0xffff_ffff), 0]), 'truncated'],
    [
      'locals that sum to more than 2^53',
      code([], many(600, [0xffff_ffff, I32] as const)),
      'limit',
    ],
    ['513 locals', code([], [[513, I32]]), 'limit'],
    ['a body of more than 128 KiB', () => code(many(131_072, 1)), 'limit'],
    ['a name of more than 4 096 bytes', moduleOf(custom('a'.repeat(4_097))), 'limit'],
    ['a branch that announces 4 G targets', code([0x0e, ...u32(0xffff_ffff)]), 'limit'],
    [
      'an element segment of 4 G',
      moduleOf(section(9, [1, 1, 0, ...u32(0xffff_ffff)])),
      'truncated',
    ],
    ['a data segment of 4 G', moduleOf(section(11, [1, 1, ...u32(0xffff_ffff)])), 'truncated'],
  ]);
});

describe('what brings down a compiler', () => refuses(JIT_BOMBS));

describe('features that are not supported', () => {
  const type = (...bytes: number[]) => moduleOf(list(1, [bytes]));
  const features: readonly UploadRow[] = [
    ['two memories', moduleOf(list(5, many(2, [0, 1]))), 'unsupported_feature'],
    ['a shared memory', moduleOf(list(5, [[3, 1, 1]])), 'unsupported_feature'],
    ['a 64-bit memory', moduleOf(list(5, [[4, 1]])), 'unsupported_feature'],
    ['a 64-bit table', moduleOf(list(4, [[FUNCREF, 4, 1]])), 'unsupported_feature'],
    [
      'a table with an initial value',
      moduleOf(list(4, [[0x40, 0, FUNCREF, 0, 1]])),
      'unsupported_type',
    ],
    ['exception tags', moduleOf(section(13, [0])), 'unsupported_feature'],
    ['a tag export', moduleOf(list(7, [[...text('a'), 4, 0]])), 'unsupported_feature'],
    ['a struct type', type(0x5f, 0), 'unsupported_feature'],
    ['an array type', type(0x5e, I32, 0), 'unsupported_feature'],
    ['a recursive group', type(0x4e, 1, ...NULLARY), 'unsupported_feature'],
    ['a continuation type', type(0x5d, 0), 'unsupported_type'],
    ['a typed reference', type(0x60, 1, 0x63, 0, 0), 'unsupported_type'],
    ['an exception reference', type(0x60, 1, 0x69, 0), 'unsupported_type'],
    ['a string reference', type(0x60, 1, 0x67, 0), 'unsupported_type'],
    ['"try"', code([0x06, 0x40, 0x0b]), 'unsupported_feature'],
    ['"catch_all"', code([0x19]), 'unsupported_feature'],
    ['"try_table"', code([0x1f, 0x40, 0, 0x0b]), 'unsupported_feature'],
    ['"throw"', code([0x08, 0]), 'unsupported_feature'],
    ['"rethrow"', code([0x09, 0]), 'unsupported_feature'],
    ['"delegate"', code([0x18, 0]), 'unsupported_feature'],
    ['"call_ref"', code([0x14, 0]), 'unsupported_feature'],
    ['"return_call_ref"', code([0x15, 0]), 'unsupported_feature'],
    ['"struct.new"', code([0xfb, 0, 0]), 'unsupported_feature'],
    ['an atomic', code([0xfe, 0, 2, 0]), 'unsupported_feature'],
    ['"cont.new"', code([0xe0, 0]), 'unsupported_feature'],
    ['"memory.discard"', code([0xfc, 18, 0]), 'unsupported_opcode'],
    ['a prefixed opcode of 5 bytes', code([0xfc, ...u32(0xffff_ffff)]), 'unsupported_opcode'],
    ['a vector opcode that is not assigned', code([0xfd, 0x9a, 1]), 'unsupported_opcode'],
    ['an asm.js opcode', code([0xc7]), 'unsupported_opcode'],
    ['opcode 0xff', code([0xff]), 'unsupported_opcode'],
  ];
  refuses(features);
});

describe('what hides instructions, or the fuel counter', () => {
  refuses([
    ['a memory index in a memarg', code([0x41, 0, 0x28, 0x42, 0, 0, 0x1a]), 'unsupported_feature'],
    ['one in a vector memarg', code([0x41, 0, 0xfd, 0, 0x44, 0, 0, 0x1a]), 'unsupported_feature'],
    ['one in "memory.size"', code([0x3f, 1, 0x1a]), 'unsupported_feature'],
    ['one in "memory.copy"', code([0xfc, 10, 0, 1]), 'unsupported_feature'],
    [
      'one in a data segment',
      moduleOf(section(11, [1, 2, 1, 0x41, 0, 0x0b, 0])),
      'unsupported_feature',
    ],
    ['an alignment of 2^5', code([0x41, 0, 0x28, 5, 0, 0x1a]), 'bad_memarg'],
    ['a table index of several bytes', code([0x41, 0, 0x11, 0, 0x81, 0x80, 0x00]), 'bad_index'],
    ['bytes behind the last end', functionModule([4, 0, 0x0b, 0x03, 0x40]), 'body_size'],
    ['a body without its end', functionModule([2, 0, 1]), 'truncated'],
    ['a body that ends inside a number', functionModule([3, 0, 0x41, 0x80]), 'truncated'],
    ['the global that will hold the fuel, read', code([0x23, 1, 0x1a]), 'bad_index'],
    ['the global that will hold the fuel, set', code([0x42, 0, 0x24, 1]), 'bad_index'],
    ['a function that charges fuel', code([0x10, 1]), 'bad_index'],
    ['a tail call of nothing', code([0x12, 1]), 'bad_index'],
    ['a reference to nothing', code([0xd2, 1, 0x1a]), 'bad_index'],
    ['a label outside', code([0x0c, 1]), 'bad_depth'],
    ['a label outside in a table', code([0x41, 0, 0x0e, 1, 0, 9]), 'bad_depth'],
    ['a start function of nothing', moduleOf(section(8, [0])), 'bad_index'],
    ['an exported function of nothing', moduleOf(list(7, [[...text('a'), 0, 0]])), 'bad_index'],
    ['an exported global of nothing', moduleOf(list(7, [[...text('a'), 3, 0]])), 'bad_index'],
    ['a later global in a constant', moduleOf(list(6, [[I32, 0, 0x23, 0, 0x0b]])), 'bad_index'],
    ['a constant that computes', moduleOf(list(6, [[I32, 0, 0x45, 0x0b]])), 'bad_constant'],
    ['a type error', exported([0x42, 0, 0x45, 0x1a]), 'not_valid'],
    ['an empty stack', exported([0x1a]), 'not_valid'],
    ['an f64 in a table', exported([0x44, ...many(8, 0), 0x26, 0]), 'not_valid'],
    ['an unbalanced block', exported([0x02, 0x7f, 0x0b, 0x1a]), 'not_valid'],
  ]);

  /** What only the engine can see to be wrong. */
  function exported(instructions: Bytes): Uint8Array {
    return moduleOf(
      list(1, [NULLARY]),
      list(3, [[0]]),
      list(4, [[FUNCREF, 0, 1]]),
      list(7, [[...text('run'), 0, 0]]),
      list(10, [body(instructions)]),
    );
  }
});

describe('imports and exports', () => {
  const imports = (module: string, name: string, ...kind: number[]) =>
    moduleOf(list(1, [NULLARY]), list(2, [[...text(module), ...text(name), ...kind]]));
  const EXTISM = 'extism:host/env';
  const called = (name: string) => plugin({ run: [], exports: [[name, 0]] });
  refuses([
    ['an unknown module', imports('env', 'abort', 0, 0), 'unknown_import'],
    ['an unknown function', imports(EXTISM, 'exec', 0, 0), 'unknown_import'],
    ['a module named "__proto__"', imports('__proto__', 'toString', 0, 0), 'unknown_import'],
    ['a module named "constructor"', imports('constructor', 'call', 0, 0), 'unknown_import'],
    ['a function named "__proto__"', imports(EXTISM, '__proto__', 0, 0), 'unknown_import'],
    ['a function named "constructor"', imports(EXTISM, 'constructor', 0, 0), 'unknown_import'],
    ['a function named "toString"', imports(EXTISM, 'toString', 0, 0), 'unknown_import'],
    ['a kernel function of the host', imports(EXTISM, 'reset', 0, 0), 'unknown_import'],
    ['a look-alike with a NUL', imports(EXTISM, 'alloc\0', 0, 0), 'unknown_import'],
    ['a look-alike with a Cyrillic letter', imports(EXTISM, '\u0430lloc', 0, 0), 'unknown_import'],
    ['a function of another plugin', imports('extism:host/user', 'f', 0, 0), 'unknown_import'],
    ['a function of another type', imports(EXTISM, 'alloc', 0, 0), 'import_type'],
    ['an older WASI', imports('wasi_unstable', 'fd_write', 0, 0), 'unknown_import'],
    ['a table', imports(EXTISM, 't', 1, FUNCREF, 0, 1), 'import_kind'],
    ['a memory', imports(EXTISM, 'memory', 2, 0, 1), 'import_kind'],
    ['a global', imports(EXTISM, 'g', 3, I32, 0), 'import_kind'],
    ['a tag', imports(EXTISM, 'e', 4, 0, 0), 'import_kind'],
    ['an import without a type', imports(EXTISM, 'alloc', 0, 1), 'bad_index'],
    ['the fuel counter as an export', called('__fuel'), 'reserved_export'],
    ['a name beside it', called('__fuel_left'), 'reserved_export'],
    ['our own prefix', called('__composer_x'), 'reserved_export'],
    ['one name twice', called('run'), 'duplicate_export'],
    ['an export that is not UTF-8', moduleOf(list(7, [[1, 0xff, 0, 0]])), 'bad_utf8'],
    ['exports with the names of properties', called('__proto__'), 'ok'],
    ['an export with an empty name', called(''), 'ok'],
  ]);
});
