/** Nodes and edges as written, to the graph of a plan. */
import { isJsonArray } from '../json.ts';
import type { JsonValue } from '../json.ts';
import type { NodeHead } from './context.ts';
import { readEdges } from './edges.ts';
import type { WrittenEdge } from './edges.ts';
import { ancestorsOf, shapeOf } from './graph.ts';
import type { Ids } from './graph.ts';
import { inferEdges } from './infer-edges.ts';
import type { Path } from './path.ts';
import { START } from './plan.ts';
import type { NodeId, PlanEdge } from './plan.ts';
import type { Report } from './report.ts';
import { typeName } from './shape.ts';

export interface BuiltGraph {
  readonly edges: readonly PlanEdge[];
  readonly entries: readonly NodeId[];
  /** Edges as written, START included; empty for a chain or `auto`. */
  readonly written: readonly WrittenEdge[];
  readonly kind: 'chain' | 'auto' | 'listed';
  /** False when edges had faults: then what is reachable and what comes before is not known. */
  readonly isWhole: boolean;
  readonly reachable: ReadonlySet<NodeId>;
  readonly before: ReadonlyMap<NodeId, Ids>;
  /** Conditions that edges from START put on a node that has no other. */
  readonly startConditions: ReadonlyMap<NodeId, string>;
}

export function buildGraph(
  heads: readonly NodeHead[],
  raw: JsonValue | undefined,
  path: Path,
  report: Report,
): BuiltGraph {
  const ids = heads.map(({ id }) => id);
  const errors = report.errorCount;
  const built = buildFrom(heads, ids, { raw, path, report });
  return { ...built, isWhole: report.errorCount === errors };
}

type Built = Omit<BuiltGraph, 'isWhole'>;

function buildFrom(
  heads: readonly NodeHead[],
  ids: readonly NodeId[],
  { raw, path, report }: { raw: JsonValue | undefined; path: Path; report: Report },
): Built {
  if (raw === 'auto') return finish(ids, inferEdges(heads, report), { kind: 'auto' });
  if (raw !== undefined && raw !== null && !isJsonArray(raw)) {
    const shown = typeof raw === 'string' ? `"${raw.slice(0, 60)}"` : typeName(raw);
    report.add({
      code: 'wrong_type',
      path,
      detail: `Cannot read "edges": it must be a list or auto, not ${shown}`,
    });
  }
  const listed = isJsonArray(raw) ? raw : [];
  if (listed.length === 0) return finish(ids, chainOf(ids), { kind: 'chain' });
  const written = readEdges(listed, path, new Set(ids), report);
  const starts = written.filter(({ from }) => from === START);
  const inner = written.filter(({ from }) => from !== START);
  const startConditions = readStartConditions(starts, inner, heads, report);
  return finish(ids, inner, {
    kind: 'listed',
    written,
    starts: starts.map(({ to }) => to),
    startConditions,
  });
}

interface Finish {
  readonly kind: Built['kind'];
  readonly written?: readonly WrittenEdge[];
  readonly starts?: readonly NodeId[];
  readonly startConditions?: BuiltGraph['startConditions'];
}

type Link = Pick<WrittenEdge, 'from' | 'to' | 'condition'>;

function finish(ids: readonly NodeId[], links: readonly Link[], options: Finish): Built {
  const { kind, written = [], starts = [], startConditions = new Map() } = options;
  const named = new Set([...links.flatMap(({ from, to }) => [from, to]), ...starts]);
  const nodes = kind === 'listed' ? ids.filter((id) => named.has(id)) : ids;
  const { back, entries, reachable } = shapeOf(
    nodes,
    links,
    starts.filter((id) => named.has(id)),
  );
  const edges = links.map(({ from, to, condition }, index) => ({
    from,
    to,
    ...(condition === undefined ? {} : { condition }),
    back: back[index] ?? false,
  }));
  return {
    kind,
    written,
    edges,
    entries,
    reachable,
    startConditions,
    before: ancestorsOf(ids, links),
  };
}

function chainOf(ids: readonly NodeId[]): Link[] {
  return ids.slice(1).map((to, index) => ({ from: ids[index] ?? to, to }));
}

/** Entries have no condition in a plan, so one on an edge from START becomes the node's own `when`. */
function readStartConditions(
  starts: readonly WrittenEdge[],
  inner: readonly WrittenEdge[],
  heads: readonly NodeHead[],
  report: Report,
): ReadonlyMap<NodeId, string> {
  const conditions = new Map<NodeId, string>();
  for (const { to, condition, conditionPath } of starts) {
    if (condition === undefined) continue;
    const isAlone =
      inner.every((edge) => edge.to !== to) && starts.filter((edge) => edge.to === to).length === 1;
    const hasWhen = heads.some(({ id, node }) => id === to && node?.when !== undefined);
    if (isAlone && !hasWhen) conditions.set(to, condition);
    else {
      const detail = `Cannot keep the condition on the edge from START: node "${to}" has other edges or a "when": put it there`;
      report.add({ code: 'start_condition', path: conditionPath, detail });
    }
  }
  return conditions;
}
