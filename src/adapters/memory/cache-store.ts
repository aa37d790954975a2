/** Cache entries in memory. */
import type { Clock, EpochMs } from '../../runtime/ports.ts';
import type { CacheLease, CacheStore, StoredEntry } from '../../runtime/ports/cache.ts';

export interface MemoryCacheOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** Bytes of values that are kept; the ones used longest ago go first. Default 64 MiB. */
  readonly maxBytes?: number;
}

interface Held {
  readonly holder: string;
  readonly until: EpochMs;
}

export function createMemoryCacheStore(options: MemoryCacheOptions): CacheStore {
  const { clock, maxBytes = 64 * 1024 * 1024 } = options;
  const entries = new Map<string, StoredEntry>();
  const epochs = new Map<string, number>();
  const leases = new Map<string, Held>();
  let bytes = 0;
  const nameOf = (tenant: string, key: string): string => JSON.stringify([tenant, key]);
  const epochsOf = (tenant: string, tags: readonly string[]): CacheLease['epochs'] =>
    Object.fromEntries(tags.map((tag) => [tag, epochs.get(nameOf(tenant, tag)) ?? 0]));

  function drop(name: string): void {
    bytes -= entries.get(name)?.value.length ?? 0;
    entries.delete(name);
  }

  function find(tenant: string, name: string): StoredEntry | undefined {
    const entry = entries.get(name);
    if (entry === undefined) return undefined;
    drop(name);
    const now = epochsOf(tenant, entry.tags);
    const isLive =
      entry.deadUntil > clock.now() && entry.tags.every((tag) => entry.epochs?.[tag] === now[tag]);
    if (!isLive) return undefined;
    keep(name, entry);
    return entry;
  }

  /** The order of the map is that of use. */
  function keep(name: string, entry: StoredEntry): void {
    entries.set(name, entry);
    bytes += entry.value.length;
    for (const oldest of entries.keys()) {
      if (bytes <= maxBytes) break;
      drop(oldest);
    }
  }

  return {
    source: 'memory',
    async find(tenant, key) {
      return find(tenant, nameOf(tenant, key));
    },
    async take(tenant, key, { ms, holder, tags }) {
      const now = clock.now();
      const name = nameOf(tenant, key);
      const hit = find(tenant, name);
      if (hit !== undefined && hit.freshUntil > now) return { hit };
      const held = leases.get(name);
      const isHeld = held !== undefined && held.until > now && held.holder !== holder;
      if (!isHeld) leases.set(name, { holder, until: now + ms });
      return {
        ...(hit !== undefined && { hit }),
        ...(!isHeld && { lease: { holder, epochs: epochsOf(tenant, tags) } }),
      };
    },
    async set(tenant, key, entry) {
      const name = nameOf(tenant, key);
      drop(name);
      keep(name, { ...entry, epochs: entry.epochs ?? epochsOf(tenant, entry.tags) });
    },
    async delete(tenant, key) {
      drop(nameOf(tenant, key));
    },
    async invalidate(tenant, tags) {
      for (const tag of tags) {
        const name = nameOf(tenant, tag);
        epochs.set(name, (epochs.get(name) ?? 0) + 1);
      }
    },
    async release(tenant, key, { holder }) {
      const name = nameOf(tenant, key);
      if (leases.get(name)?.holder === holder) leases.delete(name);
    },
  };
}
