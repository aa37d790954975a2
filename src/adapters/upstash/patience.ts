/** How long an answer is waited for, by an isolate that may be too busy to hear it. */
import type { Clock } from '../../runtime/ports.ts';

const PARTS = 5;
/** A part that is later than this share of it tells of this isolate, not of the store. */
const LATE = 0.2;
/** Times the deadline, at most. */
const LONGEST = 8;

/**
 * A deadline in parts, of which those that come late do not count: an isolate with much to do has not sent
 * yet, or not heard what has come, when its timers go off. Else a crowd of requests would make Redis look dead.
 */
export function createPatience(
  clock: Pick<Clock, 'deadline' | 'now'>,
  ms: number,
): ReturnType<Clock['deadline']> {
  const controller = new AbortController();
  const startedAt = clock.now();
  const partMs = ms / PARTS;
  let part: ReturnType<Clock['deadline']>;
  let left = PARTS;
  function wait(): void {
    const from = clock.now();
    part = clock.deadline(partMs);
    const { signal } = part;
    signal.addEventListener('abort', () => {
      const now = clock.now();
      if (now - from <= partMs * (1 + LATE)) left -= 1;
      if (left > 0 && now - startedAt < LONGEST * ms) wait();
      else controller.abort(signal.reason);
    });
  }
  wait();
  return { signal: controller.signal, clear: () => part.clear() };
}
