/** What an isolate has read of an object and may go on using for a few seconds. */
import type { Clock } from '../../runtime/ports.ts';

export const MAX_AGE_MS = 5_000;
const MAX_ENTRIES = 1_000;

export interface ShortMemory<T> {
  /** What was read less than `MAX_AGE_MS` ago, or else what `load` gives. */
  read(key: string, load: () => Promise<T>): Promise<T>;
  forget(key: string): void;
}

export function createShortMemory<T>(clock: Pick<Clock, 'now'>): ShortMemory<T> {
  const entries = new Map<string, { readonly value: T; readonly readAt: number }>();
  return {
    async read(key, load) {
      const readAt = clock.now();
      const known = entries.get(key);
      if (known !== undefined && readAt - known.readAt < MAX_AGE_MS) return known.value;
      const value = await load();
      entries.delete(key);
      // A Map keeps the order of insertion, so the first entry is the one read longest ago.
      const [oldest] = entries.keys();
      if (entries.size >= MAX_ENTRIES && oldest !== undefined) entries.delete(oldest);
      entries.set(key, { value, readAt });
      return value;
    },
    forget(key) {
      entries.delete(key);
    },
  };
}
