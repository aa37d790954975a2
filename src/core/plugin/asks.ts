/** What a plugin asks for beyond computing. */
import type { PluginManifest } from './manifest-schema.ts';

/** Ceilings of one call; absent ones are as high as they can be. */
export type CallLimits = PluginManifest['limits'];

export interface PluginAsks {
  /** `*` in a list: whatever is granted, which a module without a manifest asks for. */
  readonly hosts: readonly string[];
  readonly secrets: readonly string[];
  readonly config: readonly string[];
  readonly wasi: boolean;
  readonly limits: CallLimits;
}

/** Undefined for a plugin that asks for nothing. */
export function asksOf({ capabilities, limits }: PluginManifest): PluginAsks | undefined {
  const { hosts, secrets, config, wasi } = capabilities;
  const asksNothing =
    hosts.length + secrets.length + config.length + Object.keys(limits).length === 0 && !wasi;
  return asksNothing ? undefined : { hosts, secrets, config, wasi, limits };
}
