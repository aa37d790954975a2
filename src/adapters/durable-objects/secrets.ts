/** The Secrets port on the Catalog objects: values are sealed before they leave for one. */
import { fail } from '../../core/errors.ts';
import { createShortMemory } from './short-memory.ts';
import type { Clock, Tenant } from '../../runtime/ports.ts';
import type { Secrets } from '../../runtime/ports/settings.ts';
import type { Vault } from '../../runtime/ports/vault.ts';
import type { CatalogObject } from './catalog-object.ts';
import type { SealedSecret } from './catalog-secrets.ts';

export function createSecrets(deps: {
  readonly namespace: DurableObjectNamespace<CatalogObject>;
  readonly clock: Pick<Clock, 'now'>;
  readonly vault: Vault;
}): Secrets {
  const { namespace, clock, vault } = deps;
  const read = createShortMemory<SealedSecret | null>(clock);
  const objectOf = (tenant: Tenant) => namespace.get(namespace.idFromName(tenant));
  return {
    async put(tenant, { value, ...secret }) {
      const { name } = secret;
      if (!vault.isReady) {
        return fail('not_set_up', 'Cannot keep secrets: the server has no SECRETS_KEY');
      }
      const sealed = await vault.seal(value, labelOf(tenant, name));
      const put = { ...secret, sealed, updatedAt: clock.now() };
      const stored = await objectOf(tenant).putSecret(put);
      read.forget(`${tenant} ${name}`);
      return stored;
    },
    async list(tenant) {
      return objectOf(tenant).listSecrets();
    },
    async reveal(tenant, name) {
      const load = async () => objectOf(tenant).findSecret(name);
      const found = await read.read(`${tenant} ${name}`, load);
      if (found === null) return undefined;
      const { sealed, ...entry } = found;
      const value = await vault.open(sealed, labelOf(tenant, name));
      return value === undefined ? undefined : { ...entry, value };
    },
    async delete(tenant, name) {
      const isDeleted = await objectOf(tenant).deleteSecret(name);
      read.forget(`${tenant} ${name}`);
      return isDeleted;
    },
  };
}

/** A sealed value that is moved to another tenant or name cannot be opened there. */
function labelOf(tenant: Tenant, name: string): string {
  return `secret ${tenant} ${name}`;
}
