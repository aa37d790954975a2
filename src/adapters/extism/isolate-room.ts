/** What keeps the loaded isolates few, and their dead memories small: I2 and I3 of isolates.ts. */
import { ISOLATE_DIGEST } from './isolate.generated.ts';
import { forgetPages, heaviest, oldestIdle, retire } from './isolate-states.ts';
import { COLLECT_PATH, MAX_ENDED, RELEASE_PATH } from './limits.ts';
import type { IsolateState, IsolateStates, KnownIsolate } from './isolate-states.ts';

export interface RoomOptions {
  /** Isolates that are kept warm. */
  readonly maxWarm: number;
  /** Pages of memory that dead instances may hold in all isolates together. */
  readonly maxDeadPages: number;
  readonly loader: WorkerLoader;
  /** Collects garbage of this isolate. Default: the engine's own, where it was started with one for all. */
  readonly collectHere?: (() => void) | undefined;
}

// SAFETY: it is no part of the language, so no types list it.
const { gc } = globalThis as { gc?: () => void };

export function createRoom(states: IsolateStates, options: RoomOptions) {
  const { maxWarm, maxDeadPages, loader, collectHere = gc } = options;
  const canCollect = collectHere !== undefined;

  /** Whether the isolate heard: it may be gone already. */
  async function tell(id: string, path: string): Promise<boolean> {
    const load = () => Promise.reject(new Error('the isolate is gone already'));
    try {
      await askIsolate(loader.get(id, load), path, { method: 'POST' });
      return true;
    } catch {
      return false;
    }
  }

  async function end({ key, state }: KnownIsolate): Promise<void> {
    const id = idOf(key, state);
    // Whoever calls it from now on gets a new one.
    retire(states, state);
    states.ended += 1;
    await tell(id, RELEASE_PATH);
  }

  /** An isolate that was ended keeps its heap until the stubs through which it was called are collected. */
  function collectStubs(): void {
    if (states.ended < MAX_ENDED || collectHere === undefined) return;
    states.ended = 0;
    collectHere();
  }

  async function tellToCollect({ key, state }: KnownIsolate): Promise<void> {
    const { generation } = state;
    forgetPages(states, state);
    const isThere = await tell(idOf(key, state), COLLECT_PATH);
    // I1.
    if (!isThere && state.generation === generation) retire(states, state);
  }

  /** Several may be loaded at a time, so there may be more to end than the one that makes room. */
  async function keepAtMost(most: number): Promise<void> {
    while (states.warm > most) {
      const idle = oldestIdle(states);
      if (idle === undefined) return;
      await end(idle);
    }
  }

  return {
    /** For one more. */
    makeRoom: () => keepAtMost(maxWarm - 1),
    async tidy(): Promise<void> {
      await keepAtMost(maxWarm);
      collectStubs();
      while (states.pages > maxDeadPages) {
        const found = heaviest(states, { mustBeIdle: !canCollect });
        if (found === undefined) return;
        await (canCollect ? tellToCollect(found) : end(found));
      }
    },
  };
}

export function askIsolate(stub: WorkerStub, path: string, init: RequestInit): Promise<Response> {
  return stub.getEntrypoint().fetch(`http://plugin${path}`, init);
}

export function idOf(key: string, { generation }: IsolateState): string {
  return `${key}:${ISOLATE_DIGEST}:${generation}`;
}
