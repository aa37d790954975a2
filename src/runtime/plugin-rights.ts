/** What a plugin may really do: what it asks for, as far as its tenant and the server allow it. */
import type { CallLimits, PluginAsks } from '../core/plugin/asks.ts';
import { commonGrant, parseHostGrant, showGrant } from './egress/hosts.ts';
import type { PluginGrant } from './ports/grants.ts';

export type PluginRights = PluginGrant;

/** For a plugin that its tenant has said nothing of: it computes, and reaches nobody. */
export const NO_GRANT: PluginGrant = { hosts: [], secrets: [], config: {}, wasi: true, limits: {} };

const NO_ASKS: PluginAsks = { hosts: [], secrets: [], config: [], wasi: false, limits: {} };

export function rightsOf(
  asks: PluginAsks | undefined,
  grant: PluginGrant = NO_GRANT,
  ceilings: CallLimits = {},
): PluginRights {
  const { hosts, secrets, config, wasi, limits } = asks ?? NO_ASKS;
  return {
    hosts: commonHosts(hosts, grant.hosts),
    secrets: grant.secrets.filter((name) => isAsked(secrets, name)),
    config: Object.fromEntries(
      Object.entries(grant.config).filter(([name]) => isAsked(config, name)),
    ),
    wasi: wasi && grant.wasi,
    limits: lowest([limits, grant.limits, ceilings]),
  };
}

/** What is asked for and not granted, for whoever may grant it. */
export function ungranted(asks: PluginAsks | undefined, grant: PluginGrant = NO_GRANT): string[] {
  const { hosts, secrets, config, wasi } = asks ?? NO_ASKS;
  const named = (names: readonly string[]) => names.filter((name) => name !== '*');
  return [
    ...named(hosts).flatMap((host) =>
      commonHosts([host], grant.hosts).length > 0 ? [] : [`host "${host}"`],
    ),
    ...named(secrets).flatMap((name) => (grant.secrets.includes(name) ? [] : [`secret "${name}"`])),
    ...named(config).flatMap((name) =>
      Object.hasOwn(grant.config, name) ? [] : [`config "${name}"`],
    ),
    ...(wasi && !grant.wasi ? ['wasi'] : []),
  ];
}

function isAsked(asked: readonly string[], name: string): boolean {
  return asked.includes('*') || asked.includes(name);
}

function commonHosts(asked: readonly string[], granted: readonly string[]): string[] {
  const grants = granted.flatMap((text) => parseHostGrant(text) ?? []);
  if (asked.includes('*')) return [...new Set(grants.map(showGrant))].toSorted();
  const common = asked.flatMap((text) => {
    // A manifest names a host and not the protocol: the grant says which it is.
    return grants.flatMap((grant) => {
      const rule = parseHostGrant(grant.protocol === 'http:' ? `http://${text}` : text);
      return (rule && commonGrant(rule, grant)) ?? [];
    });
  });
  return [...new Set(common.map(showGrant))].toSorted();
}

function lowest(all: readonly CallLimits[]): CallLimits {
  const merged: { [name in keyof CallLimits]?: number } = {};
  for (const limits of all) {
    // SAFETY: the keys of a CallLimits.
    for (const [name, value] of Object.entries(limits) as [keyof CallLimits, number][]) {
      merged[name] = Math.min(merged[name] ?? Infinity, value);
    }
  }
  return merged;
}
