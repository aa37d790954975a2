/**
 * One timer for all deadlines of an isolate that is not bound to a request. Most are cleared long before
 * they are due, and setting and clearing a timer costs as much as a short call.
 */
import type { Clock, Deadline, EpochMs } from './ports.ts';

interface Due {
  readonly at: EpochMs;
  readonly controller: AbortController;
}

export interface Deadlines extends Pick<Clock, 'deadline'> {
  /** Takes the timer back when nothing is open: an object with a timer is kept in memory. */
  readonly rest: () => void;
}

export function createDeadlines(clock: Pick<Clock, 'now' | 'sleep'>): Deadlines {
  const open = new Set<Due>();
  let armed: { readonly at: EpochMs; readonly stop: AbortController } | undefined;

  function arm(at: EpochMs): void {
    if (armed !== undefined && armed.at <= at) return;
    armed?.stop.abort();
    const stop = new AbortController();
    armed = { at, stop };
    clock.sleep(Math.max(0, at - clock.now()), stop.signal).then(fire, () => undefined);
  }

  function fire(): void {
    armed = undefined;
    const now = clock.now();
    let next = Infinity;
    for (const due of open) {
      if (due.at > now) {
        next = Math.min(next, due.at);
        continue;
      }
      open.delete(due);
      due.controller.abort(new DOMException('The deadline has passed', 'TimeoutError'));
    }
    if (next < Infinity) arm(next);
  }

  return {
    deadline(ms): Deadline {
      const due = { at: clock.now() + ms, controller: new AbortController() };
      open.add(due);
      arm(due.at);
      return { signal: due.controller.signal, clear: () => open.delete(due) };
    },
    rest() {
      if (open.size > 0) return;
      armed?.stop.abort();
      armed = undefined;
    },
  };
}
