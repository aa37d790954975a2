/** The way through a graph that most likely decides how long a run takes. */
import { itemBound } from './item-bound.ts';
import type { NodeId, Plan, PlanNode } from './plan.ts';
import { END } from './plan.ts';

/**
 * What a way takes, heaviest first: waits for people and events, calls over the network, nodes.
 * How long each takes is not known before a run, but a person outweighs any number of calls, and a
 * call any number of functions beside the engine.
 */
type Weight = readonly [waits: number, calls: number, nodes: number];

interface Way {
  readonly ids: readonly NodeId[];
  readonly weight: Weight;
}

const NOWHERE: Way = { ids: [], weight: [0, 0, 0] };

/** Node ids from an entry on; loops once. Of ways that weigh the same, the first listed. */
export function criticalPath(plan: Plan): readonly NodeId[] {
  return heaviestWay(plan).ids;
}

function heaviestWay(plan: Plan): Way {
  const { nodes, edges, entries } = plan.graph;
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const outgoing = new Map<NodeId, NodeId[]>();
  for (const { from, to, back } of edges) {
    if (back || to === END) continue;
    const list = outgoing.get(from);
    if (list === undefined) outgoing.set(from, [to]);
    else list.push(to);
  }
  const ways = new Map<NodeId, Way>();
  for (const id of lastFirst(entries, outgoing)) {
    const node = byId.get(id);
    if (node === undefined) continue;
    const onward = heaviest((outgoing.get(id) ?? []).map((to) => ways.get(to) ?? NOWHERE));
    const weight = plus(weightOf(node, plan, false), onward.weight);
    ways.set(id, { ids: [id, ...onward.ids], weight });
  }
  return heaviest(entries.map((id) => ways.get(id) ?? NOWHERE));
}

/** Every node after all that it leads to. Without back edges there is no cycle. */
function lastFirst(
  entries: readonly NodeId[],
  outgoing: ReadonlyMap<NodeId, readonly NodeId[]>,
): readonly NodeId[] {
  const done = new Set<NodeId>();
  const seen = new Set<NodeId>();
  const stack = entries.toReversed();
  for (let id = stack.at(-1); id !== undefined; id = stack.at(-1)) {
    if (seen.has(id)) {
      stack.pop();
      done.add(id);
      continue;
    }
    seen.add(id);
    for (const to of outgoing.get(id) ?? []) if (!seen.has(to)) stack.push(to);
  }
  return [...done];
}

function weightOf(node: PlanNode, plan: Plan, isNested: boolean): Weight {
  switch (node.type) {
    case 'hitl':
    case 'wait':
      return [1, 0, 1];
    case 'language_task':
    case 'text_to_speech_task':
    case 'speech_to_text_task':
    case 'http_task':
      return [0, 1, 1];
    case 'function_task':
    case 'reduce':
      return [0, 0, 1];
    case 'map': {
      const [waits, calls] = weightOf(node.task, plan, true);
      const items = itemBound(node, plan, isNested) ?? 1;
      const rounds = Math.ceil(items / node.maxConcurrency);
      return [waits * rounds, calls * rounds, 1];
    }
    case 'recipe': {
      const inner = Object.hasOwn(plan.recipes, node.path) ? plan.recipes[node.path] : undefined;
      return inner === undefined ? [0, 0, 1] : plus(heaviestWay(inner).weight, [0, 0, 1]);
    }
  }
}

function heaviest(ways: readonly Way[]): Way {
  return ways.reduce((best, way) => (isHeavier(way.weight, best.weight) ? way : best), NOWHERE);
}

function isHeavier(a: Weight, b: Weight): boolean {
  const at = a.findIndex((part, index) => part !== b[index]);
  return at >= 0 && (a[at] ?? 0) > (b[at] ?? 0);
}

function plus(a: Weight, b: Weight): Weight {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}
