/**
 * Lets other work of the isolate have its chance between turns. Runs that go on side by side share
 * one: however many they are, what comes in waits for a turn of each at most.
 */
import type { Clock } from './ports.ts';

export interface Pacer {
  /** Resolves when the next turn may be taken: at once, or after a pause that all share. */
  readonly next: () => Promise<void>;
}

/** Turns of all runs together that may follow one another. */
const TURNS_IN_A_ROW = 16;

export function createPacer(clock: Pick<Clock, 'sleep'>): Pacer {
  let turns = 0;
  let pause: Promise<void> | undefined;
  return {
    next() {
      if (pause !== undefined) return pause;
      turns += 1;
      if (turns < TURNS_IN_A_ROW) return Promise.resolve();
      turns = 0;
      pause = clock.sleep(0).then(() => {
        pause = undefined;
      });
      return pause;
    },
  };
}
