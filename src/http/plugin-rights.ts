/** What a plugin may do for a tenant, for whoever looks at the plugin. */
import { asksOf } from '../core/plugin/asks.ts';
import { rightsOf, ungranted } from '../runtime/plugin-rights.ts';
import { readSettings } from '../runtime/settings/sections.ts';
import type { PluginManifest } from '../core/plugin/manifest.ts';
import type { Ports, Tenant } from '../runtime/ports.ts';

/** Of the settings their names alone: a value may hold what is not for everybody who may look. */
export async function showRights(
  ports: Pick<Ports, 'grants' | 'settings'>,
  tenant: Tenant,
  manifest: PluginManifest,
) {
  const asks = asksOf(manifest);
  const grant = await ports.grants.find(tenant, manifest.name);
  const { limits: ceilings } = await readSettings(ports, tenant, 'plugins');
  const { config, ...rights } = rightsOf(asks, grant, ceilings);
  return {
    rights: { ...rights, config: Object.keys(config) },
    not_granted: ungranted(asks, grant),
  };
}
