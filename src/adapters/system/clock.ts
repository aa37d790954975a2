/** The platform's clock and timers. */
import type { Clock } from '../../runtime/ports.ts';

export function createClock(): Clock {
  return {
    now: () => Date.now(),
    timeout: (ms) => AbortSignal.timeout(ms),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(reasonOf(signal));
        const stop = () => {
          clearTimeout(timer);
          if (signal !== undefined) reject(reasonOf(signal));
        };
        const timer = setTimeout(() => {
          signal?.removeEventListener('abort', stop);
          resolve();
        }, ms);
        signal?.addEventListener('abort', stop, { once: true });
      }),
  };
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted');
}
