/** How runs come to be known: submissions, keys that make them idempotent, runs executed elsewhere. */
import { fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import type { Plan } from '../../core/recipe/plan.ts';
import { isFinal } from '../../core/run/events.ts';
import type { RunWarning } from '../../core/run/record.ts';
import { plant } from '../../core/run/seeds.ts';
import { createRunState } from '../../core/run/state.ts';
import type { RunIdentity, RunState } from '../../core/run/state.ts';
import type { Admission } from '../../core/queue/admission.ts';
import { withPlace } from '../../core/queue/place.ts';
import { crowdOf, leave } from '../../core/queue/queue.ts';
import type { Message } from '../../core/queue/queue.ts';
import type { RunView } from '../../core/run/view.ts';
import type { FinishedRun, Idempotency, RunId, Submission } from '../../runtime/ports.ts';
import { addSpent } from './spend-rows.ts';
import * as kept from './kept-rows.ts';
import { messageOf } from './admission-rows.ts';
import { learn, noteFinished, pump } from './outbox.ts';
import { admit, drive, enter } from './partition.ts';
import type { Partition } from './partition-state.ts';
import * as rows from './queue-rows.ts';
import { planSweep } from './sweep.ts';
import { show, viewOf, waitForEnd } from './reading.ts';
import { SHOWN } from './value-rows.ts';
import { tidyValues, withValues } from './values.ts';

/** A submission as it crosses to the object: the plan only when the object lacks it. */
export type SubmissionMessage = Omit<Submission, 'plan'> & {
  readonly plan?: Plan;
  /** Which partition of the tenant it was sent to. */
  readonly partition: number;
};

export type SubmitReply =
  | { readonly needsPlan: true }
  | { readonly needsPlan: false; readonly result: Result<{ view: RunView; replayed: boolean }> };

const IDEMPOTENCY_MS = 24 * 60 * 60 * 1000;
/** How long a key stays taken when the run it was taken for never comes to be recorded. */
const RESERVED_MS = 5 * 60 * 1000;

/** Answers once the run has ended, or when it has waited as long as it was asked to. */
export async function submitAndWait(
  partition: Partition,
  message: SubmissionMessage,
): Promise<SubmitReply> {
  const first = findFirst(partition, message.idempotency);
  const work = () => submit(partition, message);
  // At once where it can be, so that submissions are taken in the order in which they come.
  const reply = first === undefined ? work() : await withValues(partition, first, work, SHOWN);
  const { waitMs = 0 } = message;
  if (waitMs <= 0 || reply.needsPlan || !reply.result.ok) return reply;
  const { view, replayed } = reply.result.value;
  if (isFinal(view.status)) return reply;
  const later = await waitForEnd(partition, view.id, waitMs);
  return later === null ? reply : { needsPlan: false, result: ok({ view: later, replayed }) };
}

/** Where the key is a known run's, its inputs and result have to be here. */
export function submit(partition: Partition, message: SubmissionMessage): SubmitReply {
  const { sql, deps } = partition;
  const { idempotency, planHash } = message;
  learn(partition, message.tenant);
  const known = idempotency && kept.findIdempotent(sql, idempotency.key, deps.clock.now());
  if (known !== undefined)
    return { needsPlan: false, result: replay(partition, known, idempotency?.bodyHash) };
  const plan = message.plan ?? kept.findPlan(sql, planHash);
  if (plan === undefined) return { needsPlan: true };
  const debounced = findDebounced(partition, message.admission);
  const taken =
    debounced === undefined
      ? begin(partition, message, plan)
      : ok(postpone(partition, debounced, { ...message, plan }));
  if (!taken.ok) return { needsPlan: false, result: taken };
  const view = viewOf(partition, taken.value);
  return { needsPlan: false, result: ok({ view, replayed: false }) };
}

function begin(partition: Partition, submission: SubmissionMessage, plan: Plan): Result<RunState> {
  const { deps, queue, sql } = partition;
  if (queue.waiting.size >= deps.maxQueued)
    return fail('queue_full', `Cannot queue the run: ${deps.maxQueued} are waiting`);
  const now = deps.clock.now();
  const { tenant } = submission;
  const identity = {
    ...identityOf(submission),
    id: withPlace(deps.ids.next('run'), submission.partition),
    createdAt: now,
  };
  const admission = putOff(submission.admission, { firstAt: now, now });
  const message = messageOf({ identity, admission });
  const refused = refusal(partition, message);
  if (refused !== undefined) return refused;
  keep(partition, submission, { identity, plan });
  const isLarge = rows.insertRun(sql, { tenant, status: 'queued', identity, admission });
  if (isLarge) queueMicrotask(() => void tidyValues(partition));
  const state = createRunState(identity, plan);
  state.warnings.push(...warningsOf(submission));
  if (submission.seeds !== undefined) plant(state, submission.seeds);
  enter(partition, message);
  const mayStart = admit(partition, identity.id);
  const driver = drive(partition, { tenant, status: 'queued' }, state);
  driver.post({ type: 'queue' }, ...(mayStart ? [{ type: 'start' } as const] : []));
  if (mayStart) admit(partition);
  return ok(state);
}

/** `on_limit: reject` is about runs that would start now. */
function refusal(
  { queue, deps }: Partition,
  message: Message,
): ReturnType<typeof fail> | undefined {
  const { onLimit, lanes, startAt = 0 } = message.admission;
  if (onLimit !== 'reject' || startAt > deps.clock.now()) return undefined;
  const limit = lanes.at(-1)?.limit ?? 0;
  if (crowdOf(queue, message).length < limit) return undefined;
  return fail(
    'concurrency_limit',
    `Cannot start the run: ${limit} of recipe "${message.recipe}" are under way already`,
  );
}

/** The run that waits under the same debounce, as long as it has not begun. */
function findDebounced(
  { debounced, queue }: Partition,
  { debounce }: Admission,
): Message | undefined {
  const id = debounce && debounced.get(debounce.key);
  return id === undefined ? undefined : queue.waiting.get(id);
}

/** The run that waits becomes this one, under its id and a while later. */
function postpone(
  partition: Partition,
  { id }: Message,
  submission: SubmissionMessage & { readonly plan: Plan },
): RunState {
  const { sql, queue, deps } = partition;
  const { tenant, plan } = submission;
  const head = rows.findHead(sql, id);
  const stored = head && rows.readRun(partition, head, { bare: true });
  const now = deps.clock.now();
  const firstAt = head?.identity.createdAt ?? now;
  const identity = { ...identityOf(submission), id, createdAt: firstAt };
  const admission = putOff(submission.admission, { firstAt, now });
  keep(partition, submission, { identity, plan });
  const isLarge = rows.replaceRun(sql, { tenant, status: 'queued', identity, admission });
  if (isLarge) queueMicrotask(() => void tidyValues(partition));
  const state = createRunState(identity, plan);
  state.seq = stored?.run.seq ?? 0;
  state.warnings.push(...warningsOf(submission));
  leave(queue, id);
  enter(partition, messageOf({ identity, admission }));
  drive(partition, { tenant, status: 'queued' }, state).post({ type: 'debounce' });
  admit(partition);
  return state;
}

function putOff(
  admission: Admission,
  { firstAt, now }: { firstAt: number; now: number },
): Admission {
  const { debounce, startAt = 0 } = admission;
  if (debounce === undefined) return admission;
  const due = Math.min(now + debounce.waitMs, firstAt + debounce.maxWaitMs);
  return { ...admission, startAt: Math.max(due, startAt) };
}

type Content = Omit<RunIdentity, 'id' | 'createdAt'>;

function identityOf(submission: SubmissionMessage): Content {
  const { recipe, recipeVersion, planHash, labels, inputs } = submission;
  const { model, replayOf, failureOf, webhook } = submission;
  return {
    recipe,
    recipeVersion,
    planHash,
    labels,
    inputs,
    mode: 'durable',
    ...(model !== undefined && { model }),
    ...(replayOf !== undefined && { replayOf }),
    ...(webhook !== undefined && { webhook }),
    ...(failureOf !== undefined && { failureOf }),
  };
}

function warningsOf({ warnings }: SubmissionMessage): RunWarning[] {
  return warnings.map(({ code, detail }) => ({ code, detail }));
}

/** What a run refers to. The object's writes become durable together before it answers. */
function keep(
  { sql, deps }: Partition,
  { planHash, idempotency }: SubmissionMessage,
  { identity, plan }: { identity: RunIdentity; plan: Plan },
): void {
  kept.keepPlan(sql, planHash, plan);
  if (idempotency === undefined) return;
  const { key, bodyHash } = idempotency;
  const expiresAt = deps.clock.now() + IDEMPOTENCY_MS;
  kept.keepIdempotent(sql, key, { run: identity.id, bodyHash, expiresAt });
}

/** The empty run id marks a key whose run is still under way elsewhere. */
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

/** In US dollars, with the most that may have been spent beside. */
function spentBy(view: RunView): number {
  if (!('metrics' in view)) return 0;
  return (view.metrics.cost_usd ?? 0) + (view.metrics.unreported_cost_usd ?? 0);
}

/** The run that a key was used for, when there is one. */
export function findFirst(
  { sql, deps }: Partition,
  idempotency: Idempotency | undefined,
): RunId | undefined {
  return idempotency && kept.findIdempotent(sql, idempotency.key, deps.clock.now())?.run;
}

export function keepFinished(partition: Partition, finished: FinishedRun): void {
  const { tenant, view, inputs, nodes, events, idempotency } = finished;
  const { sql, ctx } = partition;
  const { id, recipe, recipe_version: recipeVersion, plan, mode, labels } = view;
  const createdAt = Date.parse(view.created_at);
  const identity = {
    id,
    recipe,
    recipeVersion,
    planHash: plan,
    mode,
    createdAt,
    labels,
    inputs,
    ...(view.model !== undefined && { model: view.model }),
  };
  ctx.storage.transactionSync(() => {
    rows.insertRun(sql, { tenant, status: view.status, identity });
    rows.setStatus(sql, id, {
      status: view.status,
      ...('ended_at' in view && { endedAt: Date.parse(view.ended_at) }),
    });
    rows.writeEvents(sql, id, events);
    kept.keepRecord(sql, view, nodes);
    noteFinished(partition, finished);
    addSpent(sql, partition.deps.clock.now(), spentBy(view));
    if (idempotency !== undefined) {
      const { key, bodyHash } = idempotency;
      const expiresAt = partition.deps.clock.now() + IDEMPOTENCY_MS;
      kept.keepIdempotent(sql, key, { run: id, bodyHash, expiresAt });
    }
  });
  planSweep(partition);
  void pump(partition);
  void tidyValues(partition);
}
