/** Which edges a decided node's flow takes. */
import { toFailure } from '../errors.ts';
import type { NodeId } from '../recipe/plan.ts';
import type { RunWarning } from './record.ts';
import { createResolveContext, holds } from './resolve.ts';
import type { ResolveContext } from './resolve.ts';
import { scopeOf } from './scope.ts';
import type { Frame, RunAbout } from './state.ts';

export interface TakenEdges {
  /** Indexes into the graph's edges. */
  readonly taken: readonly number[];
  readonly warnings: readonly RunWarning[];
}

/** A condition never throws: an error counts as false and leaves a warning that names the edge. */
export function takeEdges(
  frame: Frame,
  id: NodeId,
  world: { run: RunAbout; now: number; random: () => number },
): TakenEdges {
  const out = frame.index.outgoing(id);
  if (out.length === 0) return { taken: out, warnings: [] };
  const context = edgeContext(frame, world);
  const warnings: RunWarning[] = [];
  const taken = out.filter((index) => {
    const edge = frame.graph.edges[index];
    if (edge?.condition === undefined) return edge !== undefined;
    try {
      return holds(edge.condition, context);
    } catch (error) {
      const { message } = toFailure(error);
      warnings.push({
        code: 'condition_error',
        detail: `Condition of edge "${edge.from} to ${edge.to}" counts as false: ${message}`,
        node: id,
      });
      return false;
    }
  });
  // A loop that is not taken again has come to its end.
  const isLoopOnly = out.every((index) => frame.graph.edges[index]?.back === true);
  if (taken.length === 0 && !isLoopOnly) {
    warnings.push({
      code: 'no_branch_taken',
      detail: `No edge out of "${id}" was taken, so that branch ends there`,
      node: id,
    });
  }
  return { taken, warnings };
}

export function edgeContext(
  frame: Frame,
  { run, now, random }: { run: RunAbout; now: number; random: () => number },
): ResolveContext {
  const scope = scopeOf(frame, { run, now });
  return createResolveContext({ plan: frame.plan, scope, now, random });
}
