/** Results of pure functions in this isolate: the ones used longest ago go first. */
import type { Clock, EpochMs } from '../ports.ts';
import type { Memo } from '../ports/cache.ts';

interface Kept {
  readonly text: string;
  readonly until: EpochMs;
}

const MAX_TEXT = 64 * 1024;

export function createMemo({
  clock,
  maxEntries = 1_000,
  maxChars = 8 * 1024 * 1024,
}: {
  readonly clock: Pick<Clock, 'now'>;
  readonly maxEntries?: number;
  /** Of the texts together. */
  readonly maxChars?: number;
}): Memo {
  const kept = new Map<string, Kept>();
  let chars = 0;

  function drop(key: string): void {
    chars -= kept.get(key)?.text.length ?? 0;
    kept.delete(key);
  }

  return {
    find(key) {
      const found = kept.get(key);
      if (found === undefined) return undefined;
      kept.delete(key);
      if (found.until > clock.now()) {
        // The order of the map is that of use.
        kept.set(key, found);
        return found.text;
      }
      chars -= found.text.length;
      return undefined;
    },
    keep(key, text, until) {
      drop(key);
      if (text.length > MAX_TEXT) return;
      kept.set(key, { text, until });
      chars += text.length;
      for (const oldest of kept.keys()) {
        if (kept.size <= maxEntries && chars <= maxChars) break;
        drop(oldest);
      }
    },
  };
}
