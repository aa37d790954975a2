/** One attempt of one step, whatever its type: deadline, task, and anything thrown as a Failure. */
import { failure, ok, toFailure } from '../core/errors.ts';
import type { Failure, Result } from '../core/errors.ts';
import type { PlanNode } from '../core/recipe/plan.ts';
import type { Fact } from '../core/run/advance.ts';
import { stepContext } from '../core/run/open.ts';
import type { Active, RunState } from '../core/run/state.ts';
import { createReuse } from './cache/reuse.ts';
import type { ReuseDeps } from './cache/reuse.ts';
import type { Functions } from './functions.ts';
import type { Egress, Files, Ids, Tenant } from './ports.ts';
import type { Models } from './ports/models.ts';
import { findTask } from './tasks/index.ts';
import { withChunk } from './tasks/map-file.ts';
import type { TaskFailure, TaskOutcome } from './tasks/task.ts';

export interface AttemptDeps extends ReuseDeps {
  readonly tenant: Tenant;
  readonly ids: Ids;
  readonly functions: Functions;
  readonly models: Models;
  readonly egress: Egress;
  readonly files: Files;
  /** Takes how far an attempt has come. */
  readonly report: (fact: ProgressFact) => void;
}

export type ProgressFact = Extract<Fact, { type: 'progress' }>;

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
  const missing = new Set<string>();
  const outcome = await run(deps, { state, step, missing, startedAt }, cancelled);
  if (!outcome.ok) {
    // A failure is kept in rows and events; a message without end must not fill them.
    const { retryAfterMs, throttle, ...failed } = outcome.error;
    if (throttle !== undefined) return { type: 'throttled', key, attempt: number, ...throttle };
    return {
      type: 'failed',
      key,
      attempt: number,
      failure: { ...failed, message: failed.message.slice(0, MAX_MESSAGE) },
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    };
  }
  const { stats, ...rest } = outcome.value;
  const wallMs = deps.clock.now() - startedAt;
  return {
    type: 'succeeded',
    key,
    attempt: number,
    warnings: [...missing],
    stats: { wallMs, ...stats },
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
  const { clock, tenant, functions, models, egress, files } = deps;
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
    const outcome = await task({
      tenant,
      run: identity.id,
      reuse,
      clock,
      node,
      step,
      context,
      input,
      functions,
      models,
      egress,
      files,
      report: (progress) =>
        deps.report({ type: 'progress', key: step.key, attempt: step.attempt, ...progress }),
      signal,
    });
    if (!outcome.ok && deadline.signal.aborted)
      return { ok: false, error: late(node.id, timeoutMs) };
    return outcome;
  } catch (error) {
    if (deadline.signal.aborted) return { ok: false, error: late(node.id, timeoutMs) };
    const known = toFailure(error);
    if (known.code === 'internal') {
      deps.log.write('error', 'attempt_broke', {
        run: state.identity.id,
        step: given.step.key,
        reason: String(error),
      });
    }
    return { ok: false, error: known };
  } finally {
    deadline.clear();
  }
}

function defaultTimeout({ type }: PlanNode): number {
  return type === 'reduce' || type === 'map' ? FOLD_TIMEOUT_MS : DEFAULT_TIMEOUT_MS;
}

function late(id: string, timeoutMs: number): Failure {
  return failure('timeout', `Cannot finish node "${id}" within ${timeoutMs} ms`);
}
