/** Valid plugins with whatever code: what an attacker sends who knows the rules. */
import {
  EXTISM_FUNCTIONS,
  EXTISM_MODULE,
  WASI_FUNCTIONS,
  WASI_MODULE,
} from '../../../src/core/plugin/imports.ts';
import { body, custom, FUNCREF, I32, I64, list, moduleOf, op, text, u32 } from './wasm.ts';
import type { Bytes, Locals } from './wasm.ts';

interface Own {
  /** As in `II:I`: `i` is an i32, `I` an i64. Default `:i`. */
  readonly type?: string;
  readonly code: Bytes;
  readonly locals?: Locals;
}

export interface Parts {
  /** Host functions, by name; they have the first indices. */
  readonly imports?: readonly string[];
  /** Code of the export `run`, the first function after the imports; its `i32.const 0` is added. */
  readonly run: Bytes;
  readonly locals?: Locals;
  /** Functions behind `run`. */
  readonly more?: readonly Own[];
  /** Pages, and at most. Default 1, without a maximum. */
  readonly memory?: readonly number[];
  /** Elements, and at most; filled with `run` and what follows it. */
  readonly table?: readonly number[];
  /** Index of a start function. */
  readonly start?: number;
  /** Placed at address 0. */
  readonly data?: Bytes;
  /** More exports: name and function index. */
  readonly exports?: readonly (readonly [string, number])[];
  readonly manifest?: string;
}

export function plugin(parts: Parts): Uint8Array {
  const { imports = [], more = [], memory = [1], table, start, data, exports = [] } = parts;
  const types: string[] = [];
  const typeOf = (signature: string): number[] => {
    if (!types.includes(signature)) types.push(signature);
    return u32(types.indexOf(signature));
  };
  // The types 0 and 1, for indirect calls.
  typeOf(':i');
  typeOf(':');
  const imported = imports.map((name) => {
    const isWasi = WASI_FUNCTIONS.has(name);
    const signature = (isWasi ? WASI_FUNCTIONS : EXTISM_FUNCTIONS).get(name) ?? ':';
    const module = isWasi ? WASI_MODULE : EXTISM_MODULE;
    return [...text(module), ...text(name), 0, ...typeOf(signature)];
  });
  const run: Own = { code: [...parts.run, ...op.i32(0)], locals: parts.locals ?? [] };
  const own = [run, ...more];
  const declared = own.map(({ type = ':i' }) => typeOf(type));
  const first = imports.length;
  const exported = [['run', first] as const, ...exports].map(([name, index]) => [
    ...text(name),
    0,
    ...u32(index),
  ]);
  return moduleOf(
    ...(parts.manifest === undefined ? [] : [custom('plugin.yaml', bytesOf(parts.manifest))]),
    list(1, types.map(functionType)),
    list(2, imported),
    list(3, declared),
    ...(table === undefined ? [] : [list(4, [[FUNCREF, ...limits(table)]])]),
    list(5, [limits(memory)]),
    list(7, [...exported, [...text('memory'), 2, 0]]),
    ...(start === undefined ? [] : [[8, u32(start).length, ...u32(start)]]),
    ...(table === undefined ? [] : [list(9, [elements(first, own.length)])]),
    list(
      10,
      own.map(({ code, locals }) => body(code, locals)),
    ),
    ...(data === undefined
      ? []
      : [list(11, [[0, ...op.i32(0), 0x0b, ...u32(data.length), ...data]])]),
  );
}

function functionType(signature: string): number[] {
  const [params = '', results = ''] = signature.split(':');
  const types = (letters: string) => [
    letters.length,
    ...Array.from(letters, (letter) => (letter === 'i' ? I32 : I64)),
  ];
  return [0x60, ...types(params), ...types(results)];
}

function limits([min = 0, max]: readonly number[]): number[] {
  return max === undefined ? [0, ...u32(min)] : [1, ...u32(min), ...u32(max)];
}

function elements(first: number, count: number): number[] {
  const indices = Array.from({ length: count }, (_, i) => u32(first + i)).flat();
  return [0, ...op.i32(0), 0x0b, ...u32(count), ...indices];
}

function bytesOf(value: string): number[] {
  return [...new TextEncoder().encode(value)];
}

/** Its output is always this text; what it works through before, and what follows, is up to the caller. */
export function says(value: string, before: Bytes = []): Uint8Array {
  const bytes = bytesOf(value);
  const stores = bytes.flatMap((byte, i) => [
    ...op.get(0),
    ...op.i64(i),
    ...op.i64Add,
    ...op.i32(byte),
    ...op.call(1),
  ]);
  return plugin({
    imports: ['alloc', 'store_u8', 'output_set'],
    locals: [[1, I64]],
    run: [
      ...before,
      ...op.i64(bytes.length),
      ...op.call(0),
      ...op.set(0),
      ...stores,
      ...op.get(0),
      ...op.i64(bytes.length),
      ...op.call(2),
    ],
  });
}

/** Its output is this text and its input behind it. */
export function answers(prefix: string): Uint8Array {
  const bytes = bytesOf(prefix);
  const [block, size, at] = [op.get(0), op.get(1), op.get(2)];
  const store = (offset: Bytes, byte: Bytes) => [
    ...block,
    ...offset,
    ...op.i64Add,
    ...byte,
    ...op.call(1),
  ];
  const I64_LT_U = 0x54;
  const copy = [
    ...store([...op.i64(bytes.length), ...at, ...op.i64Add], [...at, ...op.call(4)]),
    ...at,
    ...op.i64(1),
    ...op.i64Add,
    ...op.set(2),
    ...at,
    ...size,
    I64_LT_U,
    ...op.brIf(0),
  ];
  const whole = [...op.i64(bytes.length), ...size, ...op.i64Add];
  return plugin({
    imports: ['alloc', 'store_u8', 'output_set', 'input_length', 'input_load_u8'],
    locals: [[3, I64]],
    run: [
      ...op.call(3),
      ...op.set(1),
      ...whole,
      ...op.call(0),
      ...op.set(0),
      ...bytes.flatMap((byte, i) => store(op.i64(i), op.i32(byte))),
      ...op.loop(copy),
      ...block,
      ...whole,
      ...op.call(2),
    ],
  });
}
