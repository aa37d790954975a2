/** Settings and secrets of tenants in memory. */
import { fail, ok } from '../../core/errors.ts';
import type { JsonValue } from '../../core/json.ts';
import type { Clock, Tenant } from '../../runtime/ports.ts';
import type { SecretEntry, Secrets, Settings } from '../../runtime/ports/settings.ts';

const MAX_SECRETS = 500;

export function createMemorySettings(): Settings {
  const values = new Map<string, JsonValue>();
  const keyOf = (tenant: Tenant, section: string) => `${section} ${tenant}`;
  return {
    async find(tenant, section) {
      return values.get(keyOf(tenant, section));
    },
    async put(tenant, section, value) {
      values.set(keyOf(tenant, section), value);
    },
  };
}

export function createMemorySecrets({ clock }: { readonly clock: Pick<Clock, 'now'> }): Secrets {
  const tenants = new Map<Tenant, Map<string, SecretEntry & { readonly value: string }>>();
  const secretsOf = (tenant: Tenant) => {
    const secrets = tenants.get(tenant) ?? new Map<string, SecretEntry & { value: string }>();
    tenants.set(tenant, secrets);
    return secrets;
  };
  return {
    async put(tenant, secret) {
      const secrets = secretsOf(tenant);
      const created = !secrets.has(secret.name);
      if (created && secrets.size >= MAX_SECRETS) {
        const message = `Cannot keep another secret: there are ${secrets.size} already`;
        return fail('quota_exceeded', message);
      }
      const stored = { ...secret, updatedAt: clock.now() };
      secrets.set(secret.name, stored);
      return ok({ ...withoutValue(stored), created });
    },
    async list(tenant) {
      const entries = [...secretsOf(tenant).values()].map(withoutValue);
      return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    },
    async reveal(tenant, name) {
      return secretsOf(tenant).get(name);
    },
    async delete(tenant, name) {
      return secretsOf(tenant).delete(name);
    },
  };
}

function withoutValue({ value: _value, ...entry }: SecretEntry & { value: string }): SecretEntry {
  return entry;
}
