/** A circuit breaker: after so many failures a store is not asked for a while, and then once. */
import type { Clock, EpochMs, Ids } from '../ports.ts';

export interface Breaker {
  /** Whether the store may be asked. After a pause it may once: that answer decides for the others. */
  allow(): boolean;
  succeeded(): void;
  failed(): void;
  /** When it will be asked again; undefined while it is asked. */
  openUntil(): EpochMs | undefined;
  /** Others have found the store failing. */
  keepOpen(until: EpochMs): void;
}

const FAILURES = 5;
const WITHIN_MS = 10_000;
const OPEN_MS = 5_000;
/** Isolates that opened at one time shall not all probe at one. */
const SPREAD = 0.2;
/** A probe whose answer never came. */
const PROBE_MS = 1_000;

export interface BreakerDeps {
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Ids['random'];
  /** Told when it opens, for others to keep away too. */
  readonly onOpen?: (until: EpochMs) => void;
}

type State =
  | { readonly status: 'closed' }
  | { readonly status: 'open'; readonly until: EpochMs }
  | { readonly status: 'probing'; readonly until: EpochMs };

export function createBreaker({ clock, random, onOpen }: BreakerDeps): Breaker {
  let state: State = { status: 'closed' };
  let failures: readonly EpochMs[] = [];

  function open(until: EpochMs): void {
    state = { status: 'open', until };
    failures = [];
  }

  return {
    allow() {
      if (state.status === 'closed') return true;
      const now = clock.now();
      if (now < state.until) return false;
      state = { status: 'probing', until: now + PROBE_MS };
      return true;
    },
    succeeded() {
      // A late answer to a question from before says nothing about now.
      if (state.status === 'open') return;
      state = { status: 'closed' };
      failures = [];
    },
    failed() {
      if (state.status === 'open') return;
      const now = clock.now();
      failures = [...failures.filter((at) => at > now - WITHIN_MS), now];
      if (state.status === 'closed' && failures.length < FAILURES) return;
      const until = now + Math.round(OPEN_MS * (1 - SPREAD + 2 * SPREAD * random()));
      open(until);
      onOpen?.(until);
    },
    openUntil: () => (state.status === 'open' ? state.until : undefined),
    keepOpen(until) {
      if (state.status === 'closed' && until > clock.now()) open(until);
    },
  };
}
