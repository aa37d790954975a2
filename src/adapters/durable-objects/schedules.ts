/** The Schedules port on Durable Objects: schedules lie in the tenant's Catalog, whose alarm fires them. */
import type { Tenant } from '../../runtime/ports.ts';
import type { Schedules } from '../../runtime/ports/schedules.ts';
import type { CatalogObject } from './catalog-object.ts';

export function createSchedules(namespace: DurableObjectNamespace<CatalogObject>): Schedules {
  const objectOf = (tenant: Tenant) => namespace.get(namespace.idFromName(tenant));
  return {
    async create(tenant, id, spec) {
      return objectOf(tenant).createSchedule(tenant, id, spec);
    },
    async list(tenant) {
      return objectOf(tenant).listSchedules();
    },
    async find(tenant, id) {
      return (await objectOf(tenant).findSchedule(id)) ?? undefined;
    },
    async replace(tenant, id, spec) {
      return (await objectOf(tenant).replaceSchedule(id, spec)) ?? undefined;
    },
    async delete(tenant, id) {
      return objectOf(tenant).deleteSchedule(id);
    },
  };
}
