/** Calls of one module after another: each finds what the first one found. */
import { describe, expect, it } from 'vitest';
import { callGuest } from '../../../src/adapters/extism/guest-call.ts';
import { FUEL_EXPORT, START_FUEL } from '../../../src/core/plugin/fuel.ts';
import { instrumentModule } from '../../../src/core/plugin/instrument.ts';
import { wat } from '../../support/wasm/module.ts';

function compile(text: string): WebAssembly.Module {
  const options = { fuelExport: FUEL_EXPORT, startFuel: START_FUEL };
  const made = instrumentModule(wat(text), options);
  if (!made.ok) throw new Error(made.error.message);
  // SAFETY: Node's constructor; the Workers types declare it abstract, as no Worker may compile.
  const Module = WebAssembly.Module as unknown as new (bytes: Uint8Array) => WebAssembly.Module;
  return new Module(made.value.wasm);
}

/** `say` gives a digit; `count` one more than the memory and the global hold, and puts it there. */
const kit = (more: string, memory = '1'): WebAssembly.Module =>
  compile(`(module
    (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
    (import "extism:host/env" "store_u8" (func $store (param i64 i32)))
    (import "extism:host/env" "output_set" (func $output (param i64 i64)))
    (import "extism:host/env" "input_length" (func $input (result i64)))
    (import "extism:host/env" "var_get" (func $var (param i64) (result i64)))
    (memory ${memory}) (global $g (mut i32) (i32.const 0))
    (func $say (param i32) (local i64)
      (local.set 1 (call $alloc (i64.const 1)))
      (call $store (local.get 1) (i32.add (local.get 0) (i32.const 48)))
      (call $output (local.get 1) (i64.const 1)))
    (func $count (export "count")
      (global.set $g (i32.add (global.get $g) (i32.const 1)))
      (i32.store (i32.const 60000) (i32.add (i32.load (i32.const 60000)) (i32.const 1)))
      (call $say (i32.add (global.get $g) (i32.load (i32.const 60000)))))
    (func (export "trap") (call $count) (unreachable))
    (func (export "spin") (call $count) (loop $l (br $l)))
    (func (export "pages") (call $say (memory.size)))
    (func (export "grow") (drop (memory.grow (i32.const 1))) (call $say (memory.size)))
    (func $deep (export "sink") (call $deep) (call $count))
    ${more})`);

async function ask(module: WebAssembly.Module, name: string, input = ''): Promise<string> {
  const bytes = new TextEncoder().encode(input);
  const reply = await callGuest(module, { export: name, input: bytes, config: {} });
  return reply.ok ? new TextDecoder().decode(reply.value.output) : reply.error.code;
}

describe('takeGuest()', () => {
  it('gives every call the memory and the globals of a new instance', async () => {
    const module = kit('');
    const said = [];
    for (let call = 0; call < 5; call += 1) said.push(await ask(module, 'count'));
    expect(said).toEqual(['2', '2', '2', '2', '2']);
  });

  it.each([
    ['trap', 'trap'],
    ['spin', 'out_of_fuel'],
    ['sink', 'stack_overflow'],
    ['missing', 'no_such_function'],
  ])('leaves nothing of a call that ends by %s', async (name, code) => {
    const module = kit('');
    expect(await ask(module, 'count')).toBe('2');
    expect(await ask(module, name)).toBe(code);
    expect(await ask(module, 'count')).toBe('2');
  });

  it('tells no call how much memory the one before took', async () => {
    const module = kit('');
    const said = [];
    for (const name of ['grow', 'pages', 'grow', 'grow']) said.push(await ask(module, name));
    expect(said).toEqual(['2', '1', '2', '2']);
  });

  it('counts the same fuel for the same call, what the start has used included', async () => {
    const module = kit(
      `(func $begin (local i32) (local.set 0 (i32.const 900))
        (loop $l (local.set 0 (i32.sub (local.get 0) (i32.const 1))) (br_if $l (local.get 0))))
      (start $begin)`,
    );
    const used = [];
    for (let call = 0; call < 3; call += 1) {
      const input = new Uint8Array(0);
      const reply = await callGuest(module, { export: 'count', input, config: {} });
      used.push(reply.ok ? reply.value.fuel : reply.error);
    }
    expect(used[0]).toBeGreaterThan(900);
    expect(new Set(used).size).toBe(1);
  });

  it('starts a guest anew that has asked the host for something on its start', async () => {
    const module = kit('(func $begin (global.set $g (i32.wrap_i64 (call $input)))) (start $begin)');
    const said = [];
    for (const input of ['', 'ab', 'abcd', '']) said.push(await ask(module, 'count', input));
    expect(said).toEqual(['2', '4', '6', '2']);
  });

  it('keeps the limit of memory of each call', async () => {
    const module = kit('', '3');
    const call = { export: 'pages', input: new Uint8Array(0), config: {} };
    expect(await ask(module, 'pages')).toBe('3');
    const refused = await callGuest(module, { ...call, limits: { memory_pages: 2 } });
    expect(refused).toMatchObject({ ok: false, error: { code: 'limit' } });
    expect(await ask(module, 'count')).toBe('2');
    expect(await callGuest(module, call)).toMatchObject({ ok: true, value: { memoryPages: 3 } });
  });
});
