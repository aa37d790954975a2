/**
 * Lets other work of the isolate have its chance between turns. Runs that go on side by side share
 * one: however many they are, what comes in waits for a few turns at most, and no run for more than
 * one turn of each of the others.
 */
import type { Clock } from './ports.ts';

export interface Pacer {
  /** Resolves when the next turn may be taken: at once, or after a pause. */
  readonly next: () => Promise<void>;
}

/** Turns that may follow one another while no run waits for its turn. */
const TURNS_IN_A_ROW = 32;
/** Turns between two pauses while some wait: a request comes through in several steps. */
const TURNS_AMONG_MANY = 4;

export function createPacer(clock: Pick<Clock, 'sleep'>): Pacer {
  const waiting: (() => void)[] = [];
  let turns = 0;
  let isPausing = false;

  async function pause(): Promise<void> {
    isPausing = true;
    await clock.sleep(0);
    const ready = waiting.splice(0, TURNS_AMONG_MANY);
    turns = ready.length;
    isPausing = false;
    if (waiting.length > 0) void pause();
    for (const go of ready) go();
  }

  return {
    next() {
      if (!isPausing) {
        turns += 1;
        if (turns < TURNS_IN_A_ROW) return Promise.resolve();
      }
      return new Promise((go) => {
        waiting.push(go);
        if (!isPausing) void pause();
      });
    },
  };
}
