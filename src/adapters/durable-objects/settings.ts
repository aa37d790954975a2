/** The Settings port on the Catalog objects. */
import { createShortMemory } from './short-memory.ts';
import type { JsonValue } from '../../core/json.ts';
import type { Clock, Tenant } from '../../runtime/ports.ts';
import type { Settings } from '../../runtime/ports/settings.ts';
import type { CatalogObject } from './catalog-object.ts';

export function createSettings(deps: {
  readonly namespace: DurableObjectNamespace<CatalogObject>;
  readonly clock: Pick<Clock, 'now'>;
}): Settings {
  const { namespace, clock } = deps;
  const read = createShortMemory<JsonValue | undefined>(clock);
  const objectOf = (tenant: Tenant) => namespace.get(namespace.idFromName(tenant));
  return {
    find: (tenant, section) =>
      read.read(`${tenant} ${section}`, async () => {
        const text = await objectOf(tenant).findSetting(section);
        // SAFETY: written by `put` from JSON.
        return text === null ? undefined : (JSON.parse(text) as JsonValue);
      }),
    async put(tenant, section, value) {
      await objectOf(tenant).putSetting(section, JSON.stringify(value));
      read.forget(`${tenant} ${section}`);
    },
  };
}
