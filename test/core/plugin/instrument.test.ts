import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InstrumentReport } from '../../../src/core/plugin/instrument.ts';
import { instrumentModule } from '../../../src/core/plugin/instrument.ts';
import { compileGuest, GUEST_CALLS, GUEST_FLAVOURS } from '../../support/wasm/guests.ts';
import { custom, moduleOf, wat } from '../../support/wasm/module.ts';
import { moduleText } from '../../support/wasm/random-module.ts';

const FUEL = '__fuel';
const PLENTY = 1_000_000_000n;

function instrument(
  bytes: Uint8Array,
  options: { startFuel?: bigint; merge?: boolean; hold?: boolean } = {},
): { wasm: Uint8Array; report: InstrumentReport } {
  const result = instrumentModule(bytes, { fuelExport: FUEL, startFuel: PLENTY, ...options });
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.value;
}

type Exports = { readonly [name: string]: (...args: number[]) => unknown };

function instantiate(wasm: Uint8Array): WebAssembly.Exports {
  // SAFETY: Node's constructor; the Workers types declare it abstract, as no Worker may compile.
  const Module = WebAssembly.Module as unknown as new (bytes: Uint8Array) => WebAssembly.Module;
  return new WebAssembly.Instance(new Module(wasm)).exports;
}

function fuelOf(exports: WebAssembly.Exports): WebAssembly.Global {
  return exports[FUEL] as WebAssembly.Global;
}

interface Outcome {
  readonly result: unknown;
  readonly isTrap: boolean;
  readonly used: bigint;
  readonly left: bigint;
  readonly memory: Uint8Array | undefined;
  readonly global: unknown;
}

function run(wasm: Uint8Array, fuel = PLENTY, args: number[] = [5, 9]): Outcome {
  const exports = instantiate(wasm);
  const counter = exports[FUEL] === undefined ? undefined : fuelOf(exports);
  if (counter !== undefined) counter.value = fuel;
  let result: unknown;
  let isTrap = false;
  try {
    result = (exports as Exports)['run']!(...args);
  } catch (error) {
    isTrap = true;
    result = error instanceof WebAssembly.RuntimeError ? error.message : error;
  }
  const memory = exports['memory'] as WebAssembly.Memory | undefined;
  const left = counter?.value ?? 0n;
  return {
    result,
    isTrap,
    used: fuel - left,
    left,
    memory: memory && new Uint8Array(memory.buffer),
    global: (exports['g'] as WebAssembly.Global | undefined)?.value,
  };
}

function sameEffect(a: Outcome, b: Outcome): void {
  expect(a.result).toEqual(b.result);
  expect(a.global).toEqual(b.global);
  expect(a.memory?.length).toBe(b.memory?.length);
  // toEqual() on 64 KiB is slow.
  expect(Buffer.compare(a.memory ?? new Uint8Array(), b.memory ?? new Uint8Array())).toBe(0);
}

describe('instrumentModule() on random modules', () => {
  it('keeps results, traps, globals and memory, and never charges less than exactly', () => {
    fc.assert(
      fc.property(moduleText, (text) => {
        const bytes = wat(text);
        const forms = [{}, { hold: false }, { merge: false }];
        const metered = forms.map((form) => instrument(bytes, form).wasm);
        const original = run(bytes);
        const outcomes = metered.map((wasm) => {
          expect(WebAssembly.validate(new Uint8Array(wasm))).toBe(true);
          const outcome = run(wasm);
          sameEffect(outcome, original);
          return outcome;
        });
        const [held, merged, exact] = outcomes as [Outcome, Outcome, Outcome];
        expect(merged.used).toBeGreaterThanOrEqual(exact.used);
        expect(exact.used).toBeGreaterThan(0n);
        // What a local held is lost at a trap.
        if (!original.isTrap) expect(held.used).toBe(merged.used);
      }),
      { numRuns: 300 },
    );
  });

  it('ends in the same result with what a run used, and below zero with any less that stops it', () => {
    fc.assert(
      fc.property(moduleText, fc.double({ min: 0, max: 1, noNaN: true }), (text, share) => {
        const bytes = wat(text);
        const { wasm } = instrument(bytes);
        const whole = run(wasm);
        const { used } = run(instrument(bytes, { hold: false }).wasm);
        sameEffect(run(wasm, used), whole);
        const less = run(wasm, BigInt(Math.floor(Number(used) * share)));
        if (less.left >= 0n) sameEffect(less, whole);
        else if (less.result !== whole.result) expect(less.result).toBe('unreachable');
      }),
      { numRuns: 200 },
    );
  });

  it('is deterministic', () => {
    fc.assert(
      fc.property(moduleText, (text) => {
        const bytes = wat(text);
        expect(instrument(bytes).wasm).toEqual(instrument(bytes).wasm);
      }),
      { numRuns: 30 },
    );
  });
});

describe.each(Object.entries(GUEST_FLAVOURS))(
  'instrumentModule() on a guest %s',
  (_name, flags) => {
    it('keeps what every function answers, within twice the exact fuel', async () => {
      const bytes = await compileGuest(flags);
      const merged = instrument(bytes);
      const exact = instrument(bytes, { merge: false });
      expect(merged.report.charges).toBeLessThan(exact.report.charges);
      for (const [name, argument] of GUEST_CALLS) {
        const [fast, precise] = [merged.wasm, exact.wasm].map((wasm) => {
          const exports = instantiate(wasm);
          fuelOf(exports).value = PLENTY;
          const result = (exports as Exports)[name]!(argument);
          return { result, used: PLENTY - BigInt(fuelOf(exports).value as bigint) };
        });
        const original = (instantiate(bytes) as Exports)[name]!(argument);
        expect([name, fast!.result]).toEqual([name, original]);
        expect(precise!.result).toEqual(original);
        expect(fast!.used).toBeGreaterThanOrEqual(precise!.used);
        expect(Number(fast!.used)).toBeLessThan(Number(precise!.used) * 2);
      }
    });
  },
);

describe('instrumentModule() charges', () => {
  const using = (code: string) => {
    const bytes = wat(`(module
      (type $v (func)) (memory 1 2000) (table 10 70000 funcref) (elem (i32.const 0) func $leaf)
      (elem func $leaf) (data "12345678") (func $leaf)
      (func (export "run") (param i32 i32) ${code}))`);
    const outcome = run(instrument(bytes, { merge: false }).wasm);
    return Number(outcome.used);
  };

  // A function entered is 2.
  it.each([
    ['an empty function', '', 2],
    ['a constant and a drop', '(drop (i32.const 1))', 4],
    ['sixteen locals', `(local ${'i32 '.repeat(16)})`, 6],
    ['a call', '(call $leaf)', 2 + 5 + 2],
    ['an indirect call', '(call_indirect (type $v) (i32.const 0))', 2 + 1 + 8 + 2],
    ['a tail call', '(return_call $leaf)', 2 + 5 + 2],
    ['a division', '(drop (i32.div_u (i32.const 4) (i32.const 2)))', 2 + 2 + 8 + 1],
    [
      'the way taken, not the other',
      '(if (local.get 0) (then nop) (else (drop (i32.const 1))))',
      2 + 1 + 1,
    ],
    [
      'the other way',
      '(if (i32.eqz (local.get 0)) (then nop) (else (drop (i32.const 1))))',
      2 + 3 + 2,
    ],
    ['nothing behind a branch taken', '(block (br 0) (drop (i32.const 1)))', 2 + 1],
    [
      'each round of a loop',
      '(loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))',
      2 + 5 * 5,
    ],
  ])('%s', (_name, code, units) => {
    expect(using(code)).toBe(units);
  });

  it('a call, and a round of a loop, with nothing in them as if there were something', () => {
    const text = '(module (func (export "run") (param i32 i32) (block (loop (br 1)))))';
    expect(Number(run(instrument(wat(text)).wasm).used)).toBe(4 + 4);
  });

  // The function that charges by size is not itself charged.
  it.each([
    [
      'memory.fill',
      '(memory.fill (i32.const 0) (i32.const 0) (i32.const 4000))',
      2 + 3 + 10 + 1_000,
    ],
    [
      'memory.fill of nothing',
      '(memory.fill (i32.const 0) (i32.const 0) (i32.const 0))',
      2 + 3 + 10 + 256,
    ],
    [
      'memory.copy',
      '(memory.copy (i32.const 0) (i32.const 9) (i32.const 4000))',
      2 + 3 + 10 + 1_000,
    ],
    ['memory.init', '(memory.init 0 (i32.const 0) (i32.const 0) (i32.const 8))', 2 + 3 + 10 + 2],
    ['memory.grow', '(drop (memory.grow (i32.const 3)))', 2 + 2 + 2_000 + 3 * 1_024],
    ['memory.grow past the ceiling', '(drop (memory.grow (i32.const 5000)))', 2 + 2 + 2_000],
    ['table.fill', '(table.fill (i32.const 0) (ref.null func) (i32.const 5))', 2 + 3 + 60 + 5 * 64],
    ['table.copy', '(table.copy (i32.const 0) (i32.const 1) (i32.const 5))', 2 + 3 + 60 + 5 * 64],
    ['table.init', '(table.init 1 (i32.const 0) (i32.const 0) (i32.const 1))', 2 + 3 + 60 + 64],
    ['table.grow', '(drop (table.grow (ref.null func) (i32.const 5)))', 2 + 3 + 60 + 5 * 64],
    [
      'table.grow past the ceiling',
      '(drop (table.grow (ref.null func) (i32.const -1)))',
      2 + 3 + 60,
    ],
    [
      'a fill past the end of memory',
      '(memory.fill (i32.const 0) (i32.const 0) (i32.const -1))',
      2 + 3 + 10,
    ],
  ])('%s by its size', (_name, code, units) => {
    expect(using(code)).toBe(units);
  });
});

describe('instrumentModule() merges', () => {
  const used = (code: string, args: number[]) => {
    const bytes = wat(`(module (func (export "run") (param i32 i32) (local i32) ${code}))`);
    return Number(run(instrument(bytes).wasm, PLENTY, args).used);
  };
  const constants = (count: number) => '(drop (i32.const 1)) '.repeat(count);

  it('charges the longest of short ways, whichever is taken', () => {
    const code = `(if (local.get 0) (then ${constants(10)}) (else ${constants(3)}))`;
    const all = 2 + 2 + 20;
    expect([used(code, [0, 0]), used(code, [1, 0])]).toEqual([all, all]);
  });

  it('charges a long way only when it is taken', () => {
    const code = `(if (local.get 0) (then ${constants(30)}))`;
    expect([used(code, [0, 0]), used(code, [1, 0])]).toEqual([4, 64]);
  });

  it('charges one way through a table, and not the sum of all', () => {
    const targets = Array.from({ length: 40 }, (_, i) => i);
    const cases = targets.reduce(
      (inner, i) => `(block ${inner}) ${constants(20)} (br ${39 - i})`,
      `(br_table ${targets.join(' ')} (local.get 0))`,
    );
    const code = `(block ${cases})`;
    expect(used(code, [3, 0])).toBeLessThan(60);
  });

  it('does not charge in each round what follows a loop', () => {
    const code = `(block (loop (br_if 1 (i32.eqz (local.get 0)))
      (local.set 0 (i32.sub (local.get 0) (i32.const 1))) (br 0))) ${constants(20)}`;
    const [ten, twenty] = [used(code, [10, 0]), used(code, [20, 0])];
    expect(twenty - ten).toBeLessThan(10 * 12);
  });

  it('leaves the counter right for whom it calls, and after it, in a loop that holds it', () => {
    const text = (exact: boolean) => {
      const bytes = wat(`(module (func $leaf (param i32) (result i32) (local.get 0))
        (func (export "run") (param i32 i32) (result i32) (loop $l (result i32)
          (drop (call $leaf (call $leaf (local.get 0))))
          (if (i32.eqz (local.get 0)) (then (return (i32.const 7))))
          (local.set 0 (i32.sub (local.get 0) (i32.const 1))) (br $l))))`);
      return run(instrument(bytes, { hold: !exact }).wasm, PLENTY, [9, 0]);
    };
    expect(text(false)).toEqual(text(true));
    expect(text(false).result).toBe(7);
  });

  it('stops soon where a body is full of calls of what calls nothing', () => {
    for (const size of [400, 5_000]) {
      const bytes = wat(`(module (func $leaf ${constants(size / 2)})
        (func (export "run") (param i32 i32) ${'(call $leaf) '.repeat(2_000)}))`);
      const { left } = run(instrument(bytes).wasm, 20_000n);
      expect(left).toBeLessThan(0n);
      expect(left).toBeGreaterThan(-1_000_000n);
    }
  });
});

describe('instrumentModule() stops', () => {
  const endless = (code: string, rest = '') => `(module
    (type $v (func)) (memory 1) (table 4 70000 funcref) (elem (i32.const 0) func $self)
    (func $self (type $v) ${code}) ${rest} (func (export "run") (call $self)))`;

  it.each([
    ['an empty loop', '(loop (br 0))'],
    ['a loop by condition', '(loop (br_if 0 (i32.const 1)))'],
    ['a loop by table', '(loop (br_table 0 0 (i32.const 1)))'],
    ['a loop in a loop', '(loop (loop (br 1)))'],
    ['a loop around a dead end', '(block (loop (block (br 1) (unreachable)) (br 0)))'],
    ['a tail call', '(return_call $self)'],
    ['an indirect tail call', '(return_call_indirect (type $v) (i32.const 0))'],
    ['calls without number', '(loop (call $none) (br 0))'],
    ['growing', '(loop (drop (memory.grow (i32.const 0))) (br 0))'],
    ['a growing table', '(loop (drop (table.grow (ref.null func) (i32.const 0))) (br 0))'],
    ['filling', '(loop (memory.fill (i32.const 0) (i32.const 1) (i32.const 65536)) (br 0))'],
    ['filling nothing', '(loop (memory.fill (i32.const 0) (i32.const 1) (i32.const 0)) (br 0))'],
    ['a deep tree of calls', '(call $self) (call $self)'],
  ])('%s', (_name, code) => {
    const bytes = wat(endless(code, '(func $none)'));
    // Little enough that the tree of calls runs out before the stack does.
    const outcome = run(instrument(bytes).wasm, 5_000n, []);
    expect(outcome.result).toBe('unreachable');
    expect(outcome.left).toBeLessThan(0n);
  });

  it('a start function, with the fuel that was baked in', () => {
    const bytes = wat(`${endless('(loop (br 0))').slice(0, -1)} (start $self))`);
    const { wasm } = instrument(bytes, { startFuel: 1_000n });
    expect(() => instantiate(wasm)).toThrow(WebAssembly.RuntimeError);
  });

  it('at once when the host has emptied the counter', () => {
    const { wasm } = instrument(wat(endless('nop')));
    expect(run(wasm, -1n, []).result).toBe('unreachable');
  });
});

describe('instrumentModule()', () => {
  it('exports the counter as a mutable i64 with the fuel of the start', () => {
    const exports = instantiate(instrument(moduleOf(), { startFuel: 2n ** 63n - 1n }).wasm);
    expect(fuelOf(exports).value).toBe(2n ** 63n - 1n);
    fuelOf(exports).value = -(2n ** 63n);
    expect(fuelOf(exports).value).toBe(-(2n ** 63n));
  });

  it('gives memory and tables a maximum, and lowers what is above the ceiling', () => {
    const grow = (memory: string, table: string) => {
      const { wasm } = instrument(
        wat(`(module (memory (export "memory") ${memory}) (table (export "t") ${table} funcref))`),
      );
      const exports = instantiate(wasm);
      const most = exports['memory'] as WebAssembly.Memory;
      const table0 = exports['t'] as WebAssembly.Table;
      return {
        pages: [1023, 7, 3].find((by) => works(() => most.grow(by))),
        elements: [65_535, 7, 3].find((by) => works(() => table0.grow(by))),
      };
    };
    expect(grow('1', '1')).toEqual({ pages: 1023, elements: 65_535 });
    expect(grow('1 65536', '1 4000000000')).toEqual({ pages: 1023, elements: 65_535 });
    expect(grow('1 8', '1 8')).toEqual({ pages: 7, elements: 7 });
    expect(grow('2 1025', '2 65537')).toEqual({ pages: 7, elements: 7 });
  });

  it('leaves custom sections out, and says what it did', () => {
    const { wasm, report } = instrument(moduleOf(custom('name', [1, 2, 3]), custom('plugin.yaml')));
    expect(report).toEqual({
      functions: 0,
      instructions: 0,
      loops: 0,
      charges: 0,
      checks: 0,
      sized: 0,
      sizeBefore: moduleOf(custom('name', [1, 2, 3]), custom('plugin.yaml')).length,
      sizeAfter: wasm.length,
    });
    expect(wasm.length).toBeLessThan(60);
  });

  it('refuses a module that holds the name already, and one that inspection refuses', () => {
    const taken = wat('(module (memory 1) (export "\\c3\\a9" (memory 0)))');
    const options = { fuelExport: 'é', startFuel: 0n };
    expect(instrumentModule(taken, options)).toMatchObject({
      ok: false,
      error: { code: 'reserved_export' },
    });
    expect(instrumentModule(new Uint8Array(3), options)).toMatchObject({
      ok: false,
      error: { code: 'not_wasm' },
    });
    expect(instrumentModule(moduleOf(), options).ok).toBe(true);
  });

  it('refuses to instrument twice', () => {
    const { wasm } = instrument(moduleOf());
    const again = instrumentModule(wasm, { fuelExport: FUEL, startFuel: 0n });
    expect(again).toMatchObject({ ok: false, error: { code: 'reserved_export' } });
  });

  it('throws at fuel that is no i64', () => {
    const options = { fuelExport: FUEL, startFuel: 2n ** 63n };
    expect(() => instrumentModule(moduleOf(), options)).toThrow(RangeError);
  });
});

function works(action: () => unknown): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}
