/** A clock that stands still until a test moves it. */
import type { Clock } from '../../src/runtime/ports.ts';

export interface ManualClock extends Clock {
  /** Moves time on, firing what falls due on the way in the order of its instants. */
  readonly advance: (ms: number) => Promise<void>;
  /** Instant of the next timer; undefined when none is set. */
  readonly nextAt: () => number | undefined;
}

export const EPOCH = Date.parse('2030-01-31T12:00:00Z');

export function createManualClock(): ManualClock {
  let now = EPOCH;
  const timers = new Map<() => void, number>();
  const earliest = () => [...timers].toSorted(([, a], [, b]) => a - b)[0];
  const at = (ms: number, fire: () => void) => {
    timers.set(fire, now + ms);
    return () => timers.delete(fire);
  };
  return {
    now: () => now,
    deadline(ms) {
      const controller = new AbortController();
      const forget = at(ms, () => controller.abort(new DOMException('late', 'TimeoutError')));
      return { signal: controller.signal, clear: forget };
    },
    sleep(ms, signal) {
      if (ms <= 0) return Promise.resolve();
      return new Promise((resolve, reject) => {
        const forget = at(ms, resolve);
        signal?.addEventListener('abort', () => {
          if (forget()) reject(new DOMException('aborted', 'AbortError'));
        });
      });
    },
    async advance(ms) {
      const end = now + ms;
      for (let next = earliest(); next !== undefined && next[1] <= end; next = earliest()) {
        const [fire, due] = next;
        timers.delete(fire);
        now = Math.max(now, due);
        fire();
        await settled();
      }
      now = end;
      await settled();
    },
    nextAt: () => earliest()?.[1],
  };
}

/** Resolves once every promise that can go on has gone on. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
