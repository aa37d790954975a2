/** R1: a module is marked only when the host can reach all that its code can change. */
import { describe, expect, it } from 'vitest';
import { FUEL_EXPORT, START_FUEL } from '../../../src/core/plugin/fuel.ts';
import { instrumentModule } from '../../../src/core/plugin/instrument.ts';
import { GLOBAL_EXPORT, MEMORY_EXPORT, REWIND_EXPORT } from '../../../src/core/plugin/rewinding.ts';
import { wat } from '../../support/wasm/module.ts';

function exportsOf(text: string): string[] {
  const made = instrumentModule(wat(text), { fuelExport: FUEL_EXPORT, startFuel: START_FUEL });
  if (!made.ok) throw new Error(made.error.message);
  // SAFETY: Node's constructor; the Workers types declare it abstract, as no Worker may compile.
  const Module = WebAssembly.Module as unknown as new (bytes: Uint8Array) => WebAssembly.Module;
  return Object.keys(new WebAssembly.Instance(new Module(made.value.wasm)).exports).toSorted();
}

const isMarked = (text: string): boolean => exportsOf(text).includes(REWIND_EXPORT);

describe('stateExports()', () => {
  it('exports memory and each mutable global, whatever the guest exports itself', () => {
    const text = `(module (memory 1) (global i32 (i32.const 1)) (global (mut i64) (i64.const 2))
      (global (export "mine") (mut f64) (f64.const 3)))`;
    expect(exportsOf(text)).toEqual([
      `${GLOBAL_EXPORT}1`,
      `${GLOBAL_EXPORT}2`,
      MEMORY_EXPORT,
      REWIND_EXPORT,
      FUEL_EXPORT,
      'mine',
    ]);
  });

  it('marks what reads a table, and what copies from a segment', () => {
    expect(
      isMarked(`(module (memory 1) (data $d "abc") (table 1 funcref) (elem (i32.const 0) $f)
        (func $f (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1))
          (call_indirect (i32.const 0)) (drop (table.get 0 (i32.const 0)))))`),
    ).toBe(true);
  });

  it.each([
    ['table.set', '(table.set 0 (i32.const 0) (ref.null func))'],
    ['table.grow', '(drop (table.grow 0 (ref.null func) (i32.const 1)))'],
    ['table.fill', '(table.fill 0 (i32.const 0) (ref.null func) (i32.const 1))'],
    ['table.copy', '(table.copy 0 0 (i32.const 0) (i32.const 0) (i32.const 1))'],
    ['table.init', '(table.init 0 $e (i32.const 0) (i32.const 0) (i32.const 1))'],
    ['elem.drop', '(elem.drop $e)'],
    ['data.drop', '(data.drop $d)'],
  ])('does not mark what has %s, in whatever function', (_, code) => {
    const module = (body: string) => `(module (memory 1) (data $d "abc") (table 1 4 funcref)
      (elem $e func $f) (func $f ${body}) (func $last (nop)))`;
    expect(isMarked(module('(nop)'))).toBe(true);
    expect(isMarked(module(code))).toBe(false);
    expect(exportsOf(module(code))).toContain(MEMORY_EXPORT);
  });

  it.each([
    'funcref (ref.null func)',
    'externref (ref.null extern)',
    'v128 (v128.const i64x2 0 0)',
  ])('does not mark a mutable global of %s, but does a constant one', (global) => {
    const [type = '', ...value] = global.split(' ');
    expect(isMarked(`(module (global (mut ${type}) ${value.join(' ')}))`)).toBe(false);
    expect(isMarked(`(module (global ${type} ${value.join(' ')}))`)).toBe(true);
  });

  it('does not mark more globals than are worth writing back', () => {
    const of = (count: number) => `(module ${'(global (mut i32) (i32.const 0))'.repeat(count)})`;
    expect([isMarked(of(64)), isMarked(of(65))]).toEqual([true, false]);
  });
});
