/** The WorkflowQueue object: queue, runs, steps and history of one partition of a tenant. */
import { DurableObject } from 'cloudflare:workers';
import type { Result } from '../../core/errors.ts';
import type { JsonValue } from '../../core/json.ts';
import type { ApprovalView, NodeView, RunSummary, RunView } from '../../core/run/view.ts';
import type {
  ActOptions,
  BulkOrder,
  EpochMs,
  EventPage,
  FinishedRun,
  Idempotency,
  RunFilter,
  RunId,
  Origin,
  RunAction,
} from '../../runtime/ports.ts';
import type {
  ApprovalLink,
  ApprovalPlace,
  Decision,
  LinkToken,
  LinkVerdict,
  OpenedLink,
} from '../../runtime/ports/approval-links.ts';
import type { EventPlace } from '../../runtime/ports/deltas.ts';
import { showQueue } from '../../core/queue/queue-view.ts';
import type { QueueView } from '../../core/queue/queue-view.ts';
import type { ReplayPoint } from '../../core/run/replay.ts';
import { act, bulk } from './bulk.ts';
import type { BulkDone } from './bulk.ts';
import * as outbox from './outbox.ts';
import { listDeliveries } from './outbox-rows.ts';
import type { Delivery, DeliveryFilter } from '../../runtime/ports/webhooks.ts';
import * as links from './link-rows.ts';
import type { LinkDraft } from './link-rows.ts';
import { listRuns } from './list-rows.ts';
import { onAlarm, resume } from './partition.ts';
import { createPartition } from './partition-state.ts';
import type { Partition, PartitionDeps } from './partition-state.ts';
import { migrateQueue } from './queue-schema.ts';
import { findApproval, findNode, originOf, readEvents, show, waitForEnd } from './reading.ts';
import { keepFinished, reserve, submitAndWait } from './submit.ts';
import type { SubmissionMessage, SubmitReply } from './submit.ts';
import * as people from './waiting.ts';

type MakeDeps<Env> = (env: Env) => PartitionDeps;

function openPartition(ctx: DurableObjectState, deps: PartitionDeps): Partition {
  migrateQueue(ctx.storage);
  const partition = createPartition(ctx, deps);
  resume(partition);
  return partition;
}

/** The platform builds the object; what it works with is bound here. */
// oxlint-disable-next-line max-lines-per-function -- a class body: its methods are a line or two each
export function makeWorkflowQueue<Env extends Cloudflare.Env>(makeDeps: MakeDeps<Env>) {
  return class WorkflowQueue extends DurableObject<Env> {
    readonly #partition: Partition;

    constructor(ctx: DurableObjectState, env: Env) {
      super(ctx, env);
      this.#partition = openPartition(ctx, makeDeps(env));
    }

    submit(message: SubmissionMessage): Promise<SubmitReply> {
      return submitAndWait(this.#partition, message);
    }

    find(id: RunId): RunView | null {
      return show(this.#partition, id);
    }

    findNode(id: RunId, node: string): Result<readonly NodeView[]> {
      return findNode(this.#partition, id, node);
    }

    list(filter: RunFilter): RunSummary[] {
      return listRuns(this.#partition.sql, filter);
    }

    events(id: RunId, after: EventPlace, waitMs: number): Promise<Result<EventPage>> {
      return readEvents(this.#partition, id, after, waitMs);
    }

    wait(id: RunId, waitMs: number): Promise<RunView | null> {
      return waitForEnd(this.#partition, id, waitMs);
    }

    act(id: RunId, action: RunAction, options?: ActOptions): Result<RunView> {
      return act(this.#partition, id, action, options);
    }

    origin(id: RunId, point?: ReplayPoint): Result<Origin> {
      return originOf(this.#partition, id, point);
    }

    bulk(order: BulkOrder): BulkDone {
      return bulk(this.#partition, order);
    }

    queueView(): QueueView {
      const { queue, deps } = this.#partition;
      return showQueue(queue, deps.maxQueued, deps.clock.now());
    }

    deliver(id: RunId, event: string, payload: JsonValue): Result<{ readonly received: boolean }> {
      return people.deliverEvent(this.#partition, id, { event, payload });
    }

    approvals(): ApprovalView[] {
      return people.listApprovals(this.#partition);
    }

    findApproval(run: RunId, key: string): ApprovalView | null {
      return findApproval(this.#partition, run, key);
    }

    decide(run: RunId, key: string, verdict: Decision): Result<ApprovalView> {
      return people.decide(this.#partition, { run, key }, verdict);
    }

    createLink(place: ApprovalPlace, draft: LinkDraft): Result<ApprovalLink> {
      return links.createLink(this.#partition, place, draft);
    }

    listLinks(place: ApprovalPlace): ApprovalLink[] {
      return links.listLinks(this.#partition, place);
    }

    revokeLink(place: ApprovalPlace, id: string): boolean {
      return links.revokeLink(this.#partition, place, id);
    }

    openLink(token: LinkToken): Result<OpenedLink> {
      return links.openLink(this.#partition, token);
    }

    decideByLink(token: LinkToken, verdict: LinkVerdict): Result<ApprovalView> {
      return links.decideByLink(this.#partition, token, verdict);
    }

    listDeliveries(filter: DeliveryFilter): Delivery[] {
      return listDeliveries(this.#partition.sql, filter);
    }

    resend(id: string): Result<Delivery> {
      return outbox.resend(this.#partition, id);
    }

    webhooksChanged(): void {
      outbox.webhooksChanged(this.#partition);
    }

    reserve(idempotency: Idempotency): Result<RunView | null> {
      return reserve(this.#partition, idempotency);
    }

    async spentSince(day: EpochMs): Promise<number> {
      return this.#partition.book.spentSince(day);
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
