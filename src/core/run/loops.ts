/** Taken back edges, and what starting a loop over undoes. */
import type { NodeId } from '../recipe/plan.ts';
import { nodeState } from './state.ts';
import type { Frame } from './state.ts';

/**
 * Remembers the back edges among those that one node took; each starts its loop over once the body
 * settles. An outer loop brings the inner ones with it. A node that has failed with `loop_limit` is
 * not visited again, also when its failure is handled.
 */
export function noteBackEdges(frame: Frame, taken: readonly number[]): void {
  const back = taken.filter((index) => {
    const edge = frame.graph.edges[index];
    return edge?.back === true && !isExhausted(frame, edge.to);
  });
  const targets = back.map((index) => targetOf(frame, index));
  for (const index of back) {
    const to = targetOf(frame, index);
    const isInner = targets.some((outer) => outer !== to && frame.index.reach(outer).has(to));
    if (!isInner) frame.pendingBack.add(index);
  }
}

/** The first listed node whose loop is to start over and may. */
export function dueLoop(frame: Frame): NodeId | undefined {
  if (frame.pendingBack.size === 0) return undefined;
  const targets = new Set([...frame.pendingBack].map((index) => targetOf(frame, index)));
  return frame.graph.nodes.find(({ id }) => {
    if (!targets.has(id)) return false;
    const { within, after } = frame.index.loopAt(id);
    return ![...targets].some((other) => after.has(other)) && areDecided(frame, within);
  })?.id;
}

/** Makes the target and all behind it undecided again, and calls for another visit of the target. */
export function startOver(frame: Frame, target: NodeId): void {
  const body = frame.index.reach(target);
  for (const index of frame.pendingBack) {
    const edge = frame.graph.edges[index];
    if (edge === undefined || edge.to === target || body.has(edge.from)) {
      frame.pendingBack.delete(index);
    }
  }
  for (const id of body) {
    const its = nodeState(frame, id);
    its.status = 'pending';
    its.taken = [];
  }
  nodeState(frame, target).armed = true;
  for (const writes of frame.writes.values()) {
    for (const write of writes) if (body.has(write.writer)) write.undoneBy.add(target);
  }
}

function targetOf(frame: Frame, index: number): NodeId {
  return frame.graph.edges[index]?.to ?? '';
}

function isExhausted(frame: Frame, id: NodeId): boolean {
  const { visit } = nodeState(frame, id);
  return visit > (frame.index.nodes.get(id)?.node.maxVisits ?? 0);
}

function areDecided(frame: Frame, ids: ReadonlySet<NodeId>): boolean {
  for (const id of ids) {
    const { status } = nodeState(frame, id);
    if (status === 'pending' || status === 'active') return false;
  }
  return true;
}
