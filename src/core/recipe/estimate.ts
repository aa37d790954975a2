/** What a plan can cost before it runs: the most steps, and the most calls of each kind. */
import { isJsonArray } from '../json.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { itemBound } from './item-bound.ts';
import type { LanguageNode, MapNode, NodeType, Plan, PlanNode, RecipeNode } from './plan.ts';
import { visitsOf } from './visits.ts';

const MODEL_TYPES = ['language_task', 'text_to_speech_task', 'speech_to_text_task'] as const;
export const CALL_TYPES = [
  ...MODEL_TYPES,
  'function_task',
  'reduce',
  'http_task',
  'hitl',
  'wait',
] as const satisfies readonly NodeType[];
export type CallType = (typeof CALL_TYPES)[number];

/** Calls by what is called, retries and fallbacks included; null where there is no bound. */
export interface Calls {
  readonly byType: { readonly [T in CallType]?: number | null };
  readonly models: number | null;
}

/** What a node asks of language models: as it is written, for whoever knows what names stand for. */
export interface Asked {
  readonly node: string;
  /** Undefined: the tenant's own default. */
  readonly model: JsonValue | undefined;
  /** Of the node itself; a model may have its own. */
  readonly options: JsonObject;
  /** Infinity stands for no bound. */
  readonly calls: number;
}

export interface Unbounded {
  /** Ids from the recipe's own node inward. */
  readonly node: string;
  readonly code: 'map_at_run_time' | 'recipe_at_run_time' | 'tool_calls';
  readonly detail: string;
  /** Of a map: what one item costs. */
  readonly perItem?: Calls;
}

/** Every condition true, every loop spent, every attempt but the last one failed. */
export interface WorstCase extends Calls {
  /** Visits of nodes, sub-recipes included and items of maps not; never above the run's limit. */
  readonly steps: number;
  readonly unbounded: readonly Unbounded[];
  readonly asked: readonly Asked[];
}

/** Infinity stands for no bound. */
interface Cost {
  readonly steps: number;
  readonly calls: ReadonlyMap<CallType, number>;
  readonly asked: readonly Asked[];
}

interface Place {
  readonly plan: Plan;
  readonly root: Plan;
  /** Ids of the nodes around, each with a slash behind it. */
  readonly prefix: string;
  readonly isNested: boolean;
  readonly unbounded: Unbounded[];
}

const MAX_LISTED = 100;
const NOTHING: Cost = { steps: 0, calls: new Map(), asked: [] };

export function worstCaseOf(plan: Plan): WorstCase {
  const unbounded: Unbounded[] = [];
  const cost = costOfPlan({ plan, root: plan, prefix: '', isNested: false, unbounded });
  return {
    steps: Math.min(cost.steps, plan.limits.maxSteps),
    ...callsOf(cost),
    unbounded: unbounded.slice(0, MAX_LISTED),
    asked: cost.asked,
  };
}

function costOfPlan(place: Place): Cost {
  const { graph } = place.plan;
  const visits = visitsOf(graph);
  return sum(
    graph.nodes.map((node) => {
      const times = visits.get(node.id) ?? 0;
      if (times === 0) return NOTHING;
      const { steps, ...cost } = costOfNode(node, place, node.retry.maxAttempts);
      return scaled({ steps: steps + 1, ...cost }, times);
    }),
  );
}

/** One visit, or one item; the node's own step is not counted. */
function costOfNode(node: PlanNode, place: Place, attempts: number): Cost {
  const undone: Cost[] = node.compensate === undefined ? [] : [oneCall('function_task', 1)];
  return sum([costOfWork(node, place, attempts), ...undone]);
}

function costOfWork(node: PlanNode, place: Place, attempts: number): Cost {
  switch (node.type) {
    case 'map':
      return costOfMap(node, place);
    case 'recipe':
      return costOfRecipe(node, place);
    case 'language_task':
      return costOfLanguage(node, place, attempts);
    case 'text_to_speech_task':
    case 'speech_to_text_task':
    case 'function_task':
    case 'reduce':
    case 'http_task':
      return oneCall(node.type, attempts);
    // Asked or waited for once, however long it takes.
    case 'hitl':
    case 'wait':
      return oneCall(node.type, 1);
  }
}

function costOfLanguage(node: LanguageNode, place: Place, attempts: number): Cost {
  const model = node.model ?? place.plan.modelConfig;
  const tried = isJsonArray(model) ? Math.max(1, model.length) : 1;
  // An answer that does not fit its schema is asked for once more.
  const repaired = node.responseSchema === undefined ? 0 : 1;
  const hasTools = (node.tools ?? []).length > 0;
  const calls = hasTools ? Infinity : attempts * (tried + repaired);
  const id = `${place.prefix}${node.id}`;
  const asked = [{ node: id, model, options: node.options ?? {}, calls }];
  if (!hasTools) return { ...oneCall(node.type, calls), asked };
  const detail = `The model of node "${node.id}" decides how often it calls its tools`;
  tell(place, { node: node.id, code: 'tool_calls', detail });
  const own = sum([oneCall(node.type, Infinity), oneCall('function_task', Infinity)]);
  return { ...own, asked };
}

function costOfMap(node: MapNode, place: Place): Cost {
  const { task } = node;
  const attempts = Math.max(task.retry.maxAttempts, node.retry.maxAttempts);
  const inside = { ...place, prefix: `${place.prefix}${node.id}/`, isNested: true };
  const items = itemBound(node, place.plan, place.isNested);
  const told = place.unbounded.length;
  const perItem = costOfNode(task, inside, attempts);
  if (items !== undefined) return scaled(perItem, items);
  const detail = `Node "${node.id}" runs its task for every item of a collection that only a run knows`;
  const reason = { node: node.id, code: 'map_at_run_time', detail } as const;
  tell(place, { ...reason, perItem: callsOf(perItem) }, told);
  return scaled(perItem, Infinity);
}

function costOfRecipe(node: RecipeNode, place: Place): Cost {
  const { recipes } = place.plan;
  const plan = Object.hasOwn(recipes, node.path) ? recipes[node.path] : undefined;
  if (plan !== undefined) {
    const prefix = `${place.prefix}${node.id}/`;
    return costOfPlan({ ...place, plan, prefix, isNested: false });
  }
  // It may be any recipe of the plan, this one's own parents among them.
  const detail = `Node "${node.id}" runs a recipe that only a run knows`;
  tell(place, { node: node.id, code: 'recipe_at_run_time', detail });
  const types = Object.values(place.root.recipes).flatMap(typesOf);
  const any = { node: `${place.prefix}${node.id}`, model: undefined, options: {}, calls: Infinity };
  const asked = types.includes('language_task') ? [any] : [];
  return { steps: Infinity, calls: new Map(types.map((type) => [type, Infinity])), asked };
}

function typesOf({ graph, recipes }: Plan): CallType[] {
  const own = graph.nodes.flatMap(typesOfNode);
  return [...new Set([...own, ...Object.values(recipes).flatMap(typesOf)])];
}

function typesOfNode(node: PlanNode): CallType[] {
  if (node.type === 'map') return typesOfNode(node.task);
  return node.type === 'recipe' ? [] : [node.type];
}

/** Outer reasons before inner ones. */
function tell({ unbounded, prefix }: Place, reason: Unbounded, at = unbounded.length): void {
  unbounded.splice(at, 0, { ...reason, node: `${prefix}${reason.node}` });
}

function oneCall(type: CallType, times: number): Cost {
  return { steps: 0, calls: new Map([[type, times]]), asked: [] };
}

function sum(costs: readonly Cost[]): Cost {
  const calls = new Map<CallType, number>();
  let steps = 0;
  for (const cost of costs) {
    steps = bounded(steps + cost.steps);
    for (const [type, count] of cost.calls)
      calls.set(type, bounded((calls.get(type) ?? 0) + count));
  }
  return { steps, calls, asked: costs.flatMap(({ asked }) => asked) };
}

function scaled({ steps, calls, asked }: Cost, by: number): Cost {
  const times = (count: number): number => (count === 0 || by === 0 ? 0 : bounded(count * by));
  return {
    steps: times(steps),
    calls: new Map([...calls].map(([type, count]) => [type, times(count)])),
    asked: asked.map((one) => ({ ...one, calls: times(one.calls) })),
  };
}

/** Products of bounds outgrow what a number can tell exactly; they are bounds still. */
function bounded(count: number): number {
  return count === Infinity ? count : Math.min(count, Number.MAX_SAFE_INTEGER);
}

function callsOf({ calls }: Cost): Calls {
  const models = MODEL_TYPES.reduce((total, type) => total + (calls.get(type) ?? 0), 0);
  const counted = CALL_TYPES.flatMap((type) => {
    const count = calls.get(type) ?? 0;
    return count === 0 ? [] : [[type, orNull(count)] as const];
  });
  return { byType: Object.fromEntries(counted), models: orNull(bounded(models)) };
}

function orNull(count: number): number | null {
  return count === Infinity ? null : count;
}
