/** Results that may be dropped at any time. What may never be lost is a checkpoint, and lies with its run. */
import type { Result } from '../../core/errors.ts';
import type { EpochMs, Tenant } from '../ports.ts';

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
  /** How long it is fresh; stores spread it by a tenth either way. */
  readonly ttlMs: number;
  /** How long after that it may be served stale. Default 0. */
  readonly staleMs?: number;
  /** What `invalidateTag` may drop it by. */
  readonly tags?: readonly string[];
}

/** The right to make one key's value, while others wait or serve what is stale. */
export interface CacheLease {
  readonly token: string;
}

/** A store that is down is a cache without entries: reads miss and writes do nothing; neither rejects. */
export interface Cache {
  find(tenant: Tenant, key: string): Promise<CacheHit | undefined>;
  set(tenant: Tenant, key: string, entry: CacheEntry): Promise<Result<void>>;
  delete(tenant: Tenant, key: string): Promise<void>;
  /** Drops all that was set under a tag so far. */
  invalidateTag(tenant: Tenant, tag: string): Promise<void>;
  /** Undefined while somebody else has it. Ends by itself after `ms`. */
  lease(tenant: Tenant, key: string, ms: number): Promise<CacheLease | undefined>;
  release(tenant: Tenant, key: string, lease: CacheLease): Promise<void>;
}
