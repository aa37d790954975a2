/** Large values of runs in R2, under their tenant, partition and digest. */
import type { ValuePlace, Values } from '../../runtime/ports/values.ts';

export function createValues(bucket: R2Bucket): Values {
  return {
    async put(place, bytes) {
      // R2 holds the bytes against the digest, so a key never names other content.
      await bucket.put(keyOf(place), bytes, { sha256: place.digest });
    },
    async get(place) {
      const found = await bucket.get(keyOf(place));
      return found === null ? undefined : new Uint8Array(await found.arrayBuffer());
    },
    async delete(places) {
      if (places.length > 0) await bucket.delete(places.map(keyOf));
    },
  };
}

/** Encoded, so that no tenant's name reaches into another's keys. */
function keyOf({ tenant, owner, digest }: ValuePlace): string {
  return `t/${encodeURIComponent(tenant)}/values/${encodeURIComponent(owner)}/${digest}`;
}
