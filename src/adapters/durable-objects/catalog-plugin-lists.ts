/** What this isolate knows of the lists of plugins: the object is asked each time, and tells what has changed. */
import type { PluginManifest } from '../../core/plugin/manifest.ts';
import type { PluginVersion, Tenant } from '../../runtime/ports.ts';
import type { ListedRow, PluginChanges, PluginRow } from './catalog-plugins.ts';

const MAX_LISTS = 100;

interface List {
  revision: number;
  readonly rows: Map<number, PluginVersion>;
  /** Of the rows, newest first. */
  plugins: readonly PluginVersion[];
}

/** `known` is the revision since which changes are wanted; null: all that is there. */
type Ask = (tenant: Tenant, known: number | null) => Promise<PluginChanges>;

export interface PluginLists {
  /** Newest first. */
  read(tenant: Tenant, ask: Ask): Promise<readonly PluginVersion[]>;
}

export function createPluginLists(): PluginLists {
  const lists = new Map<Tenant, List>();

  function keep(tenant: Tenant, list: List): void {
    const [oldest] = lists.keys();
    if (lists.size >= MAX_LISTS && oldest !== undefined) lists.delete(oldest);
    lists.set(tenant, list);
  }

  return {
    async read(tenant, ask) {
      const known = lists.get(tenant);
      const { revision, rows } = await ask(tenant, known?.revision ?? null);
      const list = known ?? { revision: -1, rows: new Map<number, PluginVersion>(), plugins: [] };
      // Somebody else may have been told more meanwhile.
      if (revision > list.revision) {
        list.revision = revision;
        change(list, rows);
      }
      if (known === undefined) keep(tenant, list);
      return list.plugins;
    },
  };
}

function change(list: List, changed: readonly ListedRow[]): void {
  for (const { seq, isLive, ...row } of changed) {
    if (isLive) list.rows.set(seq, versionOf(row));
    else list.rows.delete(seq);
  }
  const newest = [...list.rows].toSorted(([a], [b]) => b - a);
  list.plugins = newest.map(([, plugin]) => plugin);
}

export function versionOf({ manifest, deprecated, ...row }: PluginRow): PluginVersion {
  // SAFETY: written by `putPlugin` from a manifest.
  return {
    ...row,
    bundled: false,
    manifest: JSON.parse(manifest) as PluginManifest,
    ...(deprecated !== null && { deprecated }),
  };
}
