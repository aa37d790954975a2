/** Runs an instrumented module under a small kernel, to see what a call costs. */

import { FUEL_EXPORT, START_FUEL } from '../../src/core/plugin/fuel.ts';
import { instrumentModule } from '../../src/core/plugin/instrument.ts';

export interface Measured {
  readonly code: number;
  /** The output, or the error's text when `code` is not 0. */
  readonly text: string;
  /** Units of fuel; host functions are not charged here. */
  readonly fuel: number;
  /** Pages of linear memory at the end. */
  readonly pages: number;
}

const BUDGET = 1n << 60n;

/** Calls one export with text, on a fresh instance; a trap is thrown. */
export async function measure(wasm: Uint8Array, name: string, text: string): Promise<Measured> {
  const metered = instrumentModule(wasm, { fuelExport: FUEL_EXPORT, startFuel: START_FUEL });
  if (!metered.ok) throw new Error(metered.error.message);
  const input = new TextEncoder().encode(text);
  const source = new DataView(input.buffer, input.byteOffset, input.length);
  const blocks = new DataView(new ArrayBuffer(32 * 1024 * 1024));
  let used = 8;
  const sizes = new Map<number, number>();
  let result = { start: 0, size: 0 };
  const host = {
    input_length: () => BigInt(input.length),
    input_load_u8: (offset: bigint) => source.getUint8(Number(offset)),
    input_load_u64: (offset: bigint) => source.getBigUint64(Number(offset), true),
    alloc: (size: bigint) => {
      const start = used;
      used += Number(size);
      sizes.set(start, Number(size));
      return BigInt(start);
    },
    store_u8: (offset: bigint, value: number) => blocks.setUint8(Number(offset), value),
    store_u64: (offset: bigint, value: bigint) => blocks.setBigUint64(Number(offset), value, true),
    output_set: (offset: bigint, size: bigint) => {
      result = { start: Number(offset), size: Number(size) };
    },
    error_set: (offset: bigint) => {
      result = { start: Number(offset), size: sizes.get(Number(offset)) ?? 0 };
    },
  };
  const { instance } = await instantiate(metered.value.wasm, { 'extism:host/env': host });
  const fuel = instance.exports[FUEL_EXPORT] as unknown as { value: bigint };
  fuel.value = BUDGET;
  const code = (instance.exports[name] as () => number)();
  const memory = instance.exports['memory'] as unknown as { buffer: ArrayBuffer };
  return {
    code,
    text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      new Uint8Array(blocks.buffer, result.start, result.size),
    ),
    fuel: Number(BUDGET - fuel.value),
    pages: memory.buffer.byteLength / 65_536,
  };
}

// SAFETY: the Workers types leave out instantiation from bytes, which Node has.
const instantiate = WebAssembly.instantiate as unknown as (
  wasm: Uint8Array,
  imports: Record<string, Record<string, unknown>>,
) => Promise<{ instance: { exports: Record<string, unknown> } }>;
