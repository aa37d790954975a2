/** Guests that never end by themselves, or end badly: each call ends with a code, and soon. */
import { describe } from 'vitest';
import { ends, keepWell, refuses } from '../support/hostile/api.ts';
import { plugin } from '../support/hostile/plugin.ts';
import type { Parts } from '../support/hostile/plugin.ts';
import { I32, I64, many, op } from '../support/hostile/wasm.ts';
import type { Bytes } from '../support/hostile/wasm.ts';

keepWell();

const run = (code: Bytes, more: Omit<Parts, 'run'> = {}) => plugin({ run: code, ...more });
const at = (...parts: readonly Bytes[]) => parts.flat();
/** Address, value and size of a fill or a copy. */
const three = (a: number, b: number, c: number) => at(op.i32(a), op.i32(b), op.i32(c));

describe('loops', () => {
  ends([
    ['plain', run(op.forever([])), 'out_of_fuel'],
    [
      'that counts',
      run(op.forever(at(op.get(0), op.i64(1), op.i64Add, op.set(0))), { locals: [[1, I64]] }),
      'out_of_fuel',
    ],
    ['in a loop in a loop', run(op.forever(op.forever(op.forever([])))), 'out_of_fuel'],
    [
      '500 deep',
      () => run(at(many(500, [3, 0x40]).flat(), op.br(499), many(500, 0x0b))),
      'out_of_fuel',
    ],
    ['by br_if', run(op.loop(at(op.i32(1), op.brIf(0)))), 'out_of_fuel'],
    ['by br_table', run(op.loop(at(op.i32(9), [0x0e, 2, 0, 0, 0]))), 'out_of_fuel'],
    [
      'by a br_table of 65 520 targets',
      () => run(op.loop(at(op.i32(70_000), [0x0e, 0xf0, 0xff, 3], many(65_521, 0)))),
      'out_of_fuel',
    ],
    [
      'behind 500 branches',
      () =>
        run(op.loop(at(many(500, op.block(at(op.get(0), op.brIf(0)))).flat(), op.br(0))), {
          locals: [[1, I32]],
        }),
      'out_of_fuel',
    ],
    [
      'that keep a memory busy',
      run(op.forever(at(op.i32(0), op.load(), op.i32(1), op.i32Add, op.set(0))), {
        locals: [[1, I32]],
      }),
      'out_of_fuel',
    ],
    ['that divide', run(op.forever(at(op.i64(-1), op.i64(3), [0x7f], op.drop))), 'out_of_fuel'],
    [
      'that take square roots',
      run(op.forever(at([0x44, 0, 0, 0, 0, 0, 0, 8, 0x40, 0x9f], op.drop))),
      'out_of_fuel',
    ],
    [
      'between two functions',
      run(op.forever(op.call(1)), { more: [{ type: ':', code: [] }] }),
      'out_of_fuel',
    ],
    [
      'with 512 locals',
      run(op.forever(op.call(1)), { more: [{ type: ':', code: [], locals: [[512, I64]] }] }),
      'out_of_fuel',
    ],
  ]);
});

describe('loops by calls', () => {
  const tail = (code: Bytes) => run(at(op.call(1), op.drop), { more: [{ code }] });
  ends([
    ['a tail call of itself', tail(op.tailCall(1)), 'out_of_fuel'],
    [
      'an indirect tail call of itself',
      run(at(op.call(1), op.drop), { table: [2], more: [{ code: at(op.i32(1), [0x13, 0, 0]) }] }),
      'out_of_fuel',
    ],
    [
      'two that tail-call each other',
      run(at(op.call(1), op.drop), { more: [{ code: op.tailCall(2) }, { code: op.tailCall(1) }] }),
      'out_of_fuel',
    ],
    ['recursion', run(at(op.call(0), op.drop)), 'stack_overflow'],
    [
      'recursion by the table',
      run(at(op.i32(0), op.callIndirect(0), op.drop), { table: [1] }),
      'stack_overflow',
    ],
    [
      'mutual recursion',
      run(at(op.call(1), op.drop), { more: [{ code: at(op.call(0), op.drop, op.i32(0)) }] }),
      'stack_overflow',
    ],
    [
      'recursion with 512 locals',
      run(at(op.call(0), op.drop), { locals: [[512, I64]] }),
      'stack_overflow',
    ],
    ['a tree of calls', run(at(op.i32(60), op.call(1)), { more: [tree()] }), 'out_of_fuel'],
  ]);

  /** Calls itself twice with one less. */
  function tree() {
    const less = at(op.get(0), op.i32(-1), op.i32Add, op.call(1));
    return { type: 'i:', code: op.block(at(op.get(0), [0x45], op.brIf(0), less, less)) };
  }
});

describe('loops before the call', () => {
  const started = (code: Bytes, more: Omit<Parts, 'run'> = {}) =>
    run([], { start: 1, more: [{ type: ':', code }], ...more });
  ends([
    ['in the start function', started(op.forever([])), 'out_of_fuel'],
    ['recursion in the start function', started(op.call(1)), 'stack_overflow'],
    ['a trap in the start function', started(op.unreachable), 'out_of_fuel'],
    [
      'a division by zero in the start function',
      started(at(op.i32(1), op.i32(0), [0x6d], op.drop)),
      'trap',
    ],
    [
      'a fill for ever in the start function',
      started(op.forever(at(three(0, 1, 65_536), op.memoryFill))),
      'out_of_fuel',
    ],
    [
      'in "_initialize"',
      run([], { more: [{ type: ':', code: op.forever([]) }], exports: [['_initialize', 1]] }),
      'out_of_fuel',
    ],
    [
      'in "_start"',
      run([], { more: [{ type: ':', code: op.forever([]) }], exports: [['_start', 1]] }),
      'out_of_fuel',
    ],
    [
      'in "hs_init"',
      run([], { more: [{ type: ':', code: op.forever([]) }], exports: [['hs_init', 1]] }),
      'out_of_fuel',
    ],
    ['data outside the memory', run([], { memory: [0], data: [1] }), 'trap'],
    [
      'functions outside the table',
      run([], { table: [0], more: [{ type: ':', code: [] }] }),
      'trap',
    ],
  ]);
});

describe('loops of what is large', () => {
  const MEMORY = { memory: [1_024] };
  const SIZE = 1_024 * 65_536;
  ends([
    [
      'a fill of 64 MiB',
      run(op.forever(at(three(0, 1, SIZE), op.memoryFill)), MEMORY),
      'out_of_fuel',
    ],
    [
      'a copy of 32 MiB',
      run(op.forever(at(three(0, SIZE / 2, SIZE / 2), op.memoryCopy)), MEMORY),
      'out_of_fuel',
    ],
    [
      'a copy onto itself',
      run(op.forever(at(three(0, 1, SIZE - 1), op.memoryCopy)), MEMORY),
      'out_of_fuel',
    ],
    ['fills of nothing', run(op.forever(at(three(0, 1, 0), op.memoryFill))), 'out_of_fuel'],
    ['a fill past the end', run(at(three(65_536, 1, 1), op.memoryFill)), 'trap'],
    ['a fill of 4 GiB', run(at(three(0, 1, -1), op.memoryFill)), 'trap'],
    ['a copy that wraps around', run(at(three(-8, 0, 16), op.memoryCopy)), 'trap'],
    ['memory.grow for ever', run(op.forever(at(op.i32(1), op.memoryGrow, op.drop))), 'out_of_fuel'],
    [
      'memory.grow by nothing for ever',
      run(op.forever(at(op.i32(0), op.memoryGrow, op.drop))),
      'out_of_fuel',
    ],
    [
      'memory.grow by 4 G for ever',
      run(op.forever(at(op.i32(-1), op.memoryGrow, op.drop))),
      'out_of_fuel',
    ],
    [
      'table.fill for ever',
      run(op.forever(at(op.i32(0), op.refNull, op.i32(60_000), op.tableFill)), { table: [65_536] }),
      'out_of_fuel',
    ],
    [
      'table.grow for ever',
      run(op.forever(at(op.refNull, op.i32(1), op.tableGrow, op.drop)), { table: [1] }),
      'out_of_fuel',
    ],
    [
      'table.grow by 4 G',
      run(at(op.refNull, op.i32(-1), op.tableGrow, op.drop), { table: [1] }),
      'ok',
    ],
    [
      'table.set for ever',
      run(op.forever(at(op.i32(0), op.refNull, [0x26, 0])), { table: [1] }),
      'out_of_fuel',
    ],
    [
      'memory.grow by 65 535 pages',
      run(at(op.i32(65_535), op.memoryGrow, op.i32(-1), [0x47, 4, 0x40], op.unreachable, [0x0b])),
      'ok',
    ],
  ]);
});

describe('traps', () => {
  const DIVISION = 0x6d;
  ends([
    ['unreachable', run(op.unreachable), 'trap'],
    ['a division by zero', run(at(op.i32(1), op.i32(0), [DIVISION], op.drop)), 'trap'],
    [
      'a division that overflows',
      run(at(op.i32(-0x8000_0000), op.i32(-1), [DIVISION], op.drop)),
      'trap',
    ],
    ['a remainder of zero', run(at(op.i64(1), op.i64(0), [0x82], op.drop)), 'trap'],
    [
      'a float that is no integer',
      run(at([0x44, ...many(6, 0), 0xf8, 0x7f, 0xaa], op.drop)),
      'trap',
    ],
    ['a load past the end', run(at(op.i32(65_533), op.load(), op.drop)), 'trap'],
    ['a load at 2^32 - 1', run(at(op.i32(-1), op.load(), op.drop)), 'trap'],
    [
      'a load with an offset of 2^32 - 1',
      run(at(op.i32(-1), op.load(0xffff_ffff), op.drop)),
      'trap',
    ],
    ['a store past the end', run(at(op.i32(65_536), op.i32(1), op.store())), 'trap'],
    [
      'an indirect call past the table',
      run(at(op.i32(9), op.callIndirect(0), op.drop), { table: [1] }),
      'trap',
    ],
    [
      'an indirect call of nothing',
      run(at(op.i32(3), op.callIndirect(0), op.drop), { table: [4] }),
      'trap',
    ],
    [
      'an indirect call of another type',
      run(at(op.i32(0), op.callIndirect(1)), { table: [1] }),
      'trap',
    ],
  ]);
});

describe('code that is slow to compile', () => {
  const diamond = at(op.get(0), [4, 0x40], op.get(1), op.set(0), [5], op.get(0), op.set(1), [0x0b]);
  const around = (inner: Bytes) => op.forever(inner);
  const calls = (count: number) => Array.from({ length: count }, (_, i) => op.call(i + 1)).flat();
  const nestedLoops = (depth: number) =>
    at(many(depth, [3, 0x40]).flat(), op.i32(0), op.brIf(depth - 1), many(depth, 0x0b));
  const branches = (count: number) => op.block(many(count, at(op.get(0), op.brIf(0))).flat());
  refuses([
    [
      'a hot function of 513 diamonds',
      () => run(around(many(513, diamond).flat()), { locals: [[2, I32]] }),
      'limit',
    ],
  ]);
  ends([
    [
      'a hot function of 512 diamonds',
      () => run(around(many(512, diamond).flat()), { locals: [[2, I32]] }),
      'out_of_fuel',
    ],
    [
      '100 hot functions of 512 diamonds',
      () =>
        run(around(calls(100)), {
          more: many(100, {
            type: ':',
            code: many(512, diamond).flat(),
            locals: [[2, I32]] as const,
          }),
        }),
      'out_of_fuel',
    ],
    [
      '20 hot functions of 499 nested loops',
      () => run(around(calls(20)), { more: many(20, { type: ':', code: nestedLoops(499) }) }),
      'out_of_fuel',
    ],
    [
      'a hot function of 30 000 branches among 512 locals',
      () =>
        run(around(op.call(1)), {
          more: [{ type: ':', code: branches(30_000), locals: [[512, I32]] }],
        }),
      'out_of_fuel',
    ],
    [
      'a hot function of 120 KB',
      () =>
        run(
          around(
            many(20_000, [0x20, 0, 0x41, 1, 0x6a, 0x21, 0])
              .flat()
              .slice(0, 7 * 17_000),
          ),
          { locals: [[1, I32]] },
        ),
      'out_of_fuel',
    ],
  ]);
});
