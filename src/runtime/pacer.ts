/**
 * Lets other work of the isolate have its chance between turns. Runs that go on side by side share
 * one: however many they are, what comes in waits for a few turns at most. Runs that have taken few
 * turns go before others and in the order of their start, so that they do not all end at one time
 * and what their ends set off does not come in one burst; the others have a turn each in a circle.
 */
import type { Clock } from './ports.ts';

export interface Pacer {
  /** For one run. */
  readonly enter: () => Pace;
}

export interface Pace {
  /**
   * Resolves when the next turn may be taken: at once, or after a pause. `fuel` is what functions have
   * spent for it, which held the thread.
   */
  readonly next: (fuel?: number) => Promise<void>;
}

/** Turns that may follow one another while no run waits for its turn, and fuel: about ten milliseconds. */
const TURNS_IN_A_ROW = 64;
const FUEL_IN_A_ROW = 20_000_000;
/** Turns between two pauses while some wait: a request comes through in several steps. */
const TURNS_AMONG_MANY = 4;
/** How many of these are for runs that have taken many turns, if any of them waits. */
const TURNS_OF_LONG = 1;
/** Turns after which a run counts as a long one. */
const SHORT = 32;

interface Waiting {
  /** When the run began, among the others. */
  readonly ticket: number;
  readonly go: () => void;
}

export function createPacer(clock: Pick<Clock, 'sleep'>): Pacer {
  /** In the order of their tickets. */
  const short: Waiting[] = [];
  /** In the order of their coming. */
  const long: Waiting[] = [];
  let tickets = 0;
  let turns = 0;
  let spent = 0;
  let isPausing = false;

  function take(): Waiting[] {
    const of = Math.min(long.length, Math.max(TURNS_OF_LONG, TURNS_AMONG_MANY - short.length));
    return [...short.splice(0, TURNS_AMONG_MANY - of), ...long.splice(0, of)];
  }

  async function pause(): Promise<void> {
    isPausing = true;
    await clock.sleep(0);
    const ready = take();
    turns = ready.length;
    spent = 0;
    isPausing = false;
    if (short.length + long.length > 0) void pause();
    for (const { go } of ready) go();
  }

  return {
    enter() {
      const ticket = (tickets += 1);
      let taken = 0;
      return {
        next(fuel = 0) {
          taken += 1;
          if (!isPausing) {
            turns += 1;
            spent += fuel;
            if (turns < TURNS_IN_A_ROW && spent < FUEL_IN_A_ROW) return Promise.resolve();
          }
          return new Promise((go) => {
            if (taken > SHORT) long.push({ ticket, go });
            else insert(short, { ticket, go });
            if (!isPausing) void pause();
          });
        },
      };
    },
  };
}

function insert(queue: Waiting[], entry: Waiting): void {
  const at = queue.findLastIndex(({ ticket }) => ticket <= entry.ticket);
  queue.splice(at + 1, 0, entry);
}
