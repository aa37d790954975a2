/**
 * What this isolate knows of the servers it asks: how many calls are under way, the rest waiting
 * their turn, first come first served; and by how much guesses of a prompt's tokens were too low.
 */
import { fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import { createUnderWay } from './under-way.ts';
import type { UnderWay } from './under-way.ts';

export interface Slots {
  readonly underWay: UnderWay;
  /** Resolves with what gives the slot back. `cancelled` when the signal aborts before. */
  take(of: string, limit: number, signal: AbortSignal): Promise<Result<() => void>>;
  /** What to multiply a guess with; 1 while none was too low. */
  ratio(of: string): number;
  /** A prompt took so many times the tokens that were guessed. */
  learn(of: string, ratio: number): void;
}

/** What was learned is forgotten by so much with every call. */
const FADING = 0.95;

interface Queue {
  taken: number;
  readonly waiting: Set<() => void>;
}

export function createSlots(): Slots {
  const queues = new Map<string, Queue>();
  const ratios = new Map<string, number>();

  function leave(of: string, queue: Queue): void {
    queue.taken -= 1;
    const [next] = queue.waiting;
    if (next !== undefined) {
      queue.waiting.delete(next);
      next();
    } else if (queue.taken === 0) queues.delete(of);
  }

  return {
    underWay: createUnderWay(),
    ratio: (of) => ratios.get(of) ?? 1,
    learn(of, ratio) {
      const known = ratios.get(of) ?? 1;
      const next = Math.max(1, ratio, known * FADING);
      if (next > 1) ratios.set(of, next);
      else ratios.delete(of);
    },
    async take(of, limit, signal) {
      const queue = queues.get(of) ?? { taken: 0, waiting: new Set<() => void>() };
      queues.set(of, queue);
      // Whoever waits has been there longer.
      let isFirst = queue.waiting.size === 0;
      while (queue.taken >= limit || !isFirst) {
        if (signal.aborted) return fail('cancelled', 'Cannot wait for a model any longer');
        await new Promise<void>((wake) => {
          queue.waiting.add(wake);
          signal.addEventListener('abort', () => queue.waiting.delete(wake) && wake(), {
            once: true,
          });
        });
        isFirst = true;
      }
      if (signal.aborted) return fail('cancelled', 'Cannot wait for a model any longer');
      queue.taken += 1;
      let isLeft = false;
      return ok(() => {
        if (!isLeft) leave(of, queue);
        isLeft = true;
      });
    },
  };
}
