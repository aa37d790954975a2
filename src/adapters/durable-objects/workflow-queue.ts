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
import { findApproval, findNode, originOf, readEvents, showWhole, waitForEnd } from './reading.ts';
import { findFirst, keepFinished, reserve, submitAndWait } from './submit.ts';
import type { SubmissionMessage, SubmitReply } from './submit.ts';
import { SHOWN } from './value-rows.ts';
import { withValues } from './values.ts';
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

    async find(id: RunId): Promise<RunView | null> {
      return showWhole(this.#partition, id);
    }

    async findNode(id: RunId, node: string): Promise<Result<readonly NodeView[]>> {
      return this.#with(id, (partition) => findNode(partition, id, node));
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

    async act(id: RunId, action: RunAction, options?: ActOptions): Promise<Result<RunView>> {
      return this.#with(id, (partition) => act(partition, id, action, options));
    }

    async origin(id: RunId, point?: ReplayPoint): Promise<Result<Origin>> {
      return this.#with(id, (partition) => originOf(partition, id, point));
    }

    bulk(order: BulkOrder): Promise<BulkDone> {
      return bulk(this.#partition, order);
    }

    queueView(): QueueView {
      const { queue, deps } = this.#partition;
      return showQueue(queue, deps.maxQueued, deps.clock.now());
    }

    async deliver(
      id: RunId,
      event: string,
      payload: JsonValue,
    ): Promise<Result<{ readonly received: boolean }>> {
      return this.#with(id, (partition) => people.deliverEvent(partition, id, { event, payload }));
    }

    approvals(): Promise<ApprovalView[]> {
      return people.listApprovals(this.#partition);
    }

    async findApproval(run: RunId, key: string): Promise<ApprovalView | null> {
      return this.#with(run, (partition) => findApproval(partition, run, key));
    }

    async decide(run: RunId, key: string, verdict: Decision): Promise<Result<ApprovalView>> {
      return this.#with(run, (partition) => people.decide(partition, { run, key }, verdict));
    }

    async createLink(place: ApprovalPlace, draft: LinkDraft): Promise<Result<ApprovalLink>> {
      return this.#with(place.run, (partition) => links.createLink(partition, place, draft));
    }

    listLinks(place: ApprovalPlace): ApprovalLink[] {
      return links.listLinks(this.#partition, place);
    }

    revokeLink(place: ApprovalPlace, id: string): boolean {
      return links.revokeLink(this.#partition, place, id);
    }

    async openLink(token: LinkToken): Promise<Result<OpenedLink>> {
      return this.#with(token.run, (partition) => links.openLink(partition, token));
    }

    async decideByLink(token: LinkToken, verdict: LinkVerdict): Promise<Result<ApprovalView>> {
      return this.#with(token.run, (partition) => links.decideByLink(partition, token, verdict));
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

    async reserve(idempotency: Idempotency): Promise<Result<RunView | null>> {
      const first = findFirst(this.#partition, idempotency);
      const work = () => reserve(this.#partition, idempotency);
      return first === undefined ? work() : withValues(this.#partition, first, work, SHOWN);
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

    /** Once the values of the run are here. */
    #with<T>(run: RunId, work: (partition: Partition) => T): T | Promise<T> {
      return withValues(this.#partition, run, () => work(this.#partition));
    }
  };
}

export type WorkflowQueueObject = InstanceType<ReturnType<typeof makeWorkflowQueue>>;
