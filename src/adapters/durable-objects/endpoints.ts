/** The Endpoints port on the Catalog objects: secrets are sealed before they leave for one. */
import { fail } from '../../core/errors.ts';
import { withoutSecret } from './catalog-endpoints.ts';
import type { Clock, Tenant } from '../../runtime/ports.ts';
import type { EndpointKind, Endpoints } from '../../runtime/ports/endpoints.ts';
import type { Vault } from '../../runtime/ports/vault.ts';
import type { CatalogObject } from './catalog-object.ts';

export function createEndpoints(deps: {
  readonly namespace: DurableObjectNamespace<CatalogObject>;
  readonly clock: Pick<Clock, 'now'>;
  readonly vault: Vault;
}): Endpoints {
  const { namespace, clock, vault } = deps;
  const objectOf = (tenant: Tenant) => namespace.get(namespace.idFromName(tenant));
  return {
    async create(tenant, kind, { id, spec, secret }) {
      if (!vault.isReady) {
        return fail('not_set_up', `Cannot make a ${kind}: the server has no SECRETS_KEY`);
      }
      const sealed = await vault.seal(secret, labelOf(tenant, kind, id));
      return objectOf(tenant).createEndpoint(kind, { id, spec, sealed, now: clock.now() });
    },
    async replace(tenant, kind, { id, spec, secret }) {
      const sealed =
        secret === undefined ? null : await vault.seal(secret, labelOf(tenant, kind, id));
      const put = { id, spec, sealed, now: clock.now() };
      return (await objectOf(tenant).replaceEndpoint(kind, put)) ?? undefined;
    },
    async list(tenant, kind) {
      return objectOf(tenant).listEndpoints(kind);
    },
    async find(tenant, kind, id) {
      const found = await objectOf(tenant).findEndpoint(kind, id);
      return found === null ? undefined : withoutSecret(found);
    },
    async reveal(tenant, kind, id) {
      const found = await objectOf(tenant).findEndpoint(kind, id);
      if (found === null) return undefined;
      const secret = await vault.open(found.sealed, labelOf(tenant, kind, id));
      return secret === undefined ? undefined : { ...withoutSecret(found), secret };
    },
    async delete(tenant, kind, id) {
      return objectOf(tenant).deleteEndpoint(kind, id);
    },
    async claim(tenant, key, forMs) {
      return objectOf(tenant).claim({ key, now: clock.now(), forMs });
    },
    async release(tenant, key) {
      await objectOf(tenant).releaseClaim(key);
    },
  };
}

/** A sealed secret that is moved to another place cannot be opened there. */
function labelOf(tenant: Tenant, kind: EndpointKind, id: string): string {
  return `${kind} ${tenant} ${id}`;
}
