/**
 * What this isolate has found lately, for as long as the store cannot be asked.
 *
 * H1. Only what its recipe allows to be served stale is held, and it is never served while the store answers.
 */
import type { Clock, Tenant } from '../ports.ts';
import type { CacheHit, CacheStore } from '../ports/cache.ts';

export interface Held {
  find(tenant: Tenant, key: string): CacheHit | undefined;
  keep(tenant: Tenant, key: string, hit: CacheHit): void;
  drop(tenant: Tenant, key: string): void;
  dropAll(tenant: Tenant): void;
}

const MAX_BYTES = 8 * 1024 * 1024;

export function createHeld({
  clock,
  maxBytes = MAX_BYTES,
}: {
  readonly clock: Pick<Clock, 'now'>;
  readonly maxBytes?: number;
}): Held {
  const tenants = new Map<Tenant, Map<string, CacheHit>>();
  let bytes = 0;

  function drop(tenant: Tenant, key: string): void {
    const entries = tenants.get(tenant);
    bytes -= entries?.get(key)?.value.length ?? 0;
    entries?.delete(key);
    if (entries?.size === 0) tenants.delete(tenant);
  }

  function makeRoom(): void {
    for (const [tenant, entries] of tenants) {
      for (const key of entries.keys()) {
        if (bytes <= maxBytes) return;
        drop(tenant, key);
      }
    }
  }

  return {
    find(tenant, key) {
      const hit = tenants.get(tenant)?.get(key);
      return hit !== undefined && hit.deadUntil > clock.now() ? hit : undefined;
    },
    keep(tenant, key, hit) {
      drop(tenant, key);
      if (hit.deadUntil <= hit.freshUntil || hit.value.length > maxBytes) return;
      const entries = tenants.get(tenant) ?? new Map<string, CacheHit>();
      tenants.set(tenant, entries.set(key, hit));
      bytes += hit.value.length;
      makeRoom();
    },
    drop,
    dropAll(tenant) {
      for (const key of tenants.get(tenant)?.keys() ?? []) drop(tenant, key);
    },
  };
}

export function withHeld(store: CacheStore, held: Held): CacheStore {
  async function orHeld<T extends { readonly hit?: CacheHit }>(
    tenant: Tenant,
    key: string,
    ask: () => Promise<T>,
  ): Promise<T | { readonly hit: CacheHit }> {
    try {
      const taken = await ask();
      if (taken.hit === undefined) held.drop(tenant, key);
      else held.keep(tenant, key, taken.hit);
      return taken;
    } catch (error) {
      const hit = held.find(tenant, key);
      if (hit === undefined) throw error;
      return { hit };
    }
  }

  return {
    ...store,
    async find(tenant, key) {
      const ask = async () => {
        const hit = await store.find(tenant, key);
        return hit === undefined ? {} : { hit };
      };
      return (await orHeld(tenant, key, ask)).hit;
    },
    take: (tenant, key, terms) => orHeld(tenant, key, () => store.take(tenant, key, terms)),
    async set(tenant, key, entry) {
      await store.set(tenant, key, entry);
      const { value, freshUntil, deadUntil } = entry;
      held.keep(tenant, key, { value, freshUntil, deadUntil });
    },
    async delete(tenant, key) {
      held.drop(tenant, key);
      await store.delete(tenant, key);
    },
    async invalidate(tenant, tags) {
      // It is not known here which of them have the tags.
      held.dropAll(tenant);
      await store.invalidate(tenant, tags);
    },
  };
}
