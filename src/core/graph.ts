/** A graph's edges by node, what lies behind each node, and its loops: computed once per graph. */
import type { Graph, NodeId, PlanNode } from './recipe/plan.ts';

export interface GraphIndex {
  /** Nodes by id, in the order listed. */
  readonly nodes: ReadonlyMap<NodeId, { readonly node: PlanNode; readonly position: number }>;
  /** Indexes of the forward edges into a node. Back edges are not waited for. */
  readonly incoming: (id: NodeId) => readonly number[];
  /** Indexes of all edges out of a node. */
  readonly outgoing: (id: NodeId) => readonly number[];
  readonly isEntry: (id: NodeId) => boolean;
  /** Nodes that publish a name when they run. */
  readonly publishers: (name: string) => readonly NodeId[];
  /** The node and all that forward edges lead to from it. */
  readonly reach: (id: NodeId) => ReadonlySet<NodeId>;
  /** The loop that back edges into a node close. */
  readonly loopAt: (target: NodeId) => Loop;
}

/**
 * A node that back edges lead to; `reach` of it is the loop's body. Loops whose bodies share nodes
 * start over in one order, whichever settles first: inner before outer, the smaller body before the
 * larger, then as listed.
 */
export interface Loop {
  /** Nodes that have to be decided before it starts over. */
  readonly within: ReadonlySet<NodeId>;
  /** Targets of loops that go first when they are due too. */
  readonly after: ReadonlySet<NodeId>;
}

const NONE: readonly number[] = [];
const indexes = new WeakMap<Graph, GraphIndex>();

export function indexOf(graph: Graph): GraphIndex {
  const known = indexes.get(graph);
  if (known !== undefined) return known;
  const made = makeIndex(graph);
  indexes.set(graph, made);
  return made;
}

function makeIndex(graph: Graph): GraphIndex {
  const nodes = new Map(graph.nodes.map((node, position) => [node.id, { node, position }]));
  const incoming = new Map<NodeId, number[]>();
  const outgoing = new Map<NodeId, number[]>();
  for (const [index, edge] of graph.edges.entries()) {
    push(outgoing, edge.from, index);
    if (!edge.back) push(incoming, edge.to, index);
  }
  const entries = new Set(graph.entries);
  const publishers = new Map<string, NodeId[]>();
  for (const node of graph.nodes) for (const name of namesOf(node)) push(publishers, name, node.id);
  const reach = remembered((id) => reachFrom(id, graph, outgoing, nodes));
  const targets = new Set(graph.edges.flatMap(({ to, back }) => (back ? [to] : [])));
  const order = [...nodes.keys()]
    .filter((id) => targets.has(id))
    .toSorted((a, b) => reach(a).size - reach(b).size);
  return {
    nodes,
    incoming: (id) => incoming.get(id) ?? NONE,
    outgoing: (id) => outgoing.get(id) ?? NONE,
    isEntry: (id) => entries.has(id),
    publishers: (name) => publishers.get(name) ?? [],
    reach,
    loopAt: remembered((target) => loopOf(target, order, reach)),
  };
}

/**
 * A loop waits for those that overlap with it, and with those in turn: one that starts over between
 * would have its shared nodes read other outputs. It does not wait for a loop that it lies in: an
 * inner loop goes first in any case.
 */
function loopOf(
  target: NodeId,
  order: readonly NodeId[],
  reach: (id: NodeId) => ReadonlySet<NodeId>,
): Loop {
  const within = new Set(reach(target));
  const others = new Set(order.filter((id) => id !== target && !reach(id).has(target)));
  const joined = new Set<NodeId>([target]);
  // Nodes that a loop which joins brings are walked too.
  for (const node of within) {
    for (const id of others) {
      if (!reach(id).has(node)) continue;
      others.delete(id);
      joined.add(id);
      for (const behind of reach(id)) within.add(behind);
    }
  }
  const after = order.slice(0, order.indexOf(target)).filter((id) => joined.has(id));
  return { within, after: new Set(after) };
}

/** A sub-recipe's outputs have names of their own besides. */
function namesOf(node: PlanNode): readonly string[] {
  if (node.type !== 'recipe') return [node.output];
  return [node.output, ...Object.keys(node.outputMapping ?? {})];
}

function remembered<T>(make: (id: NodeId) => T): (id: NodeId) => T {
  const known = new Map<NodeId, T>();
  return (id) => {
    const made = known.get(id) ?? make(id);
    known.set(id, made);
    return made;
  };
}

function reachFrom(
  start: NodeId,
  graph: Graph,
  outgoing: ReadonlyMap<NodeId, readonly number[]>,
  nodes: ReadonlyMap<NodeId, unknown>,
): ReadonlySet<NodeId> {
  const seen = new Set<NodeId>([start]);
  // A Set yields what is added while it is walked.
  for (const id of seen) {
    for (const index of outgoing.get(id) ?? NONE) {
      const edge = graph.edges[index];
      if (edge !== undefined && !edge.back && nodes.has(edge.to)) seen.add(edge.to);
    }
  }
  return seen;
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
