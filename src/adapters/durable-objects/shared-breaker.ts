/** What isolates tell each other of a store that fails: through one object, and only when it does. */
import type { EpochMs } from '../../runtime/ports.ts';
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
