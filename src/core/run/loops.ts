/** Taken back edges, and what starting a loop over undoes. */
import { END } from '../recipe/plan.ts';
import type { NodeId } from '../recipe/plan.ts';
import { nodeState } from './state.ts';
import type { Frame } from './state.ts';

/** Remembers the back edges among those taken; each starts its loop over once the body settles. */
export function noteBackEdges(frame: Frame, taken: readonly number[]): void {
  for (const index of taken)
    if (frame.graph.edges[index]?.back === true) frame.pendingBack.add(index);
}

/** Makes the target and all behind it undecided again, and calls for another visit of the target. */
export function startOver(frame: Frame, target: NodeId): void {
  const body = frame.index.reach(target);
  for (const index of frame.pendingBack) {
    const edge = frame.graph.edges[index];
    if (edge === undefined || edge.to === END || edge.to === target || body.has(edge.from)) {
      frame.pendingBack.delete(index);
    }
  }
  for (const id of body) {
    const its = nodeState(frame, id);
    its.status = 'pending';
    its.taken = [];
  }
  nodeState(frame, target).armed = true;
  frame.wave += 1;
}
