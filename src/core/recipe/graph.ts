/**
 * The shape of a graph: where it starts, which edges close cycles, what can be reached.
 *
 * G1. Without its back edges a graph has no cycle.
 * G2. The same text gives the same marks: walks go in the order listed.
 */
import { END } from './plan.ts';

export interface Arrow {
  readonly from: string;
  readonly to: string;
}

export interface Shape {
  /** For each edge, in order. */
  readonly back: readonly boolean[];
  readonly entries: readonly string[];
  readonly reachable: ReadonlySet<string>;
}

/** `starts` are the targets of START, or empty; `nodes` are those that take part, in order listed. */
export function shapeOf(
  nodes: readonly string[],
  edges: readonly Arrow[],
  starts: readonly string[],
): Shape {
  const outgoing = outgoingOf(edges);
  const hasIncoming = new Set(edges.map(({ to }) => to));
  const roots = starts.length > 0 ? starts : nodes.filter((id) => !hasIncoming.has(id));
  const { back } = walk([...roots, ...nodes], edges, outgoing);
  const forwardTargets = new Set(
    edges.filter((_, index) => back[index] === false).map(({ to }) => to),
  );
  const entries =
    starts.length > 0
      ? nodes.filter((id) => starts.includes(id))
      : nodes.filter((id) => !forwardTargets.has(id));
  return { back, entries, reachable: reach(entries, edges) };
}

/** Everything that can be reached from the nodes, themselves included. */
export function reach(from: readonly string[], edges: readonly Arrow[]): ReadonlySet<string> {
  return reachBy(from, edges, outgoingOf(edges));
}

function reachBy(
  from: readonly string[],
  edges: readonly Arrow[],
  outgoing: ReadonlyMap<string, readonly number[]>,
): ReadonlySet<string> {
  const seen = new Set(from);
  const queue = [...from];
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    for (const index of outgoing.get(id) ?? []) {
      const to = edges[index]?.to;
      if (to === undefined || to === END || seen.has(to)) continue;
      seen.add(to);
      queue.push(to);
    }
  }
  return seen;
}

/** A set that is asked and never listed. */
export interface Ids {
  has(id: string): boolean;
}

/** For every node, the nodes that can run before it; itself only when it lies on a cycle. */
export function ancestorsOf(
  nodes: readonly string[],
  edges: readonly Arrow[],
): ReadonlyMap<string, Ids> {
  const position = new Map(nodes.map((id, index) => [id, index]));
  const words = Math.ceil(nodes.length / 32);
  const rows = nodes.map(() => new Uint32Array(words));
  const links = linksOf(nodes, edges, position);
  // Sources come first but for back edges, so a pass for each level of loops in loops will do.
  for (let isDone = false; !isDone;) {
    isDone = true;
    for (const { from, to } of links) if (spread(rows, from, to)) isDone = false;
  }
  return new Map(
    nodes.map((id, index) => [id, { has: (other) => hasBit(rows[index], position.get(other)) }]),
  );
}

interface Link {
  readonly from: number;
  readonly to: number;
}

/** Edges by positions, in an order in which sources come first where there is no cycle. */
function linksOf(
  nodes: readonly string[],
  edges: readonly Arrow[],
  position: ReadonlyMap<string, number>,
): readonly Link[] {
  const { finished } = walk(nodes, edges, outgoingOf(edges));
  const order = new Map(finished.toReversed().map((id, index) => [id, index]));
  return edges
    .flatMap(({ from, to }) => {
      const start = position.get(from);
      const end = position.get(to);
      const rank = order.get(from) ?? 0;
      return start === undefined || end === undefined ? [] : [{ from: start, to: end, rank }];
    })
    .toSorted((a, b) => a.rank - b.rank);
}

/** Adds a node and all before it to what is before another; whether that was news. */
function spread(rows: readonly Uint32Array[], from: number, to: number): boolean {
  const source = rows[from];
  const target = rows[to];
  if (source === undefined || target === undefined) return false;
  let isNews = false;
  for (let word = 0; word < target.length; word += 1) {
    const had = target[word] ?? 0;
    const own = from >>> 5 === word ? 1 << (from & 31) : 0;
    const now = (had | (source[word] ?? 0) | own) >>> 0;
    if (now === had) continue;
    target[word] = now;
    isNews = true;
  }
  return isNews;
}

function hasBit(row: Uint32Array | undefined, at: number | undefined): boolean {
  return at !== undefined && (((row?.[at >>> 5] ?? 0) >>> (at & 31)) & 1) === 1;
}

/** Nodes of one cycle, the first repeated at the end; undefined when there is none. */
export function findCycle(
  nodes: readonly string[],
  edges: readonly Arrow[],
): readonly string[] | undefined {
  const closing = edges[shapeOf(nodes, edges, []).back.indexOf(true)];
  if (closing === undefined) return undefined;
  const outgoing = outgoingOf(edges);
  const cameFrom = new Map<string, string>();
  const queue = [closing.to];
  for (const id of queue) {
    if (id === closing.from) break;
    for (const index of outgoing.get(id) ?? []) {
      const to = edges[index]?.to;
      if (to === undefined || to === closing.to || cameFrom.has(to)) continue;
      cameFrom.set(to, id);
      queue.push(to);
    }
  }
  const way = [closing.to];
  for (
    let id: string | undefined = closing.from;
    id !== undefined && id !== closing.to;
    id = cameFrom.get(id)
  )
    way.push(id);
  return [...way, closing.to].toReversed();
}

function outgoingOf(edges: readonly Arrow[]): ReadonlyMap<string, readonly number[]> {
  const outgoing = new Map<string, number[]>();
  for (const [index, { from }] of edges.entries()) {
    const list = outgoing.get(from);
    if (list === undefined) outgoing.set(from, [index]);
    else list.push(index);
  }
  return outgoing;
}

interface Frame {
  readonly id: string;
  readonly out: readonly number[];
  next: number;
}

interface Walk {
  /** For each edge, whether it leads to a node that is being walked. */
  readonly back: readonly boolean[];
  /** Every node after all that edges lead to from it, back edges apart. */
  readonly finished: readonly string[];
}

function walk(
  order: readonly string[],
  edges: readonly Arrow[],
  outgoing: ReadonlyMap<string, readonly number[]>,
): Walk {
  const back = edges.map(() => false);
  const done = new Set<string>();
  const open = new Set<string>();
  for (const root of order) {
    if (done.has(root)) continue;
    const stack: Frame[] = [frame(root, outgoing, open)];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const index = top.out[top.next++];
      const to = index === undefined ? undefined : edges[index]?.to;
      if (index === undefined || to === undefined) {
        stack.pop();
        open.delete(top.id);
        done.add(top.id);
      } else if (open.has(to)) back[index] = true;
      else if (!done.has(to) && to !== END) stack.push(frame(to, outgoing, open));
    }
  }
  return { back, finished: [...done] };
}

function frame(
  id: string,
  outgoing: ReadonlyMap<string, readonly number[]>,
  open: Set<string>,
): Frame {
  open.add(id);
  return { id, out: outgoing.get(id) ?? [], next: 0 };
}
