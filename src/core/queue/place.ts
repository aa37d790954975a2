/** In which partition of a tenant a run lies: its id says so, and a key decides it for a new one. */

const SUFFIX = /-(\d{1,4})$/;

/** The same key, the same partition, as long as their number stays. */
export function placeOf(key: string, partitions: number): number {
  // FNV-1a: spreads short texts well, and needs no more than a multiplication.
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % partitions;
}

/** The first partition's runs have no suffix: it is the only one until there are more. */
export function withPlace(id: string, place: number): string {
  return place === 0 ? id : `${id}-${place}`;
}

export function placeOfRun(id: string): number {
  return Number(SUFFIX.exec(id)?.[1] ?? 0);
}
