/** The ApprovalLinks port on Durable Objects: a link lies in the partition of its run. */
import type { ApprovalLinks } from '../../runtime/ports/approval-links.ts';
import type { Partitions } from './partitions.ts';

export function createLinks({ of }: Partitions): ApprovalLinks {
  return {
    async create(tenant, place, link) {
      return of(tenant, place.run).createLink(place, link);
    },
    async list(tenant, place) {
      return of(tenant, place.run).listLinks(place);
    },
    async revoke(tenant, place, id) {
      return of(tenant, place.run).revokeLink(place, id);
    },
    async open(tenant, token) {
      return of(tenant, token.run).openLink(token);
    },
    async decide(tenant, token, verdict) {
      return of(tenant, token.run).decideByLink(token, verdict);
    },
  };
}
