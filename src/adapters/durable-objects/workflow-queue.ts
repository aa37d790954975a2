/** The WorkflowQueue object: queue, runs, steps and history of one partition of a tenant. */
import { DurableObject } from 'cloudflare:workers';
import { fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import { isFinal } from '../../core/run/events.ts';
import type { RunEvent } from '../../core/run/events.ts';
import { restore } from '../../core/run/restore.ts';
import { showNode, shownOf, showRun } from '../../core/run/show.ts';
import type { RunState } from '../../core/run/state.ts';
import { createRunState } from '../../core/run/state.ts';
import type { JsonValue } from '../../core/json.ts';
import type { Verdict } from '../../core/run/record.ts';
import type { ApprovalView, NodeView, RunSummary, RunView } from '../../core/run/view.ts';
import type { Plan } from '../../core/recipe/plan.ts';
import type {
  FinishedRun,
  Idempotency,
  RunFilter,
  RunId,
  Submission,
} from '../../runtime/ports.ts';
import { createPartition, drive, findDriver, nextTurn, onAlarm, resume } from './partition.ts';
import * as people from './waiting.ts';
import type { Partition, PartitionDeps } from './partition.ts';
import * as rows from './queue-rows.ts';
import { migrateQueue } from './queue-schema.ts';

/** A submission as it crosses to the object: the plan only when the object lacks it. */
export type SubmissionMessage = Omit<Submission, 'plan'> & { readonly plan?: Plan };

export type SubmitReply =
  | { readonly needsPlan: true }
  | { readonly needsPlan: false; readonly result: Result<{ view: RunView; replayed: boolean }> };

export type EventPage = { readonly events: readonly RunEvent[]; readonly finished: boolean };

const PAGE = 500;
const IDEMPOTENCY_MS = 24 * 60 * 60 * 1000;
/** How long a key stays taken when the run it was taken for never comes to be recorded. */
const RESERVED_MS = 5 * 60 * 1000;

/** The platform builds the object; what it works with is bound here. */
export function makeWorkflowQueue<Env extends Cloudflare.Env>(
  makeDeps: (env: Env) => PartitionDeps,
) {
  return class WorkflowQueue extends DurableObject<Env> {
    readonly #partition: Partition;

    constructor(ctx: DurableObjectState, env: Env) {
      super(ctx, env);
      migrateQueue(ctx.storage);
      this.#partition = createPartition(ctx, makeDeps(env));
      resume(this.#partition);
    }

    submit(message: SubmissionMessage): SubmitReply {
      return submit(this.#partition, message);
    }

    find(id: RunId): RunView | null {
      return show(this.#partition, id);
    }

    findNode(id: RunId, node: string): Result<readonly NodeView[]> {
      return findNode(this.#partition, id, node);
    }

    list(filter: RunFilter): RunSummary[] {
      return rows.listRuns(this.#partition.sql, filter);
    }

    async events(id: RunId, after: number, waitMs: number): Promise<Result<EventPage>> {
      const page = readPage(this.#partition, id, after);
      if (!page.ok || page.value.finished || page.value.events.length > 0 || waitMs <= 0)
        return page;
      await nextTurn(this.#partition, id, waitMs);
      return readPage(this.#partition, id, after);
    }

    async wait(id: RunId, waitMs: number): Promise<RunView | null> {
      const { clock } = this.#partition.deps;
      const until = clock.now() + waitMs;
      for (let left = waitMs; left > 0; left = until - clock.now()) {
        const head = rows.findHead(this.#partition.sql, id);
        if (head === undefined || isFinal(head.status)) break;
        await nextTurn(this.#partition, id, left);
      }
      return show(this.#partition, id);
    }

    cancel(id: RunId): Result<RunView> {
      return cancel(this.#partition, id);
    }

    deliver(id: RunId, event: string, payload: JsonValue): Result<{ readonly received: boolean }> {
      return people.deliverEvent(this.#partition, id, { event, payload });
    }

    approvals(): ApprovalView[] {
      return people.listApprovals(this.#partition);
    }

    findApproval(run: RunId, key: string): ApprovalView | null {
      return people.findApproval(this.#partition, run, key);
    }

    decide(run: RunId, key: string, verdict: Omit<Verdict, 'decidedAt'>): Result<ApprovalView> {
      return people.decide(this.#partition, { run, key }, verdict);
    }

    reserve(idempotency: Idempotency): Result<RunView | null> {
      return reserve(this.#partition, idempotency);
    }

    record(run: FinishedRun): void {
      keepFinished(this.#partition, run);
    }

    override alarm(): void {
      onAlarm(this.#partition);
    }
  };
}

export type WorkflowQueueObject = InstanceType<ReturnType<typeof makeWorkflowQueue>>;

function submit(partition: Partition, message: SubmissionMessage): SubmitReply {
  const { sql, deps } = partition;
  const { idempotency, planHash } = message;
  const known = idempotency && rows.findIdempotent(sql, idempotency.key, deps.clock.now());
  if (known !== undefined)
    return { needsPlan: false, result: replay(partition, known, idempotency?.bodyHash) };
  if (partition.queue.length >= deps.maxQueued) {
    return {
      needsPlan: false,
      result: fail('queue_full', `Cannot queue the run: ${deps.maxQueued} are waiting`),
    };
  }
  const plan = message.plan ?? rows.findPlan(sql, planHash);
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

/** Everything that makes a run known. The object's writes become durable together before it answers. */
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
  rows.keepPlan(sql, planHash, plan);
  rows.insertRun(sql, { tenant, status: 'queued', identity });
  if (idempotency !== undefined) {
    const { key, bodyHash } = idempotency;
    rows.keepIdempotent(sql, key, { run: id, bodyHash, expiresAt: createdAt + IDEMPOTENCY_MS });
  }
  return state;
}

/** The empty run id marks a key whose run is still under way elsewhere. */
function reserve(partition: Partition, { key, bodyHash }: Idempotency): Result<RunView | null> {
  const { sql, deps } = partition;
  const now = deps.clock.now();
  const known = rows.findIdempotent(sql, key, now);
  if (known === undefined) {
    rows.keepIdempotent(sql, key, { run: '', bodyHash, expiresAt: now + RESERVED_MS });
    return ok(null);
  }
  const replayed = replay(partition, known, bodyHash);
  return replayed.ok ? ok(replayed.value.view) : replayed;
}

function replay(
  partition: Partition,
  known: rows.IdempotencyRow,
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

function show(partition: Partition, id: RunId): RunView | null {
  const state = findState(partition, id);
  if (state !== undefined) return viewOf(partition, state);
  return rows.findRecord(partition.sql, id)?.view ?? null;
}

function viewOf(partition: Partition, state: RunState): RunView {
  const queuePosition = partition.queue.indexOf(state.identity.id) + 1;
  return showRun({
    ...shownOf(state, partition.deps.clock.now()),
    ...(queuePosition > 0 && { queuePosition }),
  });
}

/** From memory while it is under way, else from its rows. */
function findState(partition: Partition, id: RunId): RunState | undefined {
  const driver = partition.drivers.get(id);
  if (driver !== undefined) return driver.state;
  const head = rows.findHead(partition.sql, id);
  const stored = head && rows.readRun(partition.sql, head);
  return stored && restore(stored);
}

function findNode(partition: Partition, id: RunId, node: string): Result<readonly NodeView[]> {
  const state = findState(partition, id);
  const nodes =
    state === undefined
      ? rows
          .findRecord(partition.sql, id)
          ?.nodes.filter((each) => each.node === node || each.key === node)
      : showNode(shownOf(state, partition.deps.clock.now()), node);
  if (nodes === undefined) return fail('run_not_found', `Cannot find run "${id}"`);
  if (nodes.length === 0)
    return fail('node_not_found', `Cannot find a step of node "${node}" in run "${id}"`);
  return ok(nodes);
}

function readPage(partition: Partition, id: RunId, after: number): Result<EventPage> {
  const head = rows.findHead(partition.sql, id);
  if (head === undefined) return fail('run_not_found', `Cannot find run "${id}"`);
  const events = rows.readEvents(partition.sql, id, after, PAGE);
  return ok({ events, finished: isFinal(head.status) && events.length < PAGE });
}

function cancel(partition: Partition, id: RunId): Result<RunView> {
  const head = rows.findHead(partition.sql, id);
  if (head === undefined) return fail('run_not_found', `Cannot find run "${id}"`);
  if (head.status === 'completed' || head.status === 'failed') {
    return fail('run_finished', `Cannot cancel run "${id}": it is ${head.status}`);
  }
  if (head.status !== 'cancelled') {
    const driver = findDriver(partition, id);
    const place = partition.queue.indexOf(id);
    if (place >= 0) partition.queue.splice(place, 1);
    driver?.post({ type: 'cancel' });
  }
  const view = show(partition, id);
  return view === null ? fail('run_not_found', `Cannot find run "${id}"`) : ok(view);
}

function keepFinished(partition: Partition, finished: FinishedRun): void {
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
    rows.keepRecord(sql, view, nodes);
    if (idempotency !== undefined) {
      const { key, bodyHash } = idempotency;
      const expiresAt = partition.deps.clock.now() + IDEMPOTENCY_MS;
      rows.keepIdempotent(sql, key, { run: id, bodyHash, expiresAt });
    }
  });
}
