/** API keys of a tenant. What is kept of a key is its digest. */
import type { Result } from '../../core/errors.ts';
import type { Scope } from '../../core/scopes.ts';
import type { Digest, EpochMs, Tenant } from './names.ts';

export interface KeyEntry {
  /** Stands in the key's own text, so that a person can tell which key is which. */
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** For which it decides approvals. Absent: for all. */
  readonly groups?: readonly string[];
  readonly createdAt: EpochMs;
  /** From then on it is no key any more. */
  readonly expiresAt?: EpochMs;
  /** To the minute. */
  readonly lastUsedAt?: EpochMs;
}

export interface KeyChange {
  readonly name?: string;
  readonly scopes?: readonly Scope[];
  /** Null: never. */
  readonly expiresAt?: EpochMs | null;
}

export interface Keys {
  /** `quota_exceeded` when the tenant has too many. */
  put(
    tenant: Tenant,
    key: Omit<KeyEntry, 'createdAt' | 'lastUsedAt'> & { readonly digest: Digest },
  ): Promise<Result<KeyEntry>>;
  /** Oldest first. */
  list(tenant: Tenant): Promise<readonly KeyEntry[]>;
  change(tenant: Tenant, id: string, change: KeyChange): Promise<KeyEntry | undefined>;
  delete(tenant: Tenant, id: string): Promise<boolean>;
  /**
   * The key with this id if its digest is this one and it has not expired; counts as a use. A change
   * or a deletion holds everywhere after at most 5 seconds.
   */
  verify(tenant: Tenant, id: string, digest: Digest): Promise<KeyEntry | undefined>;
}
