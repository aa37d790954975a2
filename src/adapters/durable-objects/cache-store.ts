/** Cache entries on Durable Objects: a tenant's keys are spread over its shards. */
import type { Tenant } from '../../runtime/ports.ts';
import type { CacheStore } from '../../runtime/ports/cache.ts';
import type { CacheObject } from './cache-object.ts';

export interface ObjectCacheDeps {
  readonly namespace: DurableObjectNamespace<CacheObject>;
  /** Objects over which one tenant's keys are spread. Another number finds other objects. */
  readonly shards: number;
}

export function createObjectCacheStore({ namespace, shards }: ObjectCacheDeps): CacheStore {
  const shardAt = (tenant: Tenant, index: number) =>
    namespace.get(namespace.idFromName(JSON.stringify([tenant, index])));
  const shardOf = (tenant: Tenant, key: string) => shardAt(tenant, hashOf(key) % shards);

  return {
    source: 'object',
    async find(tenant, key) {
      return (await shardOf(tenant, key).find(key)) ?? undefined;
    },
    async take(tenant, key, terms) {
      return shardOf(tenant, key).take(key, terms);
    },
    async set(tenant, key, entry) {
      await shardOf(tenant, key).set(key, entry);
    },
    async delete(tenant, key) {
      await shardOf(tenant, key).delete(key);
    },
    async invalidate(tenant, tags) {
      const all = Array.from({ length: shards }, (_, index) => shardAt(tenant, index));
      await Promise.all(all.map((shard) => shard.invalidate(tags)));
    },
    async release(tenant, key, lease) {
      await shardOf(tenant, key).release(key, lease);
    },
  };
}

/** FNV-1a. Keys end in a digest, so it only has to be quick. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash;
}
