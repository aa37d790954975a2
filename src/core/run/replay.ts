/**
 * A replay: what an earlier run decided before and beside a step is handed to a new run, which takes it
 * where it comes to the same steps. Edges, conditions and what lies behind are decided anew.
 */
import { fail, ok } from '../errors.ts';
import type { Result } from '../errors.ts';
import type { JsonValue } from '../json.ts';
import type { Graph, NodeId, Plan, PlanNode } from '../recipe/plan.ts';
import { itemsAgain } from './open.ts';
import type { Seeds, StepRow } from './record.ts';
import { rebuild } from './restore.ts';
import type { StoredRun } from './restore.ts';
import { undoneKeys } from './undo-rows.ts';
import type { Opened } from './state.ts';

export interface ReplayPoint {
  /** A node, a step, or an item of a map such as `scores[17]`; in sub-recipes `review/grade`. */
  readonly from: string;
  /** What takes the place of the item. */
  readonly item?: JsonValue;
}

const POINT = /^([^[\]]{1,1000})(?:\[(\d{1,6})\])?$/;

/** `node_not_found` when there is nothing at that point. */
export function seedsOf(stored: StoredRun, { from, item }: ReplayPoint): Result<Seeds> {
  const nothing = fail('node_not_found', `Cannot replay from "${from}": there is no such step`);
  const [, step = '', index] = POINT.exec(from) ?? [];
  const levels = levelsOf(stored.plan, step);
  if (levels === undefined || (item !== undefined && index === undefined)) return nothing;
  const steps = levels.flatMap((level) => reusedAt(level, stored.steps)).map(seedOf);
  if (index === undefined) return ok({ steps, ledger: [] });
  const map = stored.steps.find(({ key }) => key === step);
  const count = map?.itemCount ?? map?.items?.length ?? 0;
  if (map === undefined || Number(index) >= count) return nothing;
  const { items, keys } = map.items
    ? { items: map.items, keys: map.itemKeys }
    : itemsOf(stored, map);
  const redo = { index: Number(index), ...(item !== undefined && { item }) };
  const { output: _output, failure: _failure, ...row } = seedOf(map);
  const ledger = items === undefined ? [] : stored.ledger.filter(({ key }) => key === step);
  return ok({
    steps: [...steps, { ...row, redo, ...(items && { items }), ...(keys && { itemKeys: keys }) }],
    ledger: ledger.map(({ entries, ...rest }) => ({
      ...rest,
      entries: entries.filter(([at, outcome]) => at !== redo.index && outcome.ok),
    })),
  });
}

/** One graph on the way to the point, and the step in it that is to run again. */
interface Level {
  readonly path: string;
  readonly graph: Graph;
  readonly key: string;
}

function levelsOf(root: Plan, step: string): readonly Level[] | undefined {
  const levels: Level[] = [];
  let plan: Plan | undefined = root;
  let path = '';
  for (const part of step.split('/')) {
    const node: PlanNode | undefined = plan?.graph.nodes.find(({ id }) => id === nodeOf(part));
    if (plan === undefined || node === undefined) return undefined;
    levels.push({ path, graph: plan.graph, key: `${path}${part}` });
    path = `${path}${part}/`;
    plan =
      node.type === 'recipe' ? (plan.recipes[node.path] ?? root.recipes[node.path]) : undefined;
  }
  return levels;
}

/** What was decided before the step began, and what does not lie behind it. */
function reusedAt({ path, graph, key }: Level, rows: readonly StepRow[]): StepRow[] {
  const behind = nodesBehind(graph, nodeOf(key.slice(path.length)));
  const startSeq = rows.find((row) => row.key === key)?.startSeq ?? Number.POSITIVE_INFINITY;
  const undone = undoneKeys(rows);
  return rows.filter((row) => {
    const name = row.key.slice(path.length);
    if (row.key === key || !row.key.startsWith(path) || /[/[]/.test(name)) return false;
    // What was undone has to be done again.
    const isDecided = row.output !== undefined && row.status !== 'open';
    return (
      isDecided && !undone.has(row.key) && (row.endSeq < startSeq || !behind.has(nodeOf(name)))
    );
  });
}

/** All that a node leads to, itself included. */
function nodesBehind(graph: Graph, start: NodeId): ReadonlySet<NodeId> {
  const seen = new Set([start]);
  // A Set yields what is added while it is walked.
  for (const id of seen) for (const edge of graph.edges) if (edge.from === id) seen.add(edge.to);
  return seen;
}

function seedOf({ taken: _taken, looped: _looped, stats, ...row }: StepRow): StepRow {
  const { key, attempt, startedAt, endedAt, output, failure } = row;
  return {
    key,
    status: 'seed',
    attempt,
    startSeq: 0,
    endSeq: 0,
    startedAt,
    endedAt,
    taken: [],
    ...(output !== undefined && { output }),
    ...(failure !== undefined && { failure }),
    ...(stats?.provider !== undefined && { stats: { wallMs: 0, provider: stats.provider } }),
  };
}

/** What a map went over, worked out again: its row no longer has it once the map is decided. */
function itemsOf(stored: StoredRun, { key, startedAt }: StepRow): Partial<Opened> {
  if (key.includes('/')) return {};
  return itemsAgain(rebuild(stored), key, { now: startedAt, random: () => 0 });
}

function nodeOf(name: string): NodeId {
  return name.split('@', 1)[0] ?? name;
}
