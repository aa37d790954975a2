/** Bytes of plugins in R2, under their tenant and hash. */
import type { PluginBytes } from '../../runtime/ports.ts';

const HASH = /^[0-9a-f]{64}$/;

export function createPluginBytes(bucket: R2Bucket): PluginBytes {
  return {
    async put(tenant, hash, bytes) {
      // R2 holds the bytes against the hash, so a key never names other content.
      await bucket.put(keyOf(tenant, hash), bytes, { sha256: hash });
    },
    async get(tenant, hash) {
      if (!HASH.test(hash)) return undefined;
      const found = await bucket.get(keyOf(tenant, hash));
      return found === null ? undefined : new Uint8Array(await found.arrayBuffer());
    },
  };
}

/** Encoded, so that no tenant's name reaches into another's keys. */
function keyOf(tenant: string, hash: string): string {
  return `t/${encodeURIComponent(tenant)}/plugins/${hash}.wasm`;
}
