/** A run whose steps a test answers one by one, in any order: the engine without its driver. */
import { createMemoryFiles } from '../../src/adapters/memory/files.ts';
import { createModels } from '../../src/adapters/models/models.ts';
import type { Plan } from '../../src/core/recipe/plan.ts';
import { advance } from '../../src/core/run/advance.ts';
import type { Fact } from '../../src/core/run/advance.ts';
import { isFinal } from '../../src/core/run/events.ts';
import { nextDueAt } from '../../src/core/run/decide.ts';
import type { TurnRecord } from '../../src/core/run/record.ts';
import { restore } from '../../src/core/run/restore.ts';
import type { RunIdentity, RunState } from '../../src/core/run/state.ts';
import { attempt } from '../../src/runtime/attempt.ts';
import { createSlots } from '../../src/runtime/models/slots.ts';
import { createFakeNet } from './fake-net.ts';
import { createManualClock, EPOCH } from './manual-clock.ts';
import { asJson, storedRun } from './run-rows.ts';
import { createTestStores } from './stores.ts';
import { createTestFunctions } from './test-functions.ts';
import type { TestFunctions } from './test-functions.ts';

export interface SteppedRun {
  readonly state: RunState;
  readonly records: TurnRecord[];
  /** Keys of the attempts begun, in order. */
  readonly launched: string[];
  /** The most attempts of one map's items that were out at one time, by the map's key. */
  readonly highWater: Map<string, number>;
}

export interface StepOptions {
  readonly identity: RunIdentity;
  readonly plan: Plan;
  readonly functions?: TestFunctions;
  /** Which of so many waiting answers come next; default: the first. */
  readonly choose?: (waiting: number) => readonly number[];
  /** Turns written by an earlier life. */
  readonly before?: readonly TurnRecord[];
  /** Asked after each turn; true ends the life there. */
  readonly isOver?: (records: readonly TurnRecord[]) => boolean;
}

/** Runs until the run ends, or `isOver` says so. */
export async function stepRun(options: StepOptions): Promise<SteppedRun> {
  const { identity, plan, before = [], choose = () => [0], isOver = () => false } = options;
  const { functions = createTestFunctions() } = options;
  const state = restore(storedRun(identity, plan, before));
  const run: SteppedRun = { state, records: [], launched: [], highWater: new Map() };
  const deps = {
    tenant: 'tenant',
    clock: createManualClock(),
    ids: { next: () => 'run_01', random: () => 0.5 },
    log: { write: () => undefined },
    functions,
    models: createModels(),
    egress: createFakeNet().egress,
    files: createMemoryFiles({ clock: { now: () => EPOCH } }),
    ...createTestStores({ now: () => EPOCH }),
    budgets: [],
    modelSlots: createSlots(),
    report: () => undefined,
  };
  let now = before.length === 0 ? EPOCH : (before.at(-1)!.events.at(-1)?.at ?? EPOCH);
  let waiting: Fact[] = [];

  async function turn(facts: readonly Fact[]): Promise<boolean> {
    const { record, launch } = advance(state, facts, { now, random: () => 0.5 });
    run.records.push(record);
    waiting = waiting.filter((fact) => 'key' in fact && state.active.has(fact.key));
    if (isOver(run.records)) return false;
    for (const step of launch) {
      run.launched.push(step.key);
      waiting.push(await attempt(deps, state, step, new AbortController().signal));
    }
    noteHighWater(run);
    return !isFinal(state.status);
  }

  let goesOn = await turn([{ type: state.status === 'queued' ? 'start' : 'wake' }]);
  while (goesOn) {
    if (waiting.length > 0) {
      const chosen = new Set(choose(waiting.length));
      const facts = waiting.filter((_, index) => chosen.has(index));
      waiting = waiting.filter((_, index) => !chosen.has(index));
      now += 1;
      goesOn = await turn(facts);
    } else {
      const due = nextDueAt(state);
      if (due === undefined)
        throw new Error(`The run hangs: ${[...state.active.keys()].join(', ')}`);
      now = Math.max(now, due);
      goesOn = await turn([{ type: 'wake' }]);
    }
  }
  return run;
}

function noteHighWater({ state, highWater }: SteppedRun): void {
  for (const { key, progress } of state.active.values()) {
    if (progress === undefined) continue;
    highWater.set(key, Math.max(highWater.get(key) ?? 0, progress.inFlight));
  }
}

/** Everything about a run that must not depend on how it came about. */
export function outcomeOf({ state }: Pick<SteppedRun, 'state'>): object {
  return asJson({
    status: state.status,
    code: state.failure?.code,
    outputs: state.result?.outputs,
    missing: state.result?.missing,
    steps: [...state.rows.values()]
      .filter(({ key }) => !key.endsWith(']'))
      .map(({ key, status, output, attempt: number }) => ({ key, status, output, attempt: number }))
      .toSorted((a, b) => (a.key < b.key ? -1 : 1)),
    items: [...state.ledgers]
      // A map over nothing has no ledger in the rows.
      .filter(([, { outcomes }]) => outcomes.length > 0)
      .map(([key, { outcomes }]) => ({
        key,
        outcomes: outcomes.map((outcome) =>
          outcome === null ? null : outcome.ok ? outcome.value : outcome.failure.code,
        ),
      }))
      .toSorted((a, b) => (a.key < b.key ? -1 : 1)),
    warnings: state.warnings.map(({ code, detail }) => `${code} ${detail}`).toSorted(),
  });
}
