/** The Keys port on the Catalog objects. */
import { createShortMemory } from './short-memory.ts';
import type { Clock, Digest, Tenant } from '../../runtime/ports.ts';
import type { KeyEntry, Keys } from '../../runtime/ports/keys.ts';
import type { CatalogObject } from './catalog-object.ts';

export function createKeys(deps: {
  readonly namespace: DurableObjectNamespace<CatalogObject>;
  readonly clock: Pick<Clock, 'now'>;
}): Keys {
  const { namespace, clock } = deps;
  const verified = createShortMemory<{ readonly digest: Digest; readonly key: KeyEntry | null }>(
    clock,
  );
  const nameOf = (tenant: Tenant, id: string) => `${tenant} ${id}`;
  const objectOf = (tenant: Tenant) => namespace.get(namespace.idFromName(tenant));
  return {
    async put(tenant, key) {
      return objectOf(tenant).putKey({ ...key, createdAt: clock.now() });
    },
    async list(tenant) {
      return objectOf(tenant).listKeys();
    },
    async change(tenant, id, change) {
      const changed = await objectOf(tenant).changeKey(id, change);
      verified.forget(nameOf(tenant, id));
      return changed ?? undefined;
    },
    async delete(tenant, id) {
      const isDeleted = await objectOf(tenant).deleteKey(id);
      verified.forget(nameOf(tenant, id));
      return isDeleted;
    },
    async verify(tenant, id, digest) {
      const load = async () => {
        const key = await objectOf(tenant).verifyKey({ id, digest, now: clock.now() });
        return { digest, key };
      };
      const known = await verified.read(nameOf(tenant, id), load);
      const { key } = known.digest === digest ? known : await load();
      // It may have expired since it was read.
      return key === null || (key.expiresAt ?? Infinity) <= clock.now() ? undefined : key;
    },
  };
}
