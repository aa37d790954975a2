/** What is known of the isolates that were loaded: hints, of which losing one costs a read of the bytes. */

export interface IsolateState {
  /** Part of the id; another one once the isolate has failed or was ended. */
  generation: number;
  /** It has answered, so its bytes need not be at hand. */
  warm: boolean;
  /** Requests under way. */
  users: number;
  /** Of memory, left behind by instances that the engine may not have collected yet. */
  pages: number;
}

export interface IsolateStates {
  /** The one that was called last at the end. */
  readonly byKey: Map<string, IsolateState>;
  /** Sums of all of them. */
  pages: number;
  warm: number;
  /** Isolates that were ended since this one collected its stubs of them. */
  ended: number;
}

export interface KnownIsolate {
  readonly key: string;
  readonly state: IsolateState;
}

const MAX_STATES = 4_096;
let generations = 0;

export function makeStates(): IsolateStates {
  return { byKey: new Map(), pages: 0, warm: 0, ended: 0 };
}

export function findState({ byKey }: IsolateStates, key: string): IsolateState {
  const state = byKey.get(key) ?? { generation: 0, warm: false, users: 0, pages: 0 };
  byKey.delete(key);
  for (const [oldest, { warm, users }] of byKey) {
    if (byKey.size < MAX_STATES) break;
    if (!warm && users === 0) byKey.delete(oldest);
  }
  byKey.set(key, state);
  return state;
}

/** The isolate under this id is not called again. */
export function retire(states: IsolateStates, state: IsolateState): void {
  generations += 1;
  state.generation = generations;
  if (state.warm) states.warm -= 1;
  state.warm = false;
  forgetPages(states, state);
}

/** The isolate has answered. */
export function markWarm(states: IsolateStates, state: IsolateState): void {
  if (!state.warm) states.warm += 1;
  state.warm = true;
}

export function addPages(states: IsolateStates, state: IsolateState, pages: number): void {
  state.pages += pages;
  states.pages += pages;
}

/** The engine has collected them. */
export function forgetPages(states: IsolateStates, state: IsolateState): void {
  states.pages -= state.pages;
  state.pages = 0;
}

/** The one that was idle longest. */
export function oldestIdle({ byKey }: IsolateStates): KnownIsolate | undefined {
  return known([...byKey].find(([, { warm, users }]) => warm && users === 0));
}

/** The one with the most memory that may be dead; only one that is idle can be ended. */
export function heaviest(
  { byKey }: IsolateStates,
  { mustBeIdle }: { readonly mustBeIdle: boolean },
): KnownIsolate | undefined {
  const found = [...byKey].filter(
    ([, { users, pages }]) => pages > 0 && !(mustBeIdle && users > 0),
  );
  return known(found.toSorted(([, a], [, b]) => b.pages - a.pages)[0]);
}

function known(entry: readonly [string, IsolateState] | undefined): KnownIsolate | undefined {
  return entry && { key: entry[0], state: entry[1] };
}
