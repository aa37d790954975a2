/** Large values of the cache in memory. */
import type { LargeValues } from '../../runtime/ports/cache.ts';

export function createMemoryLargeValues(): LargeValues {
  const kept = new Map<string, Uint8Array>();
  const nameOf = (tenant: string, digest: string): string => JSON.stringify([tenant, digest]);
  return {
    async put(tenant, { digest, bytes }) {
      kept.set(nameOf(tenant, digest), bytes);
    },
    async get(tenant, digest) {
      return kept.get(nameOf(tenant, digest));
    },
    async delete(tenant, digest) {
      kept.delete(nameOf(tenant, digest));
    },
  };
}
