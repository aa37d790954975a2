/** Grants of tenants to plugins in memory. */
import type { Grants, PluginGrant } from '../../runtime/ports/grants.ts';

export function createMemoryGrants(): Grants {
  const grants = new Map<string, PluginGrant>();
  return {
    async find(tenant, plugin) {
      return grants.get(`${tenant} ${plugin}`);
    },
    async put(tenant, plugin, grant) {
      const created = !grants.has(`${tenant} ${plugin}`);
      grants.set(`${tenant} ${plugin}`, grant);
      return { created };
    },
    async delete(tenant, plugin) {
      return grants.delete(`${tenant} ${plugin}`);
    },
  };
}
