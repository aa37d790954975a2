/** A graph's edges by node, and what lies behind each node: computed once per graph. */
import type { Graph, NodeId, PlanNode } from './recipe/plan.ts';

export interface GraphIndex {
  /** Nodes by id, in the order listed. */
  readonly nodes: ReadonlyMap<NodeId, { readonly node: PlanNode; readonly position: number }>;
  /** Indexes of the forward edges into a node. Back edges are not waited for. */
  readonly incoming: (id: NodeId) => readonly number[];
  /** Indexes of all edges out of a node. */
  readonly outgoing: (id: NodeId) => readonly number[];
  readonly isEntry: (id: NodeId) => boolean;
  /** The node and all that forward edges lead to from it. */
  readonly reach: (id: NodeId) => ReadonlySet<NodeId>;
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
  const reached = new Map<NodeId, ReadonlySet<NodeId>>();
  return {
    nodes,
    incoming: (id) => incoming.get(id) ?? NONE,
    outgoing: (id) => outgoing.get(id) ?? NONE,
    isEntry: (id) => entries.has(id),
    reach(id) {
      const known = reached.get(id);
      if (known !== undefined) return known;
      const found = reachFrom(id, graph, outgoing, nodes);
      reached.set(id, found);
      return found;
    },
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

function push(map: Map<NodeId, number[]>, key: NodeId, index: number): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [index]);
  else list.push(index);
}
