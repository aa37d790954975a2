/** Facts of a run on their way to a turn: those that arrive together are taken in one. */
import type { Fact } from '../core/run/advance.ts';
import type { Pace } from './pacer.ts';

/** `isOutside`: it was not computed here. */
export type Enqueue = (fact: Fact, isOutside: boolean) => void;

function fuelOf(fact: Fact): number {
  return fact.type === 'succeeded' ? (fact.stats.fuel ?? 0) : 0;
}

/** `take` gets them when the run may have its turn; `isOutside` when one of them is. */
export function createInbox(
  pace: Pace,
  take: (facts: readonly Fact[], isOutside: boolean) => void,
): Enqueue {
  let waiting: Fact[] = [];
  let isAnyOutside = false;
  return (fact, isOutside) => {
    waiting.push(fact);
    isAnyOutside ||= isOutside;
    if (waiting.length > 1) return;
    void pace.next(fuelOf(fact)).then(() => {
      const facts = waiting;
      const isTakenOutside = isAnyOutside;
      waiting = [];
      isAnyOutside = false;
      take(facts, isTakenOutside);
    });
  };
}
