/** What keeps the loaded isolates few, and their dead memories small: I2 and I3 of isolates.ts. */
import { ISOLATE_DIGEST } from './isolate.generated.ts';
import { forgetPages, heaviest, oldestIdle, retire } from './isolate-states.ts';
import { COLLECT_PATH, RELEASE_PATH } from './limits.ts';
import type { IsolateState, IsolateStates, KnownIsolate } from './isolate-states.ts';

export interface RoomOptions {
  /** Isolates that are kept warm. */
  readonly maxWarm: number;
  /** Pages of memory that dead instances may hold in all isolates together. */
  readonly maxDeadPages: number;
  readonly loader: WorkerLoader;
}

/** Whether the engine was started with a way to make it collect; it is the same one for all isolates. */
const canCollect = 'gc' in globalThis;

export function createRoom(states: IsolateStates, { maxWarm, maxDeadPages, loader }: RoomOptions) {
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
    await tell(id, RELEASE_PATH);
  }

  async function tellToCollect({ key, state }: KnownIsolate): Promise<void> {
    const { generation } = state;
    forgetPages(states, state);
    const isThere = await tell(idOf(key, state), COLLECT_PATH);
    // I1.
    if (!isThere && state.generation === generation) retire(states, state);
  }

  return {
    /** Makes room for one more. */
    async releaseIdle(): Promise<void> {
      const idle = oldestIdle(states, maxWarm);
      if (idle !== undefined) await end(idle);
    },
    async collect(): Promise<void> {
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
