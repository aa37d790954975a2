/** What is known of the isolates that were loaded: hints, of which losing one costs a read of the bytes. */

export interface IsolateState {
  /** Part of the id; another one once the isolate has failed or was ended. */
  generation: number;
  /** It has answered, so its bytes need not be at hand. */
  warm: boolean;
  /** Requests under way. */
  users: number;
}

/** By key, the one that was called last at the end. */
export type IsolateStates = Map<string, IsolateState>;

const MAX_STATES = 4_096;
let generations = 0;

export function findState(states: IsolateStates, key: string): IsolateState {
  const state = states.get(key) ?? { generation: 0, warm: false, users: 0 };
  states.delete(key);
  for (const [oldest, { warm, users }] of states) {
    if (states.size < MAX_STATES) break;
    if (!warm && users === 0) states.delete(oldest);
  }
  states.set(key, state);
  return state;
}

/** The isolate under this id is not called again. */
export function retire(state: IsolateState): void {
  generations += 1;
  state.generation = generations;
  state.warm = false;
}

/** The one that was idle longest, when there are so many that one has to go. */
export function oldestIdle(
  states: IsolateStates,
  maxWarm: number,
): { readonly key: string; readonly state: IsolateState } | undefined {
  const warm = [...states].filter(([, state]) => state.warm);
  if (warm.length < maxWarm) return undefined;
  const found = warm.find(([, { users }]) => users === 0);
  return found && { key: found[0], state: found[1] };
}
