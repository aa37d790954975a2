/** What isolates tell each other of a store that fails: through one object, and only when it does. */
import type { Breaker } from '../../runtime/limits/breaker.ts';
import type { EpochMs, Ports } from '../../runtime/ports.ts';
import type { LimiterObject } from './limiter-object.ts';

export interface SharedBreaker {
  /** This isolate leaves the store alone. */
  tell(until: EpochMs): Promise<void>;
  /** Until when somebody has said so; 0 when nobody has. */
  ask(): Promise<EpochMs>;
}

export function createSharedBreaker(
  namespace: DurableObjectNamespace<LimiterObject>,
  store: string,
): SharedBreaker {
  const object = () => namespace.get(namespace.idFromName(`breaker of ${store}`));
  return {
    async tell(until) {
      await object().openBreaker(until);
    },
    ask: async () => object().breakerUntil(),
  };
}

/** A breaker that tells others when it opens, and hears of theirs when it fails itself. */
export function shareBreaker(
  breaker: Breaker,
  shared: SharedBreaker,
  background: Ports['background'],
): Breaker {
  // What is told goes on behind the request; a breaker that cannot be shared is this isolate's own.
  const told = (work: Promise<unknown>): void => background(work.catch(() => undefined));
  return {
    ...breaker,
    failed() {
      breaker.failed();
      const until = breaker.openUntil();
      if (until !== undefined) told(shared.tell(until));
      else told(shared.ask().then((others) => breaker.keepOpen(others)));
    },
  };
}
