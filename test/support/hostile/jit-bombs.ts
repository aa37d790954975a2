/** Small modules that would make the engine's compiler take gigabytes, and the largest that are let in. */
import type { UploadRow } from './api.ts';
import { I32, NULLARY, body, functionModule, list, many, moduleOf, op, text } from './wasm.ts';
import type { Bytes, Locals } from './wasm.ts';

const code = (instructions: Bytes) => functionModule(body(instructions));
const nested = (depth: number) => [...many(depth, [2, 0x40]).flat(), ...many(depth, 0x0b)];
const diamonds = (count: number) => many(count, [0x41, 0, 4, 0x40, 1, 5, 1, 0x0b]).flat();
const branches = (count: number) => op.block(many(count, [...op.i32(0), ...op.brIf(0)]).flat());

function spread(functions: number, each: Bytes, locals: Locals = [], name = ''): Uint8Array {
  return moduleOf(
    list(1, [NULLARY]),
    list(3, many(functions, [0])),
    ...(name === '' ? [] : [list(7, [[...text(name), 0, 0]])]),
    list(10, many(functions, body(each, locals))),
  );
}

export const JIT_BOMBS: readonly UploadRow[] = [
  ['9 400 diamonds in one function', () => code(diamonds(9_400)), 'limit'],
  ['513 diamonds', () => code(diamonds(513)), 'limit'],
  ['100 functions of 513 diamonds', () => spread(100, diamonds(513)), 'limit'],
  ['blocks nested 2 001 deep', () => code(nested(2_001)), 'limit'],
  ['blocks nested 60 000 deep', () => code(many(60_000, [2, 0x40]).flat()), 'limit'],
  ['2 001 blocks in a row', () => code(many(2_001, [2, 0x40, 0x0b]).flat()), 'limit'],
  ['100 050 blocks over 58 functions', () => spread(58, nested(1_725)), 'limit'],
  ['100 functions of 1 001 blocks', () => spread(100, nested(1_001)), 'limit'],
  ['501 loops', () => code(many(501, [3, 0x40, 0x0b]).flat()), 'limit'],
  ['21 functions of 499 loops', () => spread(21, many(499, [3, 0x40, 0x0b]).flat()), 'limit'],
  ['120 000 branches among 512 locals', () => spread(4, branches(30_000), [[512, I32]]), 'limit'],
  ['as many blocks as are allowed', () => spread(50, nested(1_999), [], 'run'), 'ok'],
  ['as many diamonds as are allowed', () => spread(100, diamonds(512), [], 'run'), 'ok'],
  ['49 999 functions', () => spread(49_999, [], [], 'run'), 'ok'],
];
