/** API keys of tenants in memory. */
import { fail, ok } from '../../core/errors.ts';
import type { Clock, Digest, Digests, Tenant } from '../../runtime/ports.ts';
import type { KeyEntry, Keys } from '../../runtime/ports/keys.ts';

const MAX_KEYS = 1_000;
const USE_INTERVAL_MS = 60_000;

export function createMemoryKeys(deps: {
  readonly clock: Pick<Clock, 'now'>;
  readonly digests: Pick<Digests, 'equal'>;
}): Keys {
  const { clock, digests } = deps;
  const tenants = new Map<Tenant, Map<string, KeyEntry & { readonly digest: Digest }>>();
  const keysOf = (tenant: Tenant) => {
    const keys = tenants.get(tenant) ?? new Map<string, KeyEntry & { readonly digest: Digest }>();
    tenants.set(tenant, keys);
    return keys;
  };
  return {
    async put(tenant, key) {
      const keys = keysOf(tenant);
      if (keys.size >= MAX_KEYS) {
        return fail('quota_exceeded', `Cannot make another key: there are ${keys.size} already`);
      }
      const stored = { ...key, createdAt: clock.now() };
      keys.set(key.id, stored);
      return ok(withoutDigest(stored));
    },
    async list(tenant) {
      const keys = [...keysOf(tenant).values()].map(withoutDigest);
      return keys.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    },
    async change(tenant, id, { name, scopes, expiresAt }) {
      const key = keysOf(tenant).get(id);
      if (key === undefined) return undefined;
      const { expiresAt: before, ...rest } = key;
      const until = expiresAt === undefined ? before : (expiresAt ?? undefined);
      const changed = {
        ...rest,
        ...(name !== undefined && { name }),
        ...(scopes !== undefined && { scopes }),
        ...(until !== undefined && { expiresAt: until }),
      };
      keysOf(tenant).set(id, changed);
      return withoutDigest(changed);
    },
    async delete(tenant, id) {
      return keysOf(tenant).delete(id);
    },
    async verify(tenant, id, digest) {
      const key = keysOf(tenant).get(id);
      const now = clock.now();
      if (key === undefined || !digests.equal(key.digest, digest)) return undefined;
      if ((key.expiresAt ?? Infinity) <= now) return undefined;
      const isRecent = now - (key.lastUsedAt ?? 0) < USE_INTERVAL_MS;
      const used = isRecent ? key : { ...key, lastUsedAt: now };
      keysOf(tenant).set(id, used);
      return withoutDigest(used);
    },
  };
}

function withoutDigest({
  digest: _digest,
  ...entry
}: KeyEntry & { readonly digest: Digest }): KeyEntry {
  return entry;
}
