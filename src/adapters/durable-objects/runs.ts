/** The Runs port on Durable Objects: each call goes to the partition that has the run. */
import type { Runs, Tenant } from '../../runtime/ports.ts';
import type { WorkflowQueueObject } from './workflow-queue.ts';

export function createRuns(namespace: DurableObjectNamespace<WorkflowQueueObject>): Runs {
  const partitionOf = (tenant: Tenant) => namespace.get(namespace.idFromName(`${tenant}:0`));
  return {
    async submit(submission) {
      const { plan, ...message } = submission;
      const partition = partitionOf(submission.tenant);
      // Most plans are there already, and a plan is the largest part of a submission.
      const first = await partition.submit(message);
      if (!first.needsPlan) return first.result;
      const second = await partition.submit({ ...message, plan });
      if (second.needsPlan) throw new Error('Cannot submit: the object did not take the plan');
      return second.result;
    },
    async find(tenant, id) {
      return (await partitionOf(tenant).find(id)) ?? undefined;
    },
    async findNode(tenant, id, node) {
      return partitionOf(tenant).findNode(id, node);
    },
    async list(tenant, filter) {
      return partitionOf(tenant).list(filter);
    },
    async events(tenant, id, after, waitMs) {
      return partitionOf(tenant).events(id, after, waitMs);
    },
    async wait(tenant, id, waitMs) {
      return (await partitionOf(tenant).wait(id, waitMs)) ?? undefined;
    },
    async cancel(tenant, id) {
      return partitionOf(tenant).cancel(id);
    },
    async deliver(tenant, id, { name, payload }) {
      return partitionOf(tenant).deliver(id, name, payload);
    },
    async approvals(tenant) {
      return partitionOf(tenant).approvals();
    },
    async findApproval(tenant, id, key) {
      return (await partitionOf(tenant).findApproval(id, key)) ?? undefined;
    },
    async decide(tenant, { run, key }, verdict) {
      return partitionOf(tenant).decide(run, key, verdict);
    },
    async reserve(tenant, idempotency) {
      if (idempotency === undefined) return { ok: true, value: null };
      return partitionOf(tenant).reserve(idempotency);
    },
    async record(run) {
      await partitionOf(run.tenant).record(run);
    },
  };
}
