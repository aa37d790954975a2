/**
 * Puts an instance back to what it was when it was new, so that the next call finds nothing of the last.
 * Cheaper than a new one for a small memory, and no dead memory waits to be collected.
 */
import { FUEL_EXPORT } from '../../core/plugin/fuel.ts';
import { GLOBAL_EXPORT, MEMORY_EXPORT, REWIND_EXPORT } from '../../core/plugin/rewinding.ts';

/** Puts it back; false when that cannot be done, and the instance is of no more use. */
export type Rewind = () => boolean;

/** Bytes of a memory beyond which a new instance, whose memory is mapped and not written, is cheaper. */
const MOST_BYTES = 2 * 1024 * 1024;

export function isRewindable(module: WebAssembly.Module): boolean {
  return WebAssembly.Module.exports(module).some(({ name }) => name === REWIND_EXPORT);
}

/** To be asked for while the instance is new. Undefined when it is too large. */
export function createRewind({ exports }: WebAssembly.Instance): Rewind | undefined {
  const memory = exports[MEMORY_EXPORT];
  const held = memory instanceof WebAssembly.Memory ? memory : undefined;
  const size = held?.buffer.byteLength ?? 0;
  if (size > MOST_BYTES) return undefined;
  const image = held && writtenPart(held.buffer);
  const globals = Object.entries(exports).flatMap(([name, value]) =>
    value instanceof WebAssembly.Global && (name === FUEL_EXPORT || name.startsWith(GLOBAL_EXPORT))
      ? [{ global: value, value: value.value as unknown }]
      : [],
  );
  return () => {
    // A memory never shrinks, and its size is something to know of the last call.
    if (held !== undefined && held.buffer.byteLength !== size) return false;
    if (held !== undefined && image !== undefined) {
      const bytes = new Uint8Array(held.buffer);
      bytes.set(image);
      bytes.fill(0, image.length);
    }
    for (const { global, value } of globals) global.value = value;
    return true;
  };
}

/** A copy up to the last byte that is not 0. */
function writtenPart(buffer: ArrayBuffer): Uint8Array {
  // Memories are whole pages.
  const words = new BigUint64Array(buffer);
  let end = words.length;
  while (end > 0 && words[end - 1] === 0n) end -= 1;
  return new Uint8Array(buffer.slice(0, end * 8));
}
