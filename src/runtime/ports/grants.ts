/** What a tenant allows a plugin, whatever its manifest asks for. */
import type { CallLimits } from '../../core/plugin/asks.ts';
import type { Tenant } from './names.ts';

export interface PluginGrant {
  /** `name`, `*.name` or an address, with an optional port; `http://` in front means that protocol. */
  readonly hosts: readonly string[];
  readonly secrets: readonly string[];
  /** Values of settings, which the plugin reads under these names. */
  readonly config: { readonly [name: string]: string };
  readonly wasi: boolean;
  /** Lower than what the plugin would have otherwise. */
  readonly limits: CallLimits;
}

export interface Grants {
  /** As it was at most 5 seconds ago. */
  find(tenant: Tenant, plugin: string): Promise<PluginGrant | undefined>;
  /** `created` is false when it replaced one. */
  put(tenant: Tenant, plugin: string, grant: PluginGrant): Promise<{ readonly created: boolean }>;
  delete(tenant: Tenant, plugin: string): Promise<boolean>;
}
