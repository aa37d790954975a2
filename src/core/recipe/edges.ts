/** Edges as written: `a to b`, `a to b if condition`, `{from, to, condition}`, lists of ends. */
import { isJsonArray, isJsonObject, ownProperty } from '../json.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { conditionText } from './expression-text.ts';
import { LIMITS } from './limits.ts';
import type { Path } from './path.ts';
import { END, START } from './plan.ts';
import type { Report } from './report.ts';
import { isFreeKey, typeName } from './shape.ts';
import { closest } from './suggest.ts';

/** One from and one to. */
export interface WrittenEdge {
  readonly from: string;
  readonly to: string;
  readonly condition?: string;
  /** The condition as written, and where it starts in the string at `conditionPath`. */
  readonly written?: { readonly condition: string; readonly text: string; readonly offset: number };
  readonly path: Path;
  readonly conditionPath: Path;
}

interface EdgeParts {
  readonly from: readonly End[];
  readonly to: readonly End[];
  readonly condition?: string;
  readonly written?: WrittenEdge['written'];
  readonly path: Path;
  readonly conditionPath: Path;
}

interface End {
  readonly id: string;
  readonly path: Path;
  readonly offset?: number;
  readonly text?: string;
}

const KEYS = ['from', 'to', 'condition'];
const SEPARATORS = /^\s*(\S+)\s+to\s+(\S+)\s*$/;
const LIKE_EDGE = /->|=>|→|\bthen\b/;

export function readEdges(
  raw: readonly JsonValue[],
  path: Path,
  ids: ReadonlySet<string>,
  report: Report,
): WrittenEdge[] {
  const edges: WrittenEdge[] = [];
  const seen = new Set<string>();
  for (const [index, item] of raw.entries()) {
    const parts = readParts(item, [...path, index], report);
    if (parts === undefined) continue;
    const from = parts.from.filter((end) => isKnown(end, 'from', ids, report));
    const to = parts.to.filter((end) => isKnown(end, 'to', ids, report));
    for (const start of from) {
      for (const end of to) addEdge(edgeOf(parts, start, end), { edges, seen, report });
    }
    if (edges.length > LIMITS.edges) {
      report.add({
        code: 'too_many_edges',
        path,
        detail: `Cannot read the edges: more than ${LIMITS.edges}`,
      });
      return edges.slice(0, LIMITS.edges);
    }
  }
  return edges;
}

function edgeOf(
  { condition, written, path, conditionPath }: EdgeParts,
  from: End,
  to: End,
): WrittenEdge {
  return {
    from: from.id,
    to: to.id,
    path,
    conditionPath,
    ...(condition === undefined ? {} : { condition }),
    ...(written === undefined ? {} : { written }),
  };
}

function addEdge(
  edge: WrittenEdge,
  { edges, seen, report }: { edges: WrittenEdge[]; seen: Set<string>; report: Report },
): void {
  const key = JSON.stringify([edge.from, edge.to, edge.condition ?? null]);
  if (!seen.has(key)) {
    seen.add(key);
    edges.push(edge);
    return;
  }
  report.add({
    code: 'duplicate_edge',
    path: edge.path,
    detail: `The edge from "${edge.from}" to "${edge.to}" is given twice`,
  });
}

function readParts(item: JsonValue, path: Path, report: Report): EdgeParts | undefined {
  if (typeof item === 'string') return readText(item, path, report);
  if (isJsonObject(item)) return readObject(item, path, report);
  report.add({
    code: 'bad_edge',
    path,
    detail: `Cannot read an edge: it must be text or a map, not ${typeName(item)}`,
  });
  return undefined;
}

function readText(text: string, path: Path, report: Report): EdgeParts | undefined {
  const mark = /\sif\s/.exec(text);
  const ends = mark === null ? text : text.slice(0, mark.index);
  const condition = mark === null ? undefined : text.slice(mark.index + mark[0].length);
  const match = SEPARATORS.exec(ends);
  if (match === null || condition?.trim() === '') {
    const detail = `Cannot read the edge "${text.slice(0, 100)}": write "a to b" or "a to b if condition"`;
    report.add({ code: 'bad_edge', path, detail, suggestion: rewritten(text) });
    return undefined;
  }
  const [, from = '', to = ''] = match;
  const toOffset = text.lastIndexOf(to, ends.length);
  return {
    from: [{ id: from, path, offset: text.indexOf(from), text }],
    to: [{ id: to, path, offset: toOffset, text }],
    path,
    conditionPath: path,
    ...conditionParts(
      condition,
      text,
      condition === undefined ? 0 : text.length - condition.length,
    ),
  };
}

/** What somebody meant who wrote arrows. */
function rewritten(text: string): string | undefined {
  return LIKE_EDGE.test(text)
    ? text.replace(/\s*(?:->|=>|→|\bthen\b)\s*/, ' to ').slice(0, 200)
    : undefined;
}

function readObject(item: JsonObject, path: Path, report: Report): EdgeParts | undefined {
  for (const key of Object.keys(item)) {
    if (KEYS.includes(key) || isFreeKey(key)) continue;
    const detail = `Unknown key "${key}" in an edge`;
    report.add({
      code: 'unknown_key',
      path: [...path, key],
      at: 'key',
      detail,
      suggestion: key === 'if' || key === 'when' ? 'condition' : closest(key, KEYS),
    });
  }
  const from = readEnds(item, 'from', path, report);
  const to = readEnds(item, 'to', path, report);
  const condition = ownProperty(item, 'condition');
  if (condition !== undefined && typeof condition === 'object' && condition !== null) {
    const detail = `Cannot read the condition of an edge: it must be text, not ${typeName(condition)}`;
    report.add({ code: 'wrong_type', path: [...path, 'condition'], detail });
    return undefined;
  }
  if (from === undefined || to === undefined) return undefined;
  const text =
    typeof condition === 'string'
      ? condition
      : condition === undefined || condition === null
        ? undefined
        : String(condition);
  return {
    from,
    to,
    path,
    conditionPath: [...path, 'condition'],
    ...conditionParts(text, text ?? '', 0),
  };
}

function conditionParts(
  condition: string | undefined,
  text: string,
  offset: number,
): Pick<EdgeParts, 'condition' | 'written'> {
  const inner = conditionText(condition);
  if (condition === undefined || inner === undefined) return {};
  return { condition: inner, written: { condition, text, offset } };
}

function readEnds(
  item: JsonObject,
  key: 'from' | 'to',
  path: Path,
  report: Report,
): readonly End[] | undefined {
  const value = ownProperty(item, key);
  const at = [...path, key];
  if (typeof value === 'string') return [{ id: value.trim(), path: at }];
  if (isJsonArray(value) && value.length > 0 && value.length <= LIMITS.nodes) {
    const ends = value.flatMap((id, index) =>
      typeof id === 'string' ? [{ id: id.trim(), path: [...at, index] }] : [],
    );
    if (ends.length === value.length) return ends;
  }
  const detail = `Cannot read an edge: "${key}" must be a node id or a list of them`;
  report.add({ code: 'bad_edge', path: value === undefined ? path : at, detail });
  return undefined;
}

function isKnown(
  { id, ...spot }: End,
  side: 'from' | 'to',
  ids: ReadonlySet<string>,
  report: Report,
): boolean {
  if (id === (side === 'from' ? START : END)) return true;
  if (id === START || id === END) {
    const detail = id === START ? 'Cannot lead an edge to START' : 'Cannot lead an edge from END';
    report.add({ code: 'bad_edge', ...spot, detail });
    return false;
  }
  if (ids.has(id)) return true;
  report.add({
    code: 'unknown_node',
    ...spot,
    detail: `Cannot lead an edge ${side} "${id.slice(0, 100)}": there is no such node`,
    suggestion: () => closest(id, [...ids, side === 'from' ? START : END]),
  });
  return false;
}
