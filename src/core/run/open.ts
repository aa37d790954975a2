/** Opens what holds other steps: a map over its items, a sub-recipe over its graph. */
import { isFileOver } from '../chunk/spec.ts';
import { ComposerError } from '../errors.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { isJsonObject, ownProperty } from '../json.ts';
import { checkInputs } from '../recipe/inputs.ts';
import type { MapNode, Plan, PlanNode, RecipeNode } from '../recipe/plan.ts';
import type { World } from './decide.ts';
import type { StepRow } from './record.ts';
import {
  createResolveContext,
  holds,
  listOf,
  resolve,
  resolveObject,
  resolveReference,
} from './resolve.ts';
import type { ResolveContext } from './resolve.ts';
import { needRoom } from './room.ts';
import { scopeOf } from './scope.ts';
import type { ScopeParts } from './scope.ts';
import { takeItems } from './seeds.ts';
import { createFrame, lookAt } from './state.ts';
import type { Active, Opened, RunState } from './state.ts';
import { warn, warnMissing, writeStep } from './write.ts';

export const MAX_ITEMS = 100_000;
const MAX_DEPTH = 8;

/**
 * Throws `map_over_invalid` and what its templates throw. A map over a file stays ready to be
 * attempted instead: the attempt finds its chunks.
 */
export function openMap(state: RunState, step: Active, world: World): void {
  const node = mapNode(step);
  if (isFileOver(node.over)) return;
  const { context } = stepContext(state, step, world);
  const over = resolve(node.over, context);
  const list = listOf(over);
  if (list === undefined) {
    const kind = over === null ? 'nothing' : `a ${typeof over}`;
    throw new ComposerError(
      'map_over_invalid',
      `Cannot go over "over" of node "${node.id}": expected a list or a map, found ${kind}`,
    );
  }
  warnMissing(state, world, node, context.missing);
  openItems(state, step, list, world);
}

/** Throws `map_over_invalid` and `value_too_large`. */
export function openItems(state: RunState, step: Active, found: Opened, world: World): void {
  const node = mapNode(step);
  const { opened, ledger } = takeItems(state, step, found);
  const { items, keys } = opened;
  if (items.length > MAX_ITEMS) {
    throw new ComposerError(
      'map_over_invalid',
      `Cannot go over ${items.length} items in node "${node.id}": at most ${MAX_ITEMS} are allowed`,
    );
  }
  needRoom(state, [items, keys ?? null], `Cannot go over "over" of node "${node.id}"`);
  state.ledgers.set(step.key, ledger);
  step.phase = 'open';
  step.progress = { node, ledger, next: 0, inFlight: 0, ...opened };
  writeStep(state, step, world, { status: 'open', endSeq: state.seq, taken: [] });
  state.changes.maps.add(step);
}

/** What a map at the root of a run that has ended went over; nothing where that cannot be told. */
export function itemsAgain(state: RunState, key: string, world: World): Partial<Opened> {
  const [id = '', visit = '1'] = key.split('@');
  const node = state.root.index.nodes.get(id)?.node;
  if (node?.type !== 'map' || isFileOver(node.over)) return {};
  const times = { startSeq: 0, startedAt: world.now, heldMs: 0, attempt: 1 };
  const about = { key, node, frame: state.root, visit: Number(visit), looped: false };
  const { context } = stepContext(state, { ...about, ...times, phase: 'open' }, world);
  try {
    return listOf(resolve(node.over, context)) ?? {};
  } catch {
    return {};
  }
}

/** Throws `recipe_not_found`, `inputs_invalid` and what its templates throw. */
export function openRecipe(state: RunState, step: Active, world: World): void {
  const node = recipeNode(step);
  const { context, input } = stepContext(state, step, world);
  const path = resolveReference(node.path, step.frame.plan.recipes, context);
  const plan = findPlan(state.plan, step.frame.plan, path);
  if (plan === undefined)
    throw new ComposerError('recipe_not_found', `Cannot find sub-recipe "${path}"`);
  if (depthOf(step) >= MAX_DEPTH) {
    throw new ComposerError('recipe_invalid', `Cannot nest recipes deeper than ${MAX_DEPTH}`);
  }
  const checked = checkInputs(plan, mappedInputs({ node, plan, context, input }));
  if (!checked.ok) {
    const issues = checked.error;
    const details = issues.map(({ detail }) => detail).join('; ');
    throw new ComposerError('inputs_invalid', `Cannot start sub-recipe "${path}": ${details}`, {
      issues,
    });
  }
  needRoom(state, checked.value.values, `Cannot give sub-recipe "${path}" its inputs`);
  warnMissing(state, world, node, context.missing);
  for (const { code, detail } of checked.value.warnings)
    warn(state, world, { code, detail, node: node.id });
  step.phase = 'open';
  step.recipe = path;
  step.inside = createFrame(`${step.key}/`, plan, checked.value.values, step);
  writeStep(state, step, world, { status: 'open', endSeq: state.seq, taken: [] });
  lookAt(state, step.inside);
}

interface Mapped {
  readonly node: RecipeNode;
  readonly plan: Plan;
  readonly context: ResolveContext;
  /** What the node's own `input` came to. */
  readonly input: JsonValue | undefined;
}

/** Without a mapping a sub-recipe gets the node's `input`, or else what the parent has under its names. */
function mappedInputs({ node, plan, context, input }: Mapped): JsonObject {
  if (node.inputMapping !== undefined) return resolveObject(node.inputMapping, context);
  if (isJsonObject(input)) return input;
  const found = plan.inputs.flatMap(({ id }): [string, JsonValue][] => {
    const value = context.scope.get(id);
    return value === undefined ? [] : [[id, value]];
  });
  return Object.fromEntries(found);
}

/** The same with the node's resolved input, which is itself resolved without itself. */
export function stepContext(
  state: RunState,
  step: Active,
  world: World,
): { readonly context: ResolveContext; readonly input: JsonValue | undefined } {
  const parts = scopeParts(state, step, world);
  const outer = contextOf(step, parts, world);
  if (step.given !== undefined) return { context: outer, input: step.given };
  const input = step.node.input === undefined ? undefined : resolve(step.node.input, outer);
  if (!isJsonObject(input)) return { context: outer, input };
  const { missing, budget } = outer;
  return { context: contextOf(step, { ...parts, input }, { ...world, missing, budget }), input };
}

/** Whether an item's task is to run: its own `when`, which sees the item but not the task's input. */
export function isItemMeant(state: RunState, step: Active, world: World): boolean {
  const { when } = step.node;
  return when === undefined || holds(when, contextOf(step, scopeParts(state, step, world), world));
}

function contextOf(
  { frame }: Active,
  parts: ScopeParts,
  rest: World & Partial<ResolveContext>,
): ResolveContext {
  return createResolveContext({ plan: frame.plan, scope: scopeOf(frame, parts), ...rest });
}

function scopeParts(state: RunState, { item, map }: Active, world: World): ScopeParts {
  const shared = map && sharedInput(state, map, world);
  return {
    run: state,
    now: world.now,
    ...(item && { item }),
    ...(shared && { shared }),
  };
}

/** What the inputs of a map and of those around it add for its task. */
function sharedInput(state: RunState, map: Active, world: World): JsonObject {
  const { progress } = map;
  if (progress?.shared !== undefined) return progress.shared;
  const outer = map.map === undefined ? {} : sharedInput(state, map.map, world);
  const { input } = stepContext(state, map, world);
  const shared = { ...outer, ...(isJsonObject(input) && input) };
  if (progress !== undefined) progress.shared = shared;
  return shared;
}

export function findPlan(root: Plan, near: Plan, path: string): Plan | undefined {
  for (const recipes of [near.recipes, root.recipes]) {
    if (Object.hasOwn(recipes, path)) return recipes[path];
  }
  return undefined;
}

function depthOf(step: Active): number {
  let depth = 0;
  for (let owner = step.frame.owner; owner !== undefined; owner = owner.frame.owner) depth += 1;
  return depth;
}

/**
 * The outputs of a sub-recipe that are also published by name. Read off the node's output, so that a
 * restart finds the same ones.
 */
export function mappedNames(
  node: PlanNode,
  status: StepRow['status'],
  output: JsonValue,
): readonly (readonly [string, JsonValue])[] {
  if (node.type !== 'recipe' || node.outputMapping === undefined) return [];
  // A handled failure has an error in place of the outputs.
  if (status !== 'completed') return [];
  const names = Object.keys(node.outputMapping);
  if (names.length === 1 && node.hasOutput) return names.map((name) => [name, output] as const);
  if (!isJsonObject(output)) return [];
  return names.flatMap((name) => {
    const value = ownProperty(output, name);
    return value === undefined ? [] : [[name, value] as const];
  });
}

export function mapNode({ node }: Active): MapNode {
  if (node.type !== 'map') throw new Error(`Cannot open node "${node.id}" as a map`);
  return node;
}

export function recipeNode({ node }: Active): RecipeNode {
  if (node.type !== 'recipe') throw new Error(`Cannot open node "${node.id}" as a recipe`);
  return node;
}
