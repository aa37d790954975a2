/** The Grants port on the Catalog objects. */
import { createShortMemory } from './short-memory.ts';
import type { Clock, Tenant } from '../../runtime/ports.ts';
import type { Grants, PluginGrant } from '../../runtime/ports/grants.ts';
import type { CatalogObject } from './catalog-object.ts';

export function createGrants(deps: {
  readonly namespace: DurableObjectNamespace<CatalogObject>;
  readonly clock: Pick<Clock, 'now'>;
}): Grants {
  const { namespace, clock } = deps;
  const read = createShortMemory<PluginGrant | undefined>(clock);
  const objectOf = (tenant: Tenant) => namespace.get(namespace.idFromName(tenant));
  return {
    find: (tenant, plugin) =>
      read.read(`${tenant} ${plugin}`, async () => {
        const text = await objectOf(tenant).findGrant(plugin);
        // SAFETY: written by `put` from a grant.
        return text === null ? undefined : (JSON.parse(text) as PluginGrant);
      }),
    async put(tenant, plugin, grant) {
      const created = await objectOf(tenant).putGrant(plugin, JSON.stringify(grant));
      read.forget(`${tenant} ${plugin}`);
      return { created };
    },
    async delete(tenant, plugin) {
      const isDeleted = await objectOf(tenant).deleteGrant(plugin);
      read.forget(`${tenant} ${plugin}`);
      return isDeleted;
    },
  };
}
