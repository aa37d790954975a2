/** Drives one run: takes what happened, lets the engine decide, writes the turn, begins attempts. */
import { toFailure } from '../core/errors.ts';
import { advance, breakRun } from '../core/run/advance.ts';
import type { Fact, Turn } from '../core/run/advance.ts';
import { isFinal } from '../core/run/events.ts';
import type { StepKey } from '../core/run/events.ts';
import type { TurnRecord } from '../core/run/record.ts';
import type { Active, RunState } from '../core/run/state.ts';
import { attempt } from './attempt.ts';
import type { AttemptDeps } from './attempt.ts';
import { createInbox } from './inbox.ts';
import { createPacer } from './pacer.ts';
import type { Pacer } from './pacer.ts';
import { createUnwritten, isComputing } from './unwritten.ts';
import { createBudget } from './models/budget.ts';
import type { Budget } from './models/budget.ts';

export interface DriverDeps extends Omit<AttemptDeps, 'report' | 'budgets'> {
  /** What is spent beside this run counts there too. */
  readonly budgets?: readonly Budget[];
  readonly state: RunState;
  /** Shared by runs of one isolate. Default: one of its own. */
  readonly pacer?: Pacer;
  /** Writes a turn in one transaction. What it throws ends the driver: nothing may run unrecorded. */
  readonly commit: (record: TurnRecord) => void;
  /** Asked to post `wake` at an instant, in epoch milliseconds; each call replaces the last. */
  readonly wakeAt: (dueAt: number) => void;
}

export interface Driver {
  readonly state: RunState;
  /** Enters facts; the turn that takes them has been written when this returns. */
  readonly post: (...facts: Fact[]) => void;
  /** Writes what has not been: whoever shows the state to others asks for it first. */
  readonly flush: () => void;
  /** Resolves once the run has ended. */
  readonly ended: Promise<void>;
  /** Aborts what is in flight without a word in the history: the object is going away. */
  readonly stop: () => void;
}

interface InFlight {
  readonly controller: AbortController;
  /** Its answer may come from outside. */
  readonly isOutside: boolean;
}

export function createDriver(deps: DriverDeps): Driver {
  const { state, clock } = deps;
  const inFlight = new Map<StepKey, InFlight>();
  const attemptDeps: AttemptDeps = {
    ...deps,
    budgets: [createBudget(state.plan.limits, state.spent), ...(deps.budgets ?? [])],
    report(fact) {
      const under = inFlight.get(fact.key);
      if (under?.controller.signal.aborted === false) enqueue(fact, true);
    },
  };
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const enqueue = createInbox((deps.pacer ?? createPacer(clock)).enter(), take);
  const unwritten = createUnwritten(deps.commit, clock);

  function take(facts: readonly Fact[], isFromOutside: boolean): void {
    const turn = move(facts);
    unwritten.add(turn, { isOutside: isFromOutside, isMoreComing: isMoreComing() });
    perform(turn);
  }

  /** What the turn has given up on is still in flight, and nothing comes of it. */
  function isMoreComing(): boolean {
    for (const [key, { isOutside: leaves }] of inFlight)
      if (!leaves && state.active.has(key)) return true;
    return false;
  }

  /** The engine throws only for its own bugs; the run then ends, and the others go on. */
  function move(facts: readonly Fact[]): Turn {
    const world = { now: clock.now(), random: deps.ids.random };
    try {
      return advance(state, facts, world);
    } catch (error) {
      deps.log.write('error', 'turn_broke', { run: state.identity.id, reason: String(error) });
      return breakRun(state, error, world);
    }
  }

  function perform({ record, launch }: Turn): void {
    for (const [key, { controller }] of inFlight) {
      if (state.active.has(key)) continue;
      inFlight.delete(key);
      controller.abort();
    }
    for (const step of launch) begin(step);
    if (isFinal(state.status)) end();
    else if (record.run.dueAt !== undefined) deps.wakeAt(record.run.dueAt);
  }

  function begin(step: Active): void {
    const controller = new AbortController();
    const under = { controller, isOutside: !isComputing(step) };
    inFlight.set(step.key, under);
    void attempt(attemptDeps, state, step, controller.signal)
      .catch((error: unknown) => brokenAttempt(deps, step, error))
      .then((fact) => {
        if (inFlight.get(step.key) === under) inFlight.delete(step.key);
        // An aborted attempt was given up on: what it says is of no interest.
        if (!controller.signal.aborted) enqueue(fact, under.isOutside);
      });
  }

  return {
    state,
    ended,
    post(...facts) {
      take(facts, true);
      unwritten.flush();
    },
    flush: unwritten.flush,
    stop() {
      for (const { controller } of inFlight.values()) controller.abort();
      inFlight.clear();
    },
  };
}

/** An attempt never rejects; if one does all the same, its step must not wait for ever. */
function brokenAttempt({ log, state }: DriverDeps, step: Active, error: unknown): Fact {
  const { key, attempt: number } = step;
  log.write('error', 'attempt_broke', {
    run: state.identity.id,
    step: key,
    reason: String(error),
  });
  return { type: 'failed', key, attempt: number, failure: toFailure(error) };
}
