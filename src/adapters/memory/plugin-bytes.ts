/** Bytes of plugins in memory. */
import type { PluginBytes } from '../../runtime/ports.ts';

export function createMemoryPluginBytes(): PluginBytes {
  const stored = new Map<string, Uint8Array>();
  const keyOf = (tenant: string, hash: string): string => JSON.stringify([tenant, hash]);
  return {
    async put(tenant, hash, bytes) {
      stored.set(keyOf(tenant, hash), bytes.slice());
    },
    async get(tenant, hash) {
      return stored.get(keyOf(tenant, hash))?.slice();
    },
  };
}
