/** Values that are not part of a recipe and may hold templates: what starts a run maps to its inputs. */
import type { JsonObject } from '../core/json.ts';
import { ownProperty } from '../core/json.ts';
import { PLAN_FORMAT } from '../core/recipe/plan.ts';
import type { Plan } from '../core/recipe/plan.ts';
import { createResolveContext, resolveObject } from '../core/run/resolve.ts';

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

/** Throws `template_error`, `template_budget`. */
export function mapValues(
  values: JsonObject,
  scope: JsonObject,
  { now, random }: { now: number; random: () => number },
): JsonObject {
  const get = (name: string) => ownProperty(scope, name);
  return resolveObject(values, createResolveContext({ plan: BARE, scope: { get }, now, random }));
}
