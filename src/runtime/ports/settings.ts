/** What a tenant has set: sections of settings, grants of plugins, secrets. */
import type { Result } from '../../core/errors.ts';
import type { JsonValue } from '../../core/json.ts';
import type { EpochMs, Tenant } from './names.ts';

/** Sections that callers write; each has one schema in `src/runtime/settings`. */
export type SettingsSection = 'models' | 'prices' | 'rates' | 'retention' | 'spend' | 'plugins';

export interface Settings {
  /** As it was put; undefined when it never was. Read anew at most every 5 seconds. */
  find(tenant: Tenant, section: SettingsSection): Promise<JsonValue | undefined>;
  put(tenant: Tenant, section: SettingsSection, value: JsonValue): Promise<void>;
}

/** What is said of a secret. Its value is only ever read to be put into a request. */
export interface SecretEntry {
  readonly name: string;
  /** Hosts it may be sent to. */
  readonly hosts: readonly string[];
  readonly in: readonly ('header' | 'body')[];
  readonly updatedAt: EpochMs;
}

export interface Secrets {
  /** `quota_exceeded` when the tenant has too many; `not_set_up` when the server cannot keep any. */
  put(
    tenant: Tenant,
    secret: Omit<SecretEntry, 'updatedAt'> & { readonly value: string },
  ): Promise<Result<SecretEntry & { readonly created: boolean }>>;
  /** Sorted by name. */
  list(tenant: Tenant): Promise<readonly SecretEntry[]>;
  /**
   * The value, for whoever sends it to one of its hosts; undefined when there is none, or none that
   * this server can read. As it was at most 5 seconds ago.
   */
  reveal(
    tenant: Tenant,
    name: string,
  ): Promise<(SecretEntry & { readonly value: string }) | undefined>;
  delete(tenant: Tenant, name: string): Promise<boolean>;
}
