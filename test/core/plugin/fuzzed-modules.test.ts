/** Whatever code there is, the fuel counter changes nothing but the fuel. */
import { describe, expect, it } from 'vitest';
import { instrumentModule } from '../../../src/core/plugin/instrument.ts';
import { fuzzedModule } from '../../support/wasm/fuzzed-module.ts';
import { createRandom, seedOf } from '../../fuzz/random.ts';

const FUEL = '__fuel';
/** What instrumenting adds to the exports. */
const OURS = /^(?:__fuel$|__composer_)/;
const PLENTY = 2n ** 40n;
const SEEDS = 8;
const SEED_BYTES = 6_000;

/** Counting in a local where that is better, never in one, and at every place. */
const FORMS = [{ merge: true }, { merge: true, hold: false }, { merge: false }] as const;

function instrument(wasm: Uint8Array, form: (typeof FORMS)[number]): Uint8Array {
  const made = instrumentModule(wasm, { fuelExport: FUEL, startFuel: PLENTY, ...form });
  if (!made.ok) throw new Error(`${made.error.code}: ${made.error.message}`);
  return made.value.wasm;
}

interface Subject {
  readonly exports: WebAssembly.Exports;
  /** Units since it was asked last. */
  readonly used: () => bigint;
}

function subject(wasm: Uint8Array): Subject {
  // SAFETY: Node's constructor; the Workers types declare it abstract, as no Worker may compile.
  const Module = WebAssembly.Module as unknown as new (bytes: Uint8Array) => WebAssembly.Module;
  const { exports } = new WebAssembly.Instance(new Module(wasm));
  const gauge = exports[FUEL] as WebAssembly.Global | undefined;
  return {
    exports,
    used() {
      const used = gauge === undefined ? 0n : PLENTY - BigInt(gauge.value as bigint);
      if (gauge !== undefined) gauge.value = PLENTY;
      return used;
    },
  };
}

/** What a call gives, or how it ends. */
function outcome({ exports }: Subject, name: string): unknown {
  // SAFETY: only functions are asked for.
  const run = exports[name] as (...args: number[]) => unknown;
  try {
    return run(...Array.from({ length: run.length }, (_, i) => i));
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : error;
  }
}

function state({ exports }: Subject): unknown {
  const globals = Object.entries(exports).flatMap(([name, value]) =>
    value instanceof WebAssembly.Global && !OURS.test(name) ? [[name, readGlobal(value)]] : [],
  );
  const memory = exports['memory'];
  const bytes =
    memory instanceof WebAssembly.Memory ? Buffer.from(memory.buffer).toString('latin1') : '';
  return { globals, size: bytes.length, text: bytes.replaceAll('\0', '') };
}

/** Vectors cannot be read from outside. */
function readGlobal(global: WebAssembly.Global): unknown {
  try {
    return global.value;
  } catch {
    return 'opaque';
  }
}

describe('instrumentModule() on what a fuzzer of compilers makes', () => {
  it.each(Array.from({ length: SEEDS }, (_, i) => i))(
    'keeps results, globals and memory of module %i, and never charges less than exactly',
    (number) => {
      const random = createRandom(seedOf(1, number));
      const seed = Uint8Array.from({ length: SEED_BYTES }, () => random.below(256));
      const { wasm } = fuzzedModule(seed, number % 2 === 1);
      const metered = FORMS.map((form) => instrument(wasm, form));
      for (const each of metered) expect(WebAssembly.validate(Uint8Array.from(each))).toBe(true);
      const plain = subject(wasm);
      const subjects = metered.map(subject);
      const names = Object.keys(plain.exports).filter(
        (name) => typeof plain.exports[name] === 'function',
      );
      // A call that wants other numbers than ours never begins.
      let total = 0n;
      for (const name of names) {
        const wanted = outcome(plain, name);
        const got = subjects.map((each) => outcome(each, name));
        // How deep a stack goes is the engine's; with a counter each frame is larger.
        if ([wanted, ...got].some((each) => String(each).startsWith('RangeError'))) return;
        expect([name, ...got]).toEqual([name, ...FORMS.map(() => wanted)]);
        const [held, merged, exact] = subjects.map((each) => each.used()) as [
          bigint,
          bigint,
          bigint,
        ];
        total += exact;
        expect(merged).toBeGreaterThanOrEqual(exact);
        // What a local held is lost at a trap.
        if (!String(wanted).startsWith('RuntimeError')) expect(held).toBe(merged);
        for (const each of subjects) expect(state(each)).toEqual(state(plain));
      }
      expect(total).toBeGreaterThan(0n);
    },
    60_000,
  );
});
