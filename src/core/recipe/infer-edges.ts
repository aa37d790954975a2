/** `edges: auto`: an edge from every node whose output another one reads. */
import type { NodeHead } from './context.ts';
import { findCycle } from './graph.ts';
import { readsOf } from './reads.ts';
import { LIMITS } from './limits.ts';
import type { Report } from './report.ts';

interface Link {
  readonly from: string;
  readonly to: string;
}

export function inferEdges(heads: readonly NodeHead[], report: Report): Link[] {
  const providers = providersOf(heads);
  const ids = new Set(heads.map(({ id }) => id));
  const links: Link[] = [];
  const seen = new Set<string>();
  for (const head of heads) {
    for (const { root, way } of readsOf(head.raw, head.path).reads) {
      const named =
        root === 'nodes'
          ? [String(way[1] ?? '')].filter((id) => ids.has(id))
          : (providers.get(root) ?? []);
      for (const from of named) {
        const key = `${from} ${head.id}`;
        if (from === head.id || seen.has(key)) continue;
        seen.add(key);
        links.push({ from, to: head.id });
      }
    }
  }
  const order = heads.map(({ id }) => id);
  if (links.length > LIMITS.edges) {
    const path = heads[0]?.path.slice(0, -1) ?? [];
    report.add({
      code: 'too_many_edges',
      path,
      detail: `Cannot infer the edges: more than ${LIMITS.edges}`,
    });
    return [];
  }
  const cycle = findCycle(order, links);
  if (cycle === undefined) return inOrder(links, order);
  const first = heads.find(({ id }) => id === cycle[0]);
  const way = cycle.join(' → ');
  report.add({
    code: 'auto_cycle',
    path: first?.path ?? [],
    detail: `Cannot infer the edges: nodes read one another: ${way}`,
  });
  return [];
}

/** Nodes by the name they publish. */
export function providersOf(heads: readonly NodeHead[]): ReadonlyMap<string, readonly string[]> {
  const providers = new Map<string, string[]>();
  for (const { id, output } of heads) providers.set(output, [...(providers.get(output) ?? []), id]);
  return providers;
}

function inOrder(links: readonly Link[], order: readonly string[]): Link[] {
  const rank = new Map(order.map((id, index) => [id, index]));
  const at = (id: string): number => rank.get(id) ?? 0;
  return links.toSorted((a, b) => at(a.from) - at(b.from) || at(a.to) - at(b.to));
}
