/** An instance that was put back cannot be told from a new one. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createRewind, isRewindable } from '../../../src/adapters/extism/rewind.ts';
import { FUEL_EXPORT } from '../../../src/core/plugin/fuel.ts';
import { instrumentModule } from '../../../src/core/plugin/instrument.ts';
import { createRandom, seedOf } from '../../fuzz/random.ts';
import { fuzzedModule } from '../../support/wasm/fuzzed-module.ts';
import { wat } from '../../support/wasm/module.ts';

const SEEDS = 6;
const SEED_BYTES = 6_000;

function compile(wasm: Uint8Array): WebAssembly.Module {
  const made = instrumentModule(wasm, { fuelExport: FUEL_EXPORT, startFuel: 2n ** 40n });
  if (!made.ok) throw new Error(made.error.message);
  // SAFETY: Node's constructor; the Workers types declare it abstract, as no Worker may compile.
  const Module = WebAssembly.Module as unknown as new (bytes: Uint8Array) => WebAssembly.Module;
  return new Module(made.value.wasm);
}

function starts(module: WebAssembly.Module): boolean {
  try {
    return new WebAssembly.Instance(module) instanceof WebAssembly.Instance;
  } catch {
    return false;
  }
}

function call({ exports }: WebAssembly.Instance, name: string): unknown {
  // SAFETY: only functions are asked for.
  const run = exports[name] as (...args: number[]) => unknown;
  try {
    return run(...Array.from({ length: run.length }, (_, i) => i));
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : error;
  }
}

function stateOf({ exports }: WebAssembly.Instance): unknown {
  return Object.entries(exports).flatMap(([name, value]) => {
    if (value instanceof WebAssembly.Memory)
      return [[name, createHash('sha1').update(Buffer.from(value.buffer)).digest('hex')]];
    return value instanceof WebAssembly.Global ? [[name, value.value as unknown]] : [];
  });
}

describe('createRewind()', () => {
  it('makes any call and its end the same as in a new instance', () => {
    let compared = 0;
    for (let number = 0; number < SEEDS; number += 1) {
      const random = createRandom(seedOf(7, number));
      const seed = Uint8Array.from({ length: SEED_BYTES }, () => random.below(256));
      const module = compile(fuzzedModule(seed, number % 2 === 1).wasm);
      if (!isRewindable(module) || !starts(module)) continue;
      let used = new WebAssembly.Instance(module);
      let rewind = createRewind(used);
      const names = Object.entries(used.exports).filter(([, value]) => typeof value === 'function');
      for (const [name] of [...names, ...names]) {
        const fresh = new WebAssembly.Instance(module);
        expect(stateOf(used)).toEqual(stateOf(fresh));
        const [expected, got] = [call(fresh, name), call(used, name)];
        // How deep a stack goes depends on what the engine has made of the code by then.
        if (![expected, got].some((each) => String(each).startsWith('RangeError'))) {
          expect([name, got]).toEqual([name, expected]);
          expect(stateOf(used)).toEqual(stateOf(fresh));
          compared += 1;
        }
        if (rewind?.() === true) continue;
        used = new WebAssembly.Instance(module);
        rewind = createRewind(used);
      }
    }
    expect(compared).toBeGreaterThan(20);
  }, 60_000);

  it('gives up an instance whose memory has grown', () => {
    const instance = new WebAssembly.Instance(
      compile(wat('(module (memory 1) (func (export "grow") (drop (memory.grow (i32.const 1)))))')),
    );
    const rewind = createRewind(instance);
    expect(rewind?.()).toBe(true);
    call(instance, 'grow');
    expect(rewind?.()).toBe(false);
  });

  it('leaves a large memory alone', () => {
    const of = (pages: number) =>
      createRewind(new WebAssembly.Instance(compile(wat(`(module (memory ${pages}))`))));
    expect([typeof of(32), typeof of(33)]).toEqual(['function', 'undefined']);
  });

  it('does without a memory', () => {
    const text = `(module (global $g (mut i32) (i32.const 7))
      (func (export "bump") (result i32)
        (global.set $g (i32.add (global.get $g) (i32.const 1))) (global.get $g)))`;
    const instance = new WebAssembly.Instance(compile(wat(text)));
    const rewind = createRewind(instance);
    expect(call(instance, 'bump')).toBe(8);
    expect(rewind?.()).toBe(true);
    expect(call(instance, 'bump')).toBe(8);
  });
});
