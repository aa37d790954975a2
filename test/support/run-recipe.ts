/** Runs a recipe's text in memory: the real compiler, engine and driver over a manual clock. */
import { createMemoryFiles } from '../../src/adapters/memory/files.ts';
import { createModels } from '../../src/adapters/models/models.ts';
import type { JsonObject, JsonValue } from '../../src/core/json.ts';
import { compileRecipe } from '../../src/core/recipe/compile.ts';
import { checkInputs } from '../../src/core/recipe/inputs.ts';
import type { Plan } from '../../src/core/recipe/plan.ts';
import { isFinal } from '../../src/core/run/events.ts';
import type { RunEvent, RunStatus } from '../../src/core/run/events.ts';
import type { TurnRecord } from '../../src/core/run/record.ts';
import { shownOf, showRun } from '../../src/core/run/show.ts';
import { createRunState } from '../../src/core/run/state.ts';
import type { RunIdentity, RunState } from '../../src/core/run/state.ts';
import type { RunView } from '../../src/core/run/view.ts';
import { createDriver } from '../../src/runtime/advance.ts';
import type { Driver } from '../../src/runtime/advance.ts';
import type { Egress, Files, Log } from '../../src/runtime/ports.ts';
import type { ReadRules } from '../../src/runtime/models/rules.ts';
import { createSlots } from '../../src/runtime/models/slots.ts';
import type { Slots } from '../../src/runtime/models/slots.ts';
import type { Delta } from '../../src/runtime/ports/deltas.ts';
import type { Models } from '../../src/runtime/ports/models.ts';
import type { Speech } from '../../src/runtime/ports/speech.ts';
import { createFakeNet } from './fake-net.ts';
import { createManualClock, EPOCH, settled } from './manual-clock.ts';
import type { ManualClock } from './manual-clock.ts';
import { eventsOf } from './run-rows.ts';
import { createTestStores } from './stores.ts';
import { createTestFunctions, findTestFunction } from './test-functions.ts';
import type { TestFunctions } from './test-functions.ts';

export interface CompileOptions {
  readonly sources?: { readonly [path: string]: string };
  readonly prompts?: { readonly [name: string]: string };
}

/** The plan of a text that has no error. */
export function planOf(text: string, { sources = {}, prompts = {} }: CompileOptions = {}): Plan {
  const { plan, diagnostics } = compileRecipe({
    path: 'recipes/main.yaml',
    text,
    sources: new Map(Object.entries(sources)),
    prompts: new Map(Object.entries(prompts)),
    findFunction: (reference) => findTestFunction(reference),
  });
  if (plan === undefined) throw new Error(JSON.stringify(diagnostics, null, 2));
  return plan;
}

export interface RunOptions extends CompileOptions {
  readonly id?: string;
  readonly inputs?: JsonObject;
  /** What the run is started with, instead of what nodes name. */
  readonly model?: JsonValue;
  readonly functions?: TestFunctions;
  /** Instead of `mock`. */
  readonly models?: Partial<Models & Speech>;
  readonly egress?: Egress;
  readonly files?: Files;
  readonly stores?: Partial<ReturnType<typeof createTestStores>>;
  readonly clock?: ManualClock;
  readonly random?: () => number;
  readonly modelRules?: ReadRules;
  /** Shared by several runs, where they share limits. */
  readonly modelSlots?: Slots;
  readonly onDelta?: (delta: Delta) => void;
  /** Called when a turn has been written. */
  readonly onCommit?: () => void;
}

export interface StartedRun {
  readonly state: RunState;
  readonly driver: Driver;
  readonly clock: ManualClock;
  readonly functions: TestFunctions;
  /** What each turn wrote. */
  readonly records: readonly TurnRecord[];
  readonly logged: readonly string[];
  readonly events: () => RunEvent[];
  readonly view: () => RunView;
  /** Status of each decided step by its key. */
  readonly statuses: () => { readonly [key: string]: string };
  readonly outputs: () => JsonObject | undefined;
  readonly output: (key: string) => JsonValue | undefined;
  readonly warnings: () => string[];
  readonly status: () => RunStatus;
}

export function identityOf(inputs: JsonObject = {}, id = 'run_01'): RunIdentity {
  return {
    id,
    recipe: 'recipes/main',
    recipeVersion: 3,
    planHash: 'ab',
    mode: 'durable',
    createdAt: EPOCH,
    labels: {},
    inputs,
  };
}

/** Starts a run and lets it go as far as it gets while time stands still. */
export async function startRun(
  recipe: string | Plan,
  options: RunOptions = {},
): Promise<StartedRun> {
  const plan = typeof recipe === 'string' ? planOf(recipe, options) : recipe;
  const checked = checkInputs(plan, options.inputs ?? {});
  if (!checked.ok) throw new Error(JSON.stringify(checked.error));
  const plain = identityOf(checked.value.values, options.id);
  const identity = { ...plain, ...(options.model !== undefined && { model: options.model }) };
  const started = driveRun(createRunState(identity, plan), options);
  started.driver.post({ type: 'start' });
  await settled();
  return started;
}

/** A driver for a state, also one that was restored. */
export function driveRun(state: RunState, options: RunOptions = {}): StartedRun {
  const { clock = createManualClock(), functions = createTestFunctions() } = options;
  const records: TurnRecord[] = [];
  const logged: string[] = [];
  const log: Log = { write: (_level, event) => void logged.push(event) };
  const driver: Driver = createDriver({
    state,
    tenant: 'tenant',
    clock,
    ids: { next: (prefix) => `${prefix}_01`, random: options.random ?? (() => 0.5) },
    log,
    functions,
    models: { ...createModels(), ...options.models },
    egress: options.egress ?? createFakeNet().egress,
    files: options.files ?? createMemoryFiles({ clock }),
    modelSlots: options.modelSlots ?? createSlots(),
    ...(options.modelRules && { modelRules: options.modelRules }),
    ...(options.onDelta && { onDelta: options.onDelta }),
    ...createTestStores(clock),
    ...options.stores,
    commit(record) {
      records.push(record);
      options.onCommit?.();
    },
    wakeAt(dueAt) {
      const wake = () => {
        if (!isFinal(state.status)) driver.post({ type: 'wake' });
      };
      void clock.sleep(Math.max(0, dueAt - clock.now())).then(wake);
    },
  });
  return {
    state,
    driver,
    clock,
    functions,
    records,
    logged,
    events: () => eventsOf(records),
    view: () => showRun(shownOf(state, clock.now())),
    statuses: () =>
      Object.fromEntries([...state.rows.values()].map(({ key, status }) => [key, status])),
    outputs: () => state.result?.outputs,
    output: (key) => state.rows.get(key)?.output,
    warnings: () => state.warnings.map(({ code }) => code),
    status: () => state.status,
  };
}

const MOST_TIMERS = 1_000;

/** Counts the calls that are under way: work of the engine, or of another thread, that no clock moves. */
export function createOffice() {
  let open = 0;
  return {
    isBusy: () => open > 0,
    /** The same object, its calls counted. */
    track<T extends object>(worker: T): T {
      const count =
        (call: (...args: unknown[]) => unknown) =>
        async (...args: unknown[]): Promise<unknown> => {
          open += 1;
          try {
            return await call.apply(worker, args);
          } finally {
            open -= 1;
          }
        };
      const counted = Object.entries(worker).map(([name, value]) => [
        name,
        typeof value === 'function' ? count(value as (...args: unknown[]) => unknown) : value,
      ]);
      // SAFETY: each member is what it was, and functions of these objects all answer later.
      return Object.fromEntries(counted) as T;
    },
  };
}

/** Moves the clock from timer to timer until the run has ended; not while there is other work to wait for. */
export async function runToEnd(run: StartedRun, isBusy = () => false): Promise<StartedRun> {
  do await settled();
  while (isBusy());
  for (let fired = 0; !isFinal(run.state.status); fired += 1) {
    const at = run.clock.nextAt();
    if (at === undefined || fired > MOST_TIMERS) throw new Error(`The run hangs: ${stuckAt(run)}`);
    await run.clock.advance(at - run.clock.now());
    do await settled();
    while (isBusy());
  }
  await settled();
  return run;
}

function stuckAt({ state }: StartedRun): string {
  return [...state.active.values()].map(({ key, phase }) => `${key} ${phase}`).join(', ');
}

export async function runRecipe(
  recipe: string | Plan,
  options: RunOptions = {},
): Promise<StartedRun> {
  return runToEnd(await startRun(recipe, options));
}
