/** What a call of a plugin may do, found out anew for each: a grant that is taken back is gone. */
import type { PinnedFunction } from '../core/recipe/plan.ts';
import { NO_GRANT, rightsOf } from './plugin-rights.ts';
import type { PluginCall, Ports, Tenant } from './ports.ts';
import { readSettings } from './settings/sections.ts';

export type CallRights = Pick<PluginCall, 'config' | 'limits' | 'network' | 'wasi'>;

/** A bundled plugin computes and nothing else. */
const BUNDLED: CallRights = { config: {} };

export async function findRights(
  ports: {
    readonly grants: Pick<Ports['grants'], 'find'>;
    readonly settings: Pick<Ports['settings'], 'find'>;
  },
  tenant: Tenant,
  { plugin, bundled, asks }: PinnedFunction,
): Promise<CallRights> {
  if (bundled) return BUNDLED;
  const [grant = NO_GRANT, { limits: ceilings }] = await Promise.all([
    ports.grants.find(tenant, plugin),
    readSettings(ports, tenant, 'plugins'),
  ]);
  const { hosts, secrets, config, limits } = rightsOf(asks, grant, ceilings);
  return {
    config,
    ...(Object.keys(limits).length > 0 && { limits }),
    ...(!grant.wasi && { wasi: false }),
    ...(hosts.length > 0 && { network: { tenant, plugin, hosts, secrets } }),
  };
}
