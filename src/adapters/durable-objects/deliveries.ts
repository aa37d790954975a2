/** The Deliveries port on Durable Objects: what was sent lies in the partition of its run. */
import type { Deliveries } from '../../runtime/ports/webhooks.ts';
import type { Partitions } from './partitions.ts';

export function createDeliveries({ of, all }: Partitions): Deliveries {
  return {
    async list(tenant, filter) {
      const pages = await Promise.all(all(tenant).map((each) => each.listDeliveries(filter)));
      return pages
        .flat()
        .toSorted((a, b) => (a.id < b.id ? 1 : -1))
        .slice(0, filter.limit);
    },
    async resend(tenant, id) {
      // Its id says where it lies, as that of its run does.
      return of(tenant, id).resend(id);
    },
    async webhooksChanged(tenant) {
      await Promise.all(all(tenant).map((each) => each.webhooksChanged()));
    },
  };
}
