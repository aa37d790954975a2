/** The Cache over a store of entries: sizes, times, and a miss where the store cannot be asked. */
import { codeOf, fail, ok } from '../../core/errors.ts';
import type { Clock, Ids, Log } from '../ports.ts';
import type { Cache, CacheEntry, CacheStore, StoredEntry } from '../ports/cache.ts';

export interface CacheDeps {
  readonly store: CacheStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Ids['random'];
  readonly log: Log;
}

export const MAX_CACHE_VALUE = 1024 * 1024;
/** Freshness and staleness together. Counters of tags are kept longer, so that none starts anew too early. */
export const MAX_CACHE_MS = 30 * 24 * 60 * 60 * 1000;
/** Entries that were made at one time shall not all end at one. */
const SPREAD = 0.1;
/** Has the lease of a store that cannot be asked. */
const NOBODY = '';

export function createCache({ store, clock, random, log }: CacheDeps): Cache {
  async function ask<T>(question: string, ask: () => Promise<T>, otherwise: T): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      // A store whose errors are of this code has said itself what is wrong.
      if (codeOf(error) === 'store_unavailable') return otherwise;
      // The text of another error may hold keys and values.
      const name = error instanceof Error ? error.name : 'unknown';
      log.write('warn', 'cache_store_failed', { store: store.source, question, error: name });
      return otherwise;
    }
  }

  return {
    find: (tenant, key) => ask('find', () => store.find(tenant, key), undefined),
    // Without a store everybody makes the value for himself, and nobody waits for another.
    take: (tenant, key, { ms, holder, tags = [] }) =>
      ask('take', () => store.take(tenant, key, { ms, holder, tags }), {
        lease: { holder: NOBODY, epochs: {} },
      }),
    async set(tenant, key, entry) {
      if (entry.value.length > MAX_CACHE_VALUE) {
        return fail(
          'cache_value_too_large',
          `Cannot cache ${entry.value.length} bytes: at most ${MAX_CACHE_VALUE} are kept`,
        );
      }
      const stored = stamp(entry, clock.now(), random());
      await ask('set', () => store.set(tenant, key, stored), undefined);
      return ok(undefined);
    },
    delete: (tenant, key) => ask('delete', () => store.delete(tenant, key), undefined),
    invalidate: (tenant, tags) =>
      ask(
        'invalidate',
        async () => {
          await store.invalidate(tenant, tags);
          return true;
        },
        false,
      ),
    async release(tenant, key, lease) {
      if (lease.holder === NOBODY) return;
      await ask('release', () => store.release(tenant, key, lease), undefined);
    },
  };
}

function stamp(entry: CacheEntry, now: number, random: number): StoredEntry {
  const { value, ttlMs, staleMs = 0, tags = [], lease } = entry;
  const spreadMs = ttlMs * (1 - SPREAD + 2 * SPREAD * random);
  const freshUntil = now + Math.min(Math.round(spreadMs), MAX_CACHE_MS);
  const deadUntil = Math.min(freshUntil + staleMs, now + MAX_CACHE_MS);
  const epochs = lease === undefined || lease.holder === NOBODY ? undefined : lease.epochs;
  return { value, freshUntil, deadUntil, tags, ...(epochs && { epochs }) };
}
