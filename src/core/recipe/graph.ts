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
  const back = findBackEdges([...roots, ...nodes], edges, outgoing);
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

/** For every node, the nodes that can run before it; itself only when it lies on a cycle. */
export function ancestorsOf(
  nodes: readonly string[],
  edges: readonly Arrow[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const reversed = edges
    .filter(({ to }) => to !== END)
    .map(({ from, to }) => ({ from: to, to: from }));
  const direct = new Map<string, string[]>();
  for (const { from, to } of reversed) {
    const list = direct.get(from);
    if (list === undefined) direct.set(from, [to]);
    else list.push(to);
  }
  const incoming = outgoingOf(reversed);
  return new Map(nodes.map((id) => [id, reachBy(direct.get(id) ?? [], reversed, incoming)]));
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

function findBackEdges(
  order: readonly string[],
  edges: readonly Arrow[],
  outgoing: ReadonlyMap<string, readonly number[]>,
): boolean[] {
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
  return back;
}

function frame(
  id: string,
  outgoing: ReadonlyMap<string, readonly number[]>,
  open: Set<string>,
): Frame {
  open.add(id);
  return { id, out: outgoing.get(id) ?? [], next: 0 };
}
