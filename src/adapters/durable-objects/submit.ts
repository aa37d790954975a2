/** How runs come to be known: submissions, keys that make them idempotent, runs executed elsewhere. */
import { fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import type { Plan } from '../../core/recipe/plan.ts';
import { createRunState } from '../../core/run/state.ts';
import type { RunState } from '../../core/run/state.ts';
import type { RunView } from '../../core/run/view.ts';
import type { FinishedRun, Idempotency, Submission } from '../../runtime/ports.ts';
import * as kept from './kept-rows.ts';
import { drive } from './partition.ts';
import type { Partition } from './partition.ts';
import * as rows from './queue-rows.ts';
import { show, viewOf } from './reading.ts';

/** A submission as it crosses to the object: the plan only when the object lacks it. */
export type SubmissionMessage = Omit<Submission, 'plan'> & { readonly plan?: Plan };

export type SubmitReply =
  | { readonly needsPlan: true }
  | { readonly needsPlan: false; readonly result: Result<{ view: RunView; replayed: boolean }> };

const IDEMPOTENCY_MS = 24 * 60 * 60 * 1000;
/** How long a key stays taken when the run it was taken for never comes to be recorded. */
const RESERVED_MS = 5 * 60 * 1000;

export function submit(partition: Partition, message: SubmissionMessage): SubmitReply {
  const { sql, deps } = partition;
  const { idempotency, planHash } = message;
  const known = idempotency && kept.findIdempotent(sql, idempotency.key, deps.clock.now());
  if (known !== undefined)
    return { needsPlan: false, result: replay(partition, known, idempotency?.bodyHash) };
  if (partition.queue.length >= deps.maxQueued) {
    return {
      needsPlan: false,
      result: fail('queue_full', `Cannot queue the run: ${deps.maxQueued} are waiting`),
    };
  }
  const plan = message.plan ?? kept.findPlan(sql, planHash);
  if (plan === undefined) return { needsPlan: true };
  const state = accept(partition, message, plan);
  const hasRoom = partition.queue.length === 0 && partition.drivers.size < deps.maxRunning;
  const driver = drive(partition, { tenant: message.tenant, status: 'queued' }, state);
  driver.post({ type: 'queue' }, ...(hasRoom ? [{ type: 'start' } as const] : []));
  if (!hasRoom) {
    partition.drivers.delete(state.identity.id);
    partition.queue.push(state.identity.id);
  }
  return { needsPlan: false, result: ok({ view: viewOf(partition, state), replayed: false }) };
}

function accept(partition: Partition, message: SubmissionMessage, plan: Plan): RunState {
  const { sql, deps } = partition;
  const { tenant, recipe, recipeVersion, planHash, labels, inputs, warnings, idempotency } =
    message;
  const createdAt = deps.clock.now();
  const id = deps.ids.next('run');
  const identity = {
    id,
    recipe,
    recipeVersion,
    planHash,
    mode: 'durable' as const,
    createdAt,
    labels,
    inputs,
  };
  const state = createRunState(identity, plan);
  state.warnings.push(...warnings.map(({ code, detail }) => ({ code, detail })));
  kept.keepPlan(sql, planHash, plan);
  rows.insertRun(sql, { tenant, status: 'queued', identity });
  if (idempotency !== undefined) {
    const { key, bodyHash } = idempotency;
    kept.keepIdempotent(sql, key, { run: id, bodyHash, expiresAt: createdAt + IDEMPOTENCY_MS });
  }
  return state;
}

export function reserve(
  partition: Partition,
  { key, bodyHash }: Idempotency,
): Result<RunView | null> {
  const { sql, deps } = partition;
  const now = deps.clock.now();
  const known = kept.findIdempotent(sql, key, now);
  if (known === undefined) {
    kept.keepIdempotent(sql, key, { run: '', bodyHash, expiresAt: now + RESERVED_MS });
    return ok(null);
  }
  const replayed = replay(partition, known, bodyHash);
  return replayed.ok ? ok(replayed.value.view) : replayed;
}

function replay(
  partition: Partition,
  known: kept.IdempotencyRow,
  bodyHash: string | undefined,
): Result<{ view: RunView; replayed: boolean }> {
  if (known.bodyHash !== bodyHash) {
    return fail(
      'idempotency_mismatch',
      'Cannot use this Idempotency-Key: it was used with another body',
    );
  }
  if (known.run === '') {
    return fail('conflict', 'Cannot use this Idempotency-Key: its first run is still under way');
  }
  const view = show(partition, known.run);
  return view === null
    ? fail('run_not_found', `Cannot find run "${known.run}"`)
    : ok({ view, replayed: true });
}

export function keepFinished(partition: Partition, finished: FinishedRun): void {
  const { tenant, view, nodes, events, idempotency } = finished;
  const { sql, ctx } = partition;
  const { id, recipe, recipe_version: recipeVersion, plan, mode, labels, inputs } = view;
  const createdAt = Date.parse(view.created_at);
  const identity = { id, recipe, recipeVersion, planHash: plan, mode, createdAt, labels, inputs };
  ctx.storage.transactionSync(() => {
    rows.insertRun(sql, { tenant, status: view.status, identity });
    rows.setStatus(sql, id, {
      status: view.status,
      ...('ended_at' in view && { endedAt: Date.parse(view.ended_at) }),
    });
    rows.writeEvents(sql, id, events);
    kept.keepRecord(sql, view, nodes);
    if (idempotency !== undefined) {
      const { key, bodyHash } = idempotency;
      const expiresAt = partition.deps.clock.now() + IDEMPOTENCY_MS;
      kept.keepIdempotent(sql, key, { run: id, bodyHash, expiresAt });
    }
  });
}
