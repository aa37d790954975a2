/** Large values of the cache in R2. */
import type { Tenant } from '../../runtime/ports.ts';
import type { LargeValues } from '../../runtime/ports/cache.ts';

/** Objects that a put looks at for what is dead: it deletes about as much as it adds, and more. */
const SWEPT = 16;

export function createLargeValues(bucket: R2Bucket): LargeValues {
  const folderOf = (tenant: Tenant): string => `cache/${encodeURIComponent(tenant)}/`;
  const nameOf = (tenant: Tenant, digest: string): string => folderOf(tenant) + digest;

  /** From a digest on, which is as good as from anywhere: nothing that is dead stays for ever. */
  async function sweep(tenant: Tenant, from: string, now: number): Promise<void> {
    const { objects } = await bucket.list({
      prefix: folderOf(tenant),
      startAfter: nameOf(tenant, from),
      limit: SWEPT,
      include: ['customMetadata'],
    });
    const dead = objects
      .filter(({ customMetadata }) => Number(customMetadata?.['dead_until'] ?? 0) <= now)
      .map(({ key }) => key);
    if (dead.length > 0) await bucket.delete(dead);
  }

  return {
    async put(tenant, { digest, bytes, deadUntil, now }) {
      const known = await bucket.head(nameOf(tenant, digest));
      const keptUntil = Number(known?.customMetadata?.['dead_until'] ?? 0);
      if (keptUntil < deadUntil) {
        const customMetadata = { dead_until: String(deadUntil) };
        await bucket.put(nameOf(tenant, digest), bytes, { customMetadata });
      }
      await sweep(tenant, digest, now);
    },
    async get(tenant, digest) {
      const object = await bucket.get(nameOf(tenant, digest));
      return object === null ? undefined : new Uint8Array(await object.arrayBuffer());
    },
    async delete(tenant, digest) {
      await bucket.delete(nameOf(tenant, digest));
    },
  };
}
