/** Recipe texts this isolate has read, bounded by their size; the least recently read leave first. */
import type { StoredRecipe } from '../../runtime/ports.ts';

const MAX_CHARS = 4 * 1024 * 1024;

export interface TextCache {
  find(key: string): StoredRecipe | undefined;
  keep(key: string, recipe: StoredRecipe): void;
}

export function createTextCache(maxChars = MAX_CHARS): TextCache {
  // A Map keeps the order of insertion, so the first entry is the one kept longest ago.
  const entries = new Map<string, StoredRecipe>();
  let chars = 0;
  const drop = (key: string): void => {
    chars -= entries.get(key)?.text.length ?? 0;
    entries.delete(key);
  };
  return {
    find(key) {
      return entries.get(key);
    },
    keep(key, recipe) {
      drop(key);
      entries.set(key, recipe);
      chars += recipe.text.length;
      for (const oldest of entries.keys()) {
        if (chars <= maxChars) break;
        drop(oldest);
      }
    },
  };
}
