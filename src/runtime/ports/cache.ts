/** Results that may be dropped at any time. What may never be lost is a checkpoint, and lies with its run. */
import type { Result } from '../../core/errors.ts';
import type { Digest, EpochMs, Tenant } from './names.ts';

export interface CacheHit {
  readonly value: Uint8Array;
  /** From here on the value is stale: it may be served while somebody makes a new one. */
  readonly freshUntil: EpochMs;
  /** From here on it is gone. */
  readonly deadUntil: EpochMs;
}

export interface CacheEntry {
  /** At most 1 MiB; more is `cache_value_too_large`, and the caller goes on without. */
  readonly value: Uint8Array;
  /** How long it is fresh; spread by a tenth either way. At most 30 days with `staleMs`. */
  readonly ttlMs: number;
  /** How long after that it may be served stale. Default 0. */
  readonly staleMs?: number;
  /** What `invalidate` may drop it by. */
  readonly tags?: readonly string[];
  /** Under which it was made: what was invalidated since then drops it as well. */
  readonly lease?: CacheLease;
}

/** The right to make one key's value, while others wait or serve what is stale. */
export interface CacheLease {
  readonly holder: string;
  /** How often each tag had been invalidated when making began. */
  readonly epochs: { readonly [tag: string]: number };
}

/** What is there, and who makes what is not. Neither: somebody else is making it. */
export interface CacheTaken {
  readonly hit?: CacheHit;
  readonly lease?: CacheLease;
}

export interface LeaseTerms {
  /** Who makes the value: whoever asks again gets the lease that he has, after a restart, say. */
  readonly holder: string;
  /** Ends by itself after so long. */
  readonly ms: number;
  /** Those that the value is going to be set with. */
  readonly tags?: readonly string[];
}

/** A store that is down is a cache without entries: reads miss and writes do nothing; neither rejects. */
export interface Cache {
  find(tenant: Tenant, key: string): Promise<CacheHit | undefined>;
  /** Finds, and unless what is there is fresh, asks for the lease to make it: one question to the store. */
  take(tenant: Tenant, key: string, terms: LeaseTerms): Promise<CacheTaken>;
  set(tenant: Tenant, key: string, entry: CacheEntry): Promise<Result<void>>;
  delete(tenant: Tenant, key: string): Promise<void>;
  /** Drops all that was set, or began to be made under a lease, with one of the tags so far. False: the store cannot be asked. */
  invalidate(tenant: Tenant, tags: readonly string[]): Promise<boolean>;
  release(tenant: Tenant, key: string, lease: CacheLease): Promise<void>;
}

/** An entry as a store keeps it. */
export interface StoredEntry extends CacheHit {
  readonly tags: readonly string[];
  readonly epochs?: CacheLease['epochs'];
}

/** Where entries lie. Rejects when it cannot be asked; `Cache` is what makes a miss of it. */
export interface CacheStore {
  readonly source: 'memory' | 'object' | 'redis';
  find(tenant: Tenant, key: string): Promise<CacheHit | undefined>;
  take(tenant: Tenant, key: string, terms: Required<LeaseTerms>): Promise<CacheTaken>;
  set(tenant: Tenant, key: string, entry: StoredEntry): Promise<void>;
  delete(tenant: Tenant, key: string): Promise<void>;
  invalidate(tenant: Tenant, tags: readonly string[]): Promise<void>;
  release(tenant: Tenant, key: string, lease: CacheLease): Promise<void>;
}

/** What this isolate remembers of results that never grow old. */
export interface Memo {
  find(key: string): string | undefined;
  /** Texts of more than 64 KiB are not kept. */
  keep(key: string, text: string, until: EpochMs): void;
}

/** Where large values lie, by their content. A tenant sees its own only. */
export interface LargeValues {
  /** Another put of the same bytes keeps them at least as long. */
  put(
    tenant: Tenant,
    value: {
      readonly digest: Digest;
      readonly bytes: Uint8Array;
      readonly deadUntil: EpochMs;
      readonly now: EpochMs;
    },
  ): Promise<void>;
  get(tenant: Tenant, digest: Digest): Promise<Uint8Array | undefined>;
  delete(tenant: Tenant, digest: Digest): Promise<void>;
}
