/** Values that are not part of a recipe and may hold templates: what starts a run maps to its inputs. */
import type { JsonObject, JsonValue } from '../core/json.ts';
import { ownProperty } from '../core/json.ts';
import { PLAN_FORMAT } from '../core/recipe/plan.ts';
import type { Plan } from '../core/recipe/plan.ts';
import { createResolveContext, holds, resolve, resolveObject } from '../core/run/resolve.ts';
import type { ResolveContext } from '../core/run/resolve.ts';

/** Templates here have no recipe around them: nothing but the scope to read. */
const BARE: Plan = {
  planFormat: PLAN_FORMAT,
  name: 'mapping',
  inputs: [],
  graph: { nodes: [], edges: [], entries: [] },
  definitions: {},
  limits: { maxSteps: 1 },
  strict: false,
  recipes: {},
  prompts: {},
  functions: {},
};

interface Chance {
  readonly now: number;
  readonly random: () => number;
}

/** Throws `template_error`, `template_budget`. */
export function mapValues(values: JsonObject, scope: JsonObject, chance: Chance): JsonObject {
  return resolveObject(values, contextOf(scope, chance));
}

/** Throws as `mapValues` does. */
export function mapValue(value: JsonValue, scope: JsonObject, chance: Chance): JsonValue {
  return resolve(value, contextOf(scope, chance));
}

/** Whether an expression holds. Throws as `mapValues` does. */
export function holdsIn(expression: string, scope: JsonObject, chance: Chance): boolean {
  return holds(expression, contextOf(scope, chance));
}

function contextOf(scope: JsonObject, { now, random }: Chance): ResolveContext {
  const get = (name: string) => ownProperty(scope, name);
  return createResolveContext({ plan: BARE, scope: { get }, now, random });
}
