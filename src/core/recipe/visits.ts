/** How often each node of a graph can run in one run: loops start over, and `max_visits` ends them. */
import { indexOf } from '../graph.ts';
import { reach } from './graph.ts';
import { END } from './plan.ts';
import type { Graph, NodeId } from './plan.ts';

/** Visits that do work: the one that a spent loop is refused with is not counted. */
export function visitsOf(graph: Graph): ReadonlyMap<NodeId, number> {
  const index = indexOf(graph);
  const reached = reach(graph.entries, graph.edges);
  const again = new Map<NodeId, number>();
  for (const target of new Set(graph.edges.flatMap(({ to, back }) => (back ? [to] : [])))) {
    const times = restartsOf(graph, target);
    for (const id of index.reach(target)) again.set(id, (again.get(id) ?? 0) + times);
  }
  return new Map(
    graph.nodes.map(({ id, maxVisits }) => [
      id,
      reached.has(id) ? Math.min(maxVisits, 1 + (again.get(id) ?? 0)) : 0,
    ]),
  );
}

/** How often a loop can start over at the node that its back edges lead to. */
function restartsOf(graph: Graph, target: NodeId): number {
  const node = graph.nodes.find(({ id }) => id === target);
  if (node === undefined) return 0;
  // A failure that is handled lets the flow go on once more.
  const handled = node.onError === 'continue' ? 1 : 0;
  return node.maxVisits + handled - (isVisitedBefore(graph, target) ? 1 : 0);
}

/** Whether no way leads to a back edge into the node but through the node itself. */
function isVisitedBefore({ edges, entries }: Graph, target: NodeId): boolean {
  const around = edges.filter(({ from, to }) => from !== target && to !== target && to !== END);
  const others = reach(
    entries.filter((id) => id !== target),
    around,
  );
  return edges.every(({ from, to, back }) => !back || to !== target || !others.has(from));
}
