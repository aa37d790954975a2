/** The platform's clock and timers. */
import type { Clock } from '../../runtime/ports.ts';

/** A timer for longer would go off at once. */
const LONGEST_MS = 2 ** 31 - 1;

export function createClock(): Clock {
  return {
    now: () => Date.now(),
    deadline(ms) {
      const controller = new AbortController();
      const late = () =>
        controller.abort(new DOMException('The deadline has passed', 'TimeoutError'));
      const timer = setTimeout(late, Math.min(ms, LONGEST_MS));
      return { signal: controller.signal, clear: () => clearTimeout(timer) };
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(reasonOf(signal));
        const stop = () => {
          clearTimeout(timer);
          if (signal !== undefined) reject(reasonOf(signal));
        };
        const timer = setTimeout(
          () => {
            signal?.removeEventListener('abort', stop);
            resolve();
          },
          Math.min(ms, LONGEST_MS),
        );
        signal?.addEventListener('abort', stop, { once: true });
      }),
  };
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted');
}
