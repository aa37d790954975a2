/**
 * At most so many different keys in use at a time, first come first served. The platform lets one request
 * call only a few different loaded Workers at a time; calls of one that is in use already cost nothing.
 */

export interface Slots {
  /** Resolves when the key may be used; rejects with the signal's reason. Every success wants a `release`. */
  acquire(key: string, signal: AbortSignal): Promise<void>;
  release(key: string): void;
  /** The most keys that were in use at a time. */
  highWater(): number;
}

interface Waiter {
  readonly key: string;
  readonly admit: () => void;
}

export function createSlots(max: number): Slots {
  const users = new Map<string, number>();
  const queue: Waiter[] = [];
  let highWater = 0;

  function take(key: string): boolean {
    const count = users.get(key) ?? 0;
    if (count === 0 && users.size >= max) return false;
    users.set(key, count + 1);
    highWater = Math.max(highWater, users.size);
    return true;
  }

  function admitNext(): void {
    for (let next = queue[0]; next !== undefined && take(next.key); next = queue[0]) {
      queue.shift();
      next.admit();
    }
  }

  return {
    acquire(key, signal) {
      if (signal.aborted) return Promise.reject(signal.reason);
      // Nobody overtakes the queue, or a busy key could keep the others out for ever.
      if (queue.length === 0 && take(key)) return Promise.resolve();
      return new Promise((resolve, reject) => {
        const leave = (): void => {
          queue.splice(queue.indexOf(waiter), 1);
          reject(signal.reason);
          admitNext();
        };
        const waiter: Waiter = {
          key,
          admit() {
            signal.removeEventListener('abort', leave);
            resolve();
          },
        };
        signal.addEventListener('abort', leave, { once: true });
        queue.push(waiter);
      });
    },
    release(key) {
      const count = users.get(key) ?? 0;
      if (count > 1) users.set(key, count - 1);
      else users.delete(key);
      admitNext();
    },
    highWater: () => highWater,
  };
}
