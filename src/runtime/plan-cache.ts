/** What an isolate has compiled, by the hash of all that went into it: pure data, which requests may share. */
import type { Issue } from '../core/errors.ts';
import type { References } from '../core/recipe/compile.ts';
import type { Plan } from '../core/recipe/plan.ts';
import { createBoundedCache } from './bounded-cache.ts';
import type { BoundedCache } from './bounded-cache.ts';
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
  /** Room is counted in characters of JSON; as objects they take several times as much, of 128 MB. */
  readonly plans: BoundedCache<CompiledRecipe>;
  /** By tenant, path and text: what has to be fetched before it is known whether a plan is there. */
  readonly references: BoundedCache<References>;
}

const MAX_CHARS = 8 * 1024 * 1024;
const MAX_ENTRIES = 500;

export function createPlanCache(): PlanCache {
  return {
    plans: createBoundedCache({ chars: MAX_CHARS, entries: MAX_ENTRIES }),
    references: createBoundedCache({ chars: MAX_CHARS / 2, entries: MAX_ENTRIES }),
  };
}
