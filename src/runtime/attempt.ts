/** One attempt of one step, whatever its type: deadline, task, and anything thrown as a Failure. */
import { failure, ok, toFailure } from '../core/errors.ts';
import type { Failure, Result } from '../core/errors.ts';
import type { PlanNode } from '../core/recipe/plan.ts';
import type { Fact } from '../core/run/advance.ts';
import { stepContext } from '../core/run/open.ts';
import type { Active, RunState } from '../core/run/state.ts';
import { createReuse } from './cache/reuse.ts';
import type { ReuseDeps } from './cache/reuse.ts';
import { createDeltas } from './deltas.ts';
import type { DeltaStream } from './deltas.ts';
import type { Functions } from './functions.ts';
import { measured } from './measured.ts';
import type { Budget } from './models/budget.ts';
import { noRules } from './models/rules.ts';
import type { ReadRules } from './models/rules.ts';
import type { Slots } from './models/slots.ts';
import type { Egress, Files, Ids, Tenant } from './ports.ts';
import type { Delta } from './ports/deltas.ts';
import type { Models } from './ports/models.ts';
import type { Speech } from './ports/speech.ts';
import { findTask } from './tasks/index.ts';
import { withChunk } from './tasks/map-file.ts';
import type { TaskFailure, TaskOutcome } from './tasks/task.ts';

export interface AttemptDeps extends ReuseDeps {
  readonly tenant: Tenant;
  readonly ids: Ids;
  readonly functions: Functions;
  readonly models: Models & Speech;
  readonly egress: Egress;
  readonly files: Files;
  readonly modelRules?: ReadRules;
  readonly modelSlots: Slots;
  /** What calls of models must fit into: the run's, and the tenant's. */
  readonly budgets: readonly Budget[];
  /** Takes the text of an answer while it arrives. */
  readonly onDelta?: (delta: Delta) => void;
  /** Takes how far an attempt has come, and what happened in it. */
  readonly report: (fact: ProgressFact) => void;
}

export type ProgressFact = Extract<Fact, { type: 'progress' | 'noted' }>;

/** For nodes that set none. */
const DEFAULT_TIMEOUT_MS = 120_000;
/** For what reads a file, which may be of any size; what it spends is bounded by each call's fuel. */
const FOLD_TIMEOUT_MS = 3_600_000;
const MAX_MESSAGE = 4_000;

/** Never rejects. `cancelled` ends what is in flight; its outcome is then of no interest. */
export async function attempt(
  deps: AttemptDeps,
  state: RunState,
  step: Active,
  cancelled: AbortSignal,
): Promise<Fact> {
  const { key, attempt: number } = step;
  const startedAt = deps.clock.now();
  const wallMs = (): number => deps.clock.now() - startedAt;
  const missing = new Set<string>();
  const outside = measured(deps);
  const given = { state, step, missing, startedAt };
  const outcome = await run({ ...deps, ...outside }, given, cancelled);
  const taken = outside.taken();
  if (!outcome.ok) {
    // A failure is kept in rows and events; a message without end must not fill them.
    const { retryAfterMs, throttle, spent, ...failed } = outcome.error;
    if (throttle !== undefined) {
      return { type: 'throttled', key, attempt: number, ...throttle, ...(spent && { spent }) };
    }
    return {
      type: 'failed',
      key,
      attempt: number,
      failure: { ...failed, message: failed.message.slice(0, MAX_MESSAGE) },
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(spent !== undefined && { spent }),
      ...(Object.keys(taken).length > 0 && { stats: { wallMs: wallMs(), ...taken } }),
    };
  }
  const { stats, notes, ...rest } = outcome.value;
  return {
    type: 'succeeded',
    key,
    attempt: number,
    warnings: [...missing],
    stats: { wallMs: wallMs(), ...taken, ...stats },
    ...notes,
    ...rest,
  };
}

interface Given {
  readonly state: RunState;
  readonly step: Active;
  readonly missing: Set<string>;
  readonly startedAt: number;
}

async function run(
  deps: AttemptDeps,
  given: Given,
  cancelled: AbortSignal,
): Promise<Result<TaskOutcome, TaskFailure>> {
  const { state, missing, startedAt } = given;
  const { clock, tenant, functions, egress, files } = deps;
  const { node, map } = given.step;
  const task = findTask(node.type);
  if (task === undefined) {
    return {
      ok: false,
      error: failure(
        'recipe_invalid',
        `Cannot run node "${node.id}": type "${node.type}" is not available`,
      ),
    };
  }
  const timeoutMs = map?.progress?.node.itemTimeoutMs ?? node.timeoutMs ?? defaultTimeout(node);
  const deadline = clock.deadline(timeoutMs);
  const signal = AbortSignal.any([cancelled, deadline.signal]);
  const stream = streamOf(deps, given.step, signal);
  try {
    const isChunk = map?.progress?.source !== undefined;
    const read = isChunk ? await withChunk({ files, tenant }, given.step) : ok(given.step);
    if (!read.ok) return read;
    const step = read.value;
    const { context: outer, input } = stepContext(state, step, {
      now: startedAt,
      random: deps.ids.random,
    });
    for (const name of outer.missing) missing.add(name);
    const context = { ...outer, missing };
    const { identity } = state;
    const reuse = createReuse(deps, {
      tenant,
      run: identity,
      node,
      step: step.key,
      context,
      timeoutMs,
      signal,
    });
    const about = { key: step.key, attempt: step.attempt };
    const outcome = await task({
      tenant,
      run: identity.id,
      ...(identity.model !== undefined && { runModel: identity.model }),
      reuse,
      clock,
      node,
      step,
      context,
      input,
      functions,
      ...modelDeps(deps),
      egress,
      files,
      report: (progress) => deps.report({ type: 'progress', ...about, ...progress }),
      note: (notes) => deps.report({ type: 'noted', ...about, ...notes }),
      ...(stream && { stream }),
      signal,
    });
    if (!outcome.ok && deadline.signal.aborted)
      return { ok: false, error: { ...late(node.id, timeoutMs), ...spentIn(outcome.error) } };
    return outcome;
  } catch (error) {
    if (deadline.signal.aborted) return { ok: false, error: late(node.id, timeoutMs) };
    return { ok: false, error: brokenBy(error, deps, given) };
  } finally {
    stream?.end();
    deadline.clear();
  }
}

function modelDeps({ models, modelRules = noRules, modelSlots, limiter, budgets }: AttemptDeps) {
  return { models, modelRules, modelSlots, limiter, budgets };
}

function spentIn({ spent }: TaskFailure): Pick<TaskFailure, 'spent'> {
  return spent === undefined ? {} : { spent };
}

function brokenBy(error: unknown, { log }: AttemptDeps, { state, step }: Given): Failure {
  const known = toFailure(error);
  if (known.code === 'internal') {
    const run = state.identity.id;
    log.write('error', 'attempt_broke', { run, step: step.key, reason: String(error) });
  }
  return known;
}

/** Where the text of an answer goes, when the node asks for it and there is somebody to see it. */
function streamOf(
  { onDelta, clock }: AttemptDeps,
  { key, node, map, attempt: number }: Active,
  signal: AbortSignal,
): DeltaStream | undefined {
  if (onDelta === undefined || node.type !== 'language_task' || !node.stream) return undefined;
  const about = { key, node: (map?.node ?? node).id, attempt: number };
  return createDeltas(clock, signal, (delta) => onDelta({ ...about, ...delta }));
}

function defaultTimeout({ type }: PlanNode): number {
  return type === 'reduce' || type === 'map' ? FOLD_TIMEOUT_MS : DEFAULT_TIMEOUT_MS;
}

function late(id: string, timeoutMs: number): Failure {
  return failure('timeout', `Cannot finish node "${id}" within ${timeoutMs} ms`);
}
