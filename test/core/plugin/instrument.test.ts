import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InstrumentReport } from '../../../src/core/plugin/instrument.ts';
import { instrumentModule } from '../../../src/core/plugin/instrument.ts';
import { wat } from '../../support/wasm/module.ts';
import { moduleText } from '../../support/wasm/random-module.ts';

const FUEL = '__fuel';
const PLENTY = 1_000_000_000n;

function instrument(
  bytes: Uint8Array,
  options: { startFuel?: bigint; merge?: boolean } = {},
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
  try {
    result = (exports as Exports)['run']!(...args);
  } catch (error) {
    result = error instanceof WebAssembly.RuntimeError ? error.message : error;
  }
  const memory = exports['memory'] as WebAssembly.Memory | undefined;
  const left = counter?.value ?? 0n;
  return {
    result,
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
        const merged = instrument(bytes).wasm;
        const exact = instrument(bytes, { merge: false }).wasm;
        expect(WebAssembly.validate(new Uint8Array(merged))).toBe(true);
        expect(WebAssembly.validate(new Uint8Array(exact))).toBe(true);
        const [original, fast, precise] = [run(bytes), run(merged), run(exact)];
        sameEffect(fast, original);
        sameEffect(precise, original);
        expect(fast.used).toBeGreaterThanOrEqual(precise.used);
        expect(precise.used).toBeGreaterThan(0n);
      }),
      { numRuns: 300 },
    );
  });

  it('ends in the same result with what a run used, and below zero with any less that stops it', () => {
    fc.assert(
      fc.property(moduleText, fc.double({ min: 0, max: 1, noNaN: true }), (text, share) => {
        const { wasm } = instrument(wat(text));
        const whole = run(wasm);
        sameEffect(run(wasm, whole.used), whole);
        const less = run(wasm, BigInt(Math.floor(Number(whole.used) * share)));
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
