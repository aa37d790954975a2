/** The steps that made a run take as long as it did, one behind the other. */
import type { Graph } from '../recipe/plan.ts';
import type { StepRow } from './record.ts';

export interface ChainStep {
  readonly id: string;
  readonly time_ms: number;
}

/** A step of the recipe's own graph: none of a sub-recipe, none of a map's items. */
export interface OwnStep {
  readonly key: string;
  readonly startSeq: number;
  readonly startedAt: number;
  /** Of one that is under way: now. */
  readonly endedAt: number;
  /** Absent while it is under way. */
  readonly endSeq?: number;
  readonly taken: StepRow['taken'];
}

/**
 * From the step that ended last back to the first: before each stands the last to end of those that led
 * to it. What all others did, they did meanwhile.
 */
export function longestChain(
  steps: readonly OwnStep[],
  { edges }: Pick<Graph, 'edges'>,
): ChainStep[] {
  const chain: ChainStep[] = [];
  let step = lastOf(steps);
  while (step !== undefined) {
    const { key, startSeq, startedAt, endedAt } = step;
    chain.push({ id: key, time_ms: endedAt - startedAt });
    const node = nodeOf(key);
    step = lastOf(
      steps.filter(
        ({ endSeq, taken }) =>
          // Earlier in the run's history, so the way back ends.
          endSeq !== undefined &&
          endSeq < startSeq &&
          taken.some((edge) => edges[edge]?.to === node),
      ),
    );
  }
  return chain.toReversed();
}

function nodeOf(key: string): string {
  const at = key.indexOf('@');
  return at < 0 ? key : key.slice(0, at);
}

/** Still under way comes last of all. */
function lastOf(steps: readonly OwnStep[]): OwnStep | undefined {
  return steps.reduce<OwnStep | undefined>((last, each) => {
    if (last === undefined || each.endedAt > last.endedAt) return each;
    const isLater = (each.endSeq ?? Infinity) > (last.endSeq ?? Infinity);
    return each.endedAt === last.endedAt && isLater ? each : last;
  }, undefined);
}
