/** Keys, settings and secrets on the Catalog object, in workerd. */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, expect, it } from 'vitest';
import { createGrants } from '../../src/adapters/durable-objects/grants.ts';
import { createKeys } from '../../src/adapters/durable-objects/keys.ts';
import { createSecrets } from '../../src/adapters/durable-objects/secrets.ts';
import { createSettings } from '../../src/adapters/durable-objects/settings.ts';
import { createVault } from '../../src/adapters/system/vault.ts';
import { describeGrants } from '../contracts/grants.ts';
import { describeKeys } from '../contracts/keys.ts';
import { describeSecrets, describeSettings } from '../contracts/settings.ts';
import type { CatalogObject } from '../../src/adapters/durable-objects/catalog-object.ts';

// SAFETY: wrangler.toml binds it.
const { CATALOG } = env as unknown as { CATALOG: DurableObjectNamespace<CatalogObject> };

// The first touch of an object loads the whole Worker.
beforeAll(() => CATALOG.get(CATALOG.idFromName('warm')).listRecipes(), 60_000);

let subjects = 0;

/** Objects of its own, whatever other tests have left in theirs. */
function freshNamespace(): DurableObjectNamespace<CatalogObject> {
  const prefix = `settings ${++subjects}: `;
  return {
    idFromName: (name: string) => CATALOG.idFromName(prefix + name),
    get: (id: DurableObjectId) => CATALOG.get(id),
  } as DurableObjectNamespace<CatalogObject>;
}

const vault = createVault([{ id: 'k2', bytes: new Uint8Array(32).fill(2) }]);

function makeClock() {
  let now = 1_000_000;
  return {
    now: () => now,
    advance: (ms: number) => {
      now += ms;
    },
  };
}

describeKeys('Durable Object', () => {
  const clock = makeClock();
  const namespace = freshNamespace();
  const again = () => createKeys({ namespace, clock });
  return { keys: again(), again, ...clock };
});

describeGrants('Durable Object', () => {
  const clock = makeClock();
  const namespace = freshNamespace();
  const again = () => createGrants({ namespace, clock });
  return { grants: again(), again, ...clock };
});

describeSettings('Durable Object', () => {
  const clock = makeClock();
  const namespace = freshNamespace();
  const again = () => createSettings({ namespace, clock });
  return { settings: again(), again, ...clock };
});

describeSecrets('Durable Object', () => {
  const clock = makeClock();
  const namespace = freshNamespace();
  const again = () => createSecrets({ namespace, clock, vault });
  return { secrets: again(), again, ...clock };
});

it('a value is sealed where it lies', async () => {
  const namespace = freshNamespace();
  const secrets = createSecrets({ namespace, clock: makeClock(), vault });
  const value = 'a value that nobody may read';
  await secrets.put('acme', { name: 'TOKEN', value, hosts: ['a.example'], in: ['header'] });
  const stub = namespace.get(namespace.idFromName('acme'));
  const rows = await runInDurableObject(stub, (_, { storage }) =>
    storage.sql.exec('SELECT * FROM secrets').toArray(),
  );
  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows)).not.toContain(value);
  expect(JSON.stringify(rows)).toContain('k2.');
});

it('a server without a key of its own keeps no value, and loses none that it cannot open', async () => {
  const namespace = freshNamespace();
  const clock = makeClock();
  const put = { name: 'TOKEN', value: 'a value', hosts: ['a.example'], in: ['header'] as const };
  const without = createSecrets({ namespace, clock, vault: createVault([]) });
  expect(await without.put('acme', put)).toMatchObject({
    ok: false,
    error: { code: 'not_set_up' },
  });
  await createSecrets({ namespace, clock, vault }).put('acme', put);
  clock.advance(5_000);
  expect(await without.reveal('acme', 'TOKEN')).toBeUndefined();
  expect(await without.list('acme')).toHaveLength(1);
  expect(await createSecrets({ namespace, clock, vault }).reveal('acme', 'TOKEN')).toMatchObject({
    value: 'a value',
  });
});
