/** What an isolate has compiled, by the hash of all that went into it: pure data, which requests may share. */
import type { Issue } from '../core/errors.ts';
import type { Plan } from '../core/recipe/plan.ts';
import type { Digest } from './ports.ts';

export interface PinnedPlan {
  readonly plan: Plan;
  readonly planHash: Digest;
}

export interface CompiledRecipe {
  /** Absent when there are errors among the diagnostics. */
  readonly pinned?: PinnedPlan;
  readonly diagnostics: readonly Issue[];
}

export interface PlanCache {
  find(key: Digest): CompiledRecipe | undefined;
  /** `chars`: how long the result would be as JSON. */
  keep(key: Digest, result: CompiledRecipe, chars: number): void;
}

/** Of JSON; as objects they take several times the room, and an isolate has 128 MB. */
const MAX_CHARS = 8 * 1024 * 1024;
const MAX_ENTRIES = 500;

interface Entry {
  readonly result: CompiledRecipe;
  readonly chars: number;
}

/** The least recently used leave first. */
export function createPlanCache(
  limits: { readonly chars: number; readonly entries: number } = {
    chars: MAX_CHARS,
    entries: MAX_ENTRIES,
  },
): PlanCache {
  // A Map keeps the order of insertion, and a use inserts anew.
  const entries = new Map<Digest, Entry>();
  let total = 0;
  const drop = (key: Digest): Entry | undefined => {
    const entry = entries.get(key);
    entries.delete(key);
    total -= entry?.chars ?? 0;
    return entry;
  };
  const enter = (key: Digest, entry: Entry): void => {
    entries.set(key, entry);
    total += entry.chars;
  };
  return {
    find(key) {
      const entry = drop(key);
      if (entry !== undefined) enter(key, entry);
      return entry?.result;
    },
    keep(key, result, chars) {
      drop(key);
      if (chars > limits.chars) return;
      enter(key, { result, chars });
      for (const oldest of entries.keys()) {
        if (total <= limits.chars && entries.size <= limits.entries) break;
        drop(oldest);
      }
    },
  };
}
