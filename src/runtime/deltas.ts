/** The text of an answer while it is written: passed on at once, then at most twenty times a second. */
import type { Clock } from './ports.ts';
import type { Delta } from './ports/deltas.ts';

export interface DeltaStream {
  push(text: string): void;
  /** What follows is another answer. */
  restart(): void;
  /** Passes on what is left. Nothing comes after it. */
  end(): void;
}

/** With the first at once, twenty in any second. */
const PAUSE_MS = 52;

export function createDeltas(
  clock: Pick<Clock, 'sleep'>,
  signal: AbortSignal,
  emit: (delta: Pick<Delta, 'offset' | 'text'>) => void,
): DeltaStream {
  let offset = 0;
  let pending = '';
  let isPausing = false;
  let hasEnded = false;

  function flush(): void {
    if (pending === '' || signal.aborted) return;
    emit({ offset, text: pending });
    offset += pending.length;
    pending = '';
  }

  function pause(): void {
    isPausing = true;
    clock.sleep(PAUSE_MS, signal).then(
      () => {
        isPausing = false;
        if (pending === '' || hasEnded) return;
        flush();
        pause();
      },
      () => undefined,
    );
  }

  return {
    push(text) {
      if (hasEnded) return;
      pending += text;
      if (isPausing) return;
      flush();
      pause();
    },
    restart() {
      flush();
      offset = 0;
    },
    end() {
      flush();
      hasEnded = true;
    },
  };
}
