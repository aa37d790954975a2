/**
 * Turns that are written together. A function that only computes leaves no trace but its answer, which
 * makes the next turn at once: one write does for both.
 *
 * W1. No attempt that may touch anything outside begins before all that led to it is written.
 * W2. Nobody who watches waits for what is kept back longer than `SOON_MS`.
 * W3. What came from outside is written at once: it may have been paid for.
 */
import { mergeRecords } from '../core/run/merge-records.ts';
import type { Turn } from '../core/run/advance.ts';
import type { TurnRecord } from '../core/run/record.ts';
import type { Active } from '../core/run/state.ts';
import type { Clock, Deadline } from './ports.ts';

export interface Unwritten {
  /** Takes a turn, and writes it with those before unless another is about to follow. */
  readonly add: (turn: Turn, about: AboutTurn) => void;
  /** Writes what has been kept back. */
  readonly flush: () => void;
}

export interface AboutTurn {
  /** Something of it was not computed here. */
  readonly isOutside: boolean;
  /** Steps of earlier turns are being computed. */
  readonly isMoreComing: boolean;
}

/** Turns and events after which all is written in any case. */
const MOST_TURNS = 16;
const MOST_EVENTS = 100;
const SOON_MS = 50;

export function createUnwritten(
  commit: (record: TurnRecord) => void,
  clock: Pick<Clock, 'deadline'>,
): Unwritten {
  let kept: TurnRecord[] = [];
  let events = 0;
  let soon: Deadline | undefined;

  function flush(): void {
    const [first, ...rest] = kept;
    kept = [];
    events = 0;
    soon?.clear();
    soon = undefined;
    if (first !== undefined) commit(mergeRecords([first, ...rest]));
  }

  /** A call may have to wait for an isolate, and a run for the turns of others. */
  function flushSoon(): void {
    if (soon !== undefined) return;
    soon = clock.deadline(SOON_MS);
    soon.signal.addEventListener('abort', flush, { once: true });
  }

  return {
    add({ record, launch }, { isOutside, isMoreComing }) {
      kept.push(record);
      events += record.events.length;
      const isFull = kept.length >= MOST_TURNS || events >= MOST_EVENTS;
      const isLast = launch.length === 0 && !isMoreComing;
      if (isFull || isLast || isOutside || !launch.every(isComputing)) flush();
      else flushSoon();
    },
    flush,
  };
}

/** A step that does nothing else is computed again when it is lost with this isolate, and nobody can tell. */
export function isComputing({ node, frame }: Active): boolean {
  if (node.type !== 'function_task' || node.cache !== undefined || node.rateLimit !== undefined)
    return false;
  const { functions } = frame.plan;
  const found = Object.hasOwn(functions, node.function) ? functions[node.function] : undefined;
  if (found === undefined) return false;
  // A grant gives nothing that the plugin does not ask for.
  return found.bundled || (found.asks?.hosts.length ?? 0) === 0;
}
