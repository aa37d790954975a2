/** Faults of the graph as a whole: what never runs, loops without a bound, writers side by side. */
import type { BuiltGraph } from './build-graph.ts';
import type { NodeHead } from './context.ts';
import { providersOf } from './infer-edges.ts';
import type { Path } from './path.ts';
import type { PlanEdge } from './plan.ts';
import { readsOf } from './reads.ts';
import type { Report } from './report.ts';

export interface GraphCheck {
  readonly heads: readonly NodeHead[];
  readonly graph: BuiltGraph;
  readonly edgesPath: Path;
  /** Names that final outputs read. */
  readonly outputRoots: ReadonlySet<string>;
  readonly report: Report;
}

export function checkGraph(check: GraphCheck): void {
  const { heads, graph, edgesPath, report } = check;
  if (!graph.isWhole) return;
  if (heads.length > 0 && graph.entries.length === 0) {
    report.add({
      code: 'no_entry',
      path: edgesPath,
      detail: 'Cannot start the graph: no node can be the first',
    });
    return;
  }
  checkReachable(check);
  checkLoops(check);
  checkWriters(check);
}

function checkReachable({ heads, graph, outputRoots, report }: GraphCheck): void {
  const lost = heads.filter(({ id }) => !graph.reachable.has(id));
  if (lost.length === 0) return;
  const readers = heads.filter(({ id }) => graph.reachable.has(id));
  const used = new Set(outputRoots);
  for (const { raw, path } of readers) {
    for (const { root, way } of readsOf(raw, path).reads)
      used.add(root === 'nodes' ? `nodes.${way[1]}` : root);
  }
  const alive = new Set(readers.map(({ output }) => output));
  for (const { id, output, path } of lost) {
    const isRead = (used.has(output) && !alive.has(output)) || used.has(`nodes.${id}`);
    const why = graph.written.some(({ from, to }) => from === id || to === id)
      ? 'no edge leads to it from the start'
      : 'it is in no edge';
    const detail = `Node "${id}" never runs: ${why}${isRead ? ', and its output is read' : ''}`;
    report.add({
      code: 'unreachable',
      path: [...path, 'id'],
      detail,
      severity: isRead ? 'error' : 'warning',
    });
  }
}

/** A back edge that is always taken ends at the default limit, as a failure, unless the author set one. */
function checkLoops({ heads, graph, report }: GraphCheck): void {
  for (const edge of graph.edges) {
    if (!edge.back || edge.condition !== undefined) continue;
    const target = heads.find(({ id }) => id === edge.to);
    const isSet =
      typeof target?.raw === 'object' &&
      target.raw !== null &&
      Object.hasOwn(target.raw, 'max_visits');
    if (isSet || hasWayOut(heads, graph, edge)) continue;
    const written = graph.written.find(
      ({ from, to, condition }) => from === edge.from && to === edge.to && condition === undefined,
    );
    const detail = `The loop from "${edge.from}" back to "${edge.to}" has no condition and "${edge.to}" no "max_visits"`;
    report.add({ code: 'unbounded_loop', path: written?.path ?? target?.path ?? [], detail });
  }
}

/** A loop can also end where an edge inside it or a node of it has a condition. */
function hasWayOut(
  heads: readonly NodeHead[],
  { before, edges }: BuiltGraph,
  back: PlanEdge,
): boolean {
  const isBefore = (id: string, later: string): boolean =>
    id === later || before.get(later)?.has(id) === true;
  const inside = heads.filter(({ id }) => isBefore(back.to, id) && isBefore(id, back.from));
  if (inside.some(({ node }) => node?.when !== undefined)) return true;
  const ids = new Set(inside.map(({ id }) => id));
  return edges.some(
    ({ from, to, condition }) => condition !== undefined && ids.has(from) && ids.has(to),
  );
}

const MAX_WRITERS = 20;

function checkWriters({ heads, graph, report }: GraphCheck): void {
  const byId = new Map(heads.map((head) => [head.id, head]));
  const forks = forksOf(graph.edges);
  for (const [output, all] of providersOf(heads)) {
    const ids = all.filter((id) => graph.reachable.has(id)).slice(0, MAX_WRITERS);
    for (const [index, id] of ids.entries()) {
      const other = ids.slice(0, index).find((earlier) => isParallel(earlier, id, graph, forks));
      const head = byId.get(id);
      if (other === undefined || head === undefined) continue;
      const detail = `Nodes "${other}" and "${id}" may run in parallel and both publish "${output}": the value of "${id}" is kept`;
      const hasOutput =
        typeof head.raw === 'object' && head.raw !== null && Object.hasOwn(head.raw, 'output');
      report.add({
        code: 'parallel_writers',
        path: [...head.path, hasOutput ? 'output' : 'id'],
        detail,
      });
    }
  }
}

/** Targets of the conditional edges of each node that has several. */
function forksOf(edges: readonly PlanEdge[]): readonly (readonly string[])[] {
  const byNode = new Map<string, string[]>();
  for (const { from, to, condition } of edges) {
    if (condition !== undefined) byNode.set(from, [...(byNode.get(from) ?? []), to]);
  }
  return [...byNode.values()].filter((targets) => targets.length > 1);
}

function isParallel(
  a: string,
  b: string,
  { before }: BuiltGraph,
  forks: readonly (readonly string[])[],
): boolean {
  const leads = (from: string, to: string): boolean =>
    from === to || before.get(to)?.has(from) === true;
  if (leads(a, b) || leads(b, a)) return false;
  // Different conditional edges of one node: they are alternatives.
  return !forks.some((targets) => {
    const toA = targets.filter((target) => leads(target, a));
    const toB = targets.filter((target) => leads(target, b));
    return (
      toA.length > 0 &&
      toB.length > 0 &&
      !(toA.length === 1 && toB.length === 1 && toA[0] === toB[0])
    );
  });
}
