/** Values too large for a store of small ones: they lie elsewhere, and the entry says which and where. */
import type { Clock, Digests, Tenant } from '../ports.ts';
import type { CacheHit, CacheStore, CacheTaken, LargeValues } from '../ports/cache.ts';

export interface LargeDeps {
  readonly values: LargeValues;
  readonly digests: Pick<Digests, 'sha256'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** Bytes from which a value lies elsewhere. */
export const LARGE_BYTES = 128 * 1024;

/** What an entry begins with. */
const HERE = 0;
const ELSEWHERE = 1;

export function withLargeValues(store: CacheStore, deps: LargeDeps): CacheStore {
  const { values, digests } = deps;
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();

  /** Undefined: what lay elsewhere is gone or is not what it was. */
  async function load(tenant: Tenant, hit: CacheHit): Promise<CacheHit | undefined> {
    const rest = hit.value.subarray(1);
    if (hit.value[0] === HERE) return { ...hit, value: rest };
    if (hit.value[0] !== ELSEWHERE) return undefined;
    const digest = decoder.decode(rest);
    if (!/^[0-9a-f]{64}$/.test(digest)) return undefined;
    const value = await values.get(tenant, digest);
    if (value === undefined) return undefined;
    if ((await digests.sha256(value)) === digest) return { ...hit, value };
    await values.delete(tenant, digest);
    return undefined;
  }

  async function checked(tenant: Tenant, key: string, hit: CacheHit | undefined) {
    if (hit === undefined) return undefined;
    const loaded = await load(tenant, hit).catch(() => undefined);
    if (loaded === undefined) await store.delete(tenant, key);
    return loaded;
  }

  return {
    ...store,
    async find(tenant, key) {
      return checked(tenant, key, await store.find(tenant, key));
    },
    async take(tenant, key, terms): Promise<CacheTaken> {
      const taken = await store.take(tenant, key, terms);
      const hit = await checked(tenant, key, taken.hit);
      if (hit !== undefined) return { ...taken, hit };
      if (taken.hit === undefined || taken.lease !== undefined) {
        return taken.lease === undefined ? {} : { lease: taken.lease };
      }
      // It was taken for fresh: whoever asks now gets the lease to make it.
      const { lease } = await store.take(tenant, key, terms);
      return lease === undefined ? {} : { lease };
    },
    async set(tenant, key, entry) {
      const { value, deadUntil } = entry;
      if (value.length < LARGE_BYTES) {
        return store.set(tenant, key, { ...entry, value: prefixed(HERE, value) });
      }
      const digest = await digests.sha256(value);
      await values.put(tenant, { digest, bytes: value, deadUntil, now: deps.clock.now() });
      const reference = prefixed(ELSEWHERE, encoder.encode(digest));
      return store.set(tenant, key, { ...entry, value: reference });
    },
  };
}

function prefixed(kind: number, bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(bytes.length + 1);
  whole[0] = kind;
  whole.set(bytes, 1);
  return whole;
}
