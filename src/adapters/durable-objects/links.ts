/** The ApprovalLinks port on Durable Objects: a link lies in the partition of its run. */
import type { Tenant } from '../../runtime/ports.ts';
import type { ApprovalLinks } from '../../runtime/ports/approval-links.ts';
import type { WorkflowQueueObject } from './workflow-queue.ts';

export function createLinks(namespace: DurableObjectNamespace<WorkflowQueueObject>): ApprovalLinks {
  const partitionOf = (tenant: Tenant) => namespace.get(namespace.idFromName(`${tenant}:0`));
  return {
    async create(tenant, place, link) {
      return partitionOf(tenant).createLink(place, link);
    },
    async list(tenant, place) {
      return partitionOf(tenant).listLinks(place);
    },
    async revoke(tenant, place, id) {
      return partitionOf(tenant).revokeLink(place, id);
    },
    async open(tenant, token) {
      return partitionOf(tenant).openLink(token);
    },
    async decide(tenant, token, verdict) {
      return partitionOf(tenant).decideByLink(token, verdict);
    },
  };
}
