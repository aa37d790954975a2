/**
 * Turns that are written together. What bundled functions compute stays in this isolate: their answers
 * make the next turn at once, and one write does for both.
 *
 * W1. No attempt that leaves the isolate begins before all that led to it is written.
 */
import { mergeRecords } from '../core/run/merge-records.ts';
import type { Turn } from '../core/run/advance.ts';
import type { TurnRecord } from '../core/run/record.ts';
import type { Active } from '../core/run/state.ts';

export interface Unwritten {
  /** Takes a turn, and writes it with those before unless another is about to follow. */
  readonly add: (turn: Turn) => void;
  /** Writes what has been kept back. */
  readonly flush: () => void;
}

/** Turns and events after which all is written in any case. */
const MOST_TURNS = 16;
const MOST_EVENTS = 100;

export function createUnwritten(commit: (record: TurnRecord) => void): Unwritten {
  let kept: TurnRecord | undefined;
  let turns = 0;

  function flush(): void {
    const record = kept;
    kept = undefined;
    turns = 0;
    if (record !== undefined) commit(record);
  }

  return {
    add({ record, launch }) {
      kept = kept === undefined ? record : mergeRecords(kept, record);
      turns += 1;
      const isFull = turns >= MOST_TURNS || kept.events.length >= MOST_EVENTS;
      if (isFull || launch.length === 0 || !launch.every(isComputedHere)) flush();
    },
    flush,
  };
}

/** Lost with the isolate, such a step is computed again, and nobody can tell. */
function isComputedHere({ node, frame }: Active): boolean {
  if (node.type !== 'function_task' || node.cache !== undefined || node.rateLimit !== undefined)
    return false;
  const { functions } = frame.plan;
  return Object.hasOwn(functions, node.function) && functions[node.function]?.bundled === true;
}
