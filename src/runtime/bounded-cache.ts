/** What an isolate keeps for later, up to a number of entries and of characters. */

export interface BoundedCache<V> {
  find(key: string): V | undefined;
  /** `chars`: how much room it takes, about. */
  keep(key: string, value: V, chars: number): void;
}

interface Entry<V> {
  readonly value: V;
  readonly chars: number;
}

/** The least recently used leave first. */
export function createBoundedCache<V>(limits: {
  readonly chars: number;
  readonly entries: number;
}): BoundedCache<V> {
  // A Map keeps the order of insertion, and a use inserts anew.
  const entries = new Map<string, Entry<V>>();
  let total = 0;
  const drop = (key: string): Entry<V> | undefined => {
    const entry = entries.get(key);
    entries.delete(key);
    total -= entry?.chars ?? 0;
    return entry;
  };
  const enter = (key: string, entry: Entry<V>): void => {
    entries.set(key, entry);
    total += entry.chars;
  };
  return {
    find(key) {
      const entry = drop(key);
      if (entry !== undefined) enter(key, entry);
      return entry?.value;
    },
    keep(key, value, chars) {
      drop(key);
      if (chars > limits.chars) return;
      enter(key, { value, chars });
      for (const oldest of entries.keys()) {
        if (total <= limits.chars && entries.size <= limits.entries) break;
        drop(oldest);
      }
    },
  };
}
