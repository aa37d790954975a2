/** Large values of runs in memory. */
import type { Digests } from '../../runtime/ports.ts';
import type { ValuePlace, Values } from '../../runtime/ports/values.ts';

export interface MemoryValues extends Values {
  /** How many there are. */
  readonly size: () => number;
}

export function createMemoryValues({
  digests,
}: {
  readonly digests: Pick<Digests, 'sha256'>;
}): MemoryValues {
  const kept = new Map<string, Uint8Array>();
  const keyOf = ({ tenant, owner, digest }: ValuePlace) => JSON.stringify([tenant, owner, digest]);
  return {
    size: () => kept.size,
    async put(place, bytes) {
      const digest = await digests.sha256(bytes);
      if (digest !== place.digest) throw new Error('Cannot put: the bytes are others');
      kept.set(keyOf(place), bytes.slice());
    },
    async get(place) {
      return kept.get(keyOf(place))?.slice();
    },
    async delete(places) {
      for (const place of places) kept.delete(keyOf(place));
    },
  };
}
