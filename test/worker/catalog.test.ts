/** The Catalog on a Durable Object and the bytes on R2, in workerd. */
import { env } from 'cloudflare:workers';
import { beforeAll, expect, it } from 'vitest';
import { createCatalog, createCatalogMemory } from '../../src/adapters/durable-objects/catalog.ts';
import { createPluginBytes } from '../../src/adapters/storage/plugin-bytes.ts';
import { BUNDLED, describeCatalog } from '../contracts/catalog.ts';
import { describePluginBytes } from '../contracts/plugin-bytes.ts';
import type { CatalogObject } from '../../src/adapters/durable-objects/catalog-object.ts';
import type { Catalog } from '../../src/runtime/ports.ts';

// SAFETY: wrangler.toml binds them.
const { CATALOG, FILES } = env as unknown as {
  CATALOG: DurableObjectNamespace<CatalogObject>;
  FILES: R2Bucket;
};

// The first touch of an object loads the whole Worker.
beforeAll(() => CATALOG.get(CATALOG.idFromName('warm')).listRecipes(), 60_000);

let subjects = 0;

/** Objects of its own, whatever other tests have left in theirs. */
function makeFresh(): { catalog: Catalog; again: () => Catalog } {
  const prefix = `subject ${++subjects}: `;
  const again = (): Catalog => {
    const catalog = createCatalog({ namespace: CATALOG, bundled: [BUNDLED] });
    const methods = Object.entries(catalog).map(([name, method]) => [
      name,
      (tenant: string, ...rest: never[]) =>
        Reflect.apply(method, catalog, [prefix + tenant, ...rest]),
    ]);
    return Object.fromEntries(methods) as Catalog;
  };
  return { catalog: again(), again };
}

describeCatalog('Durable Object', makeFresh);
describePluginBytes('R2', () => createPluginBytes(FILES));

it('an isolate that has read a recipe sees what another has put or deleted', async () => {
  const { catalog, again } = makeFresh();
  const other = again();
  await catalog.putRecipe('acme', 'a', { text: 'one', digest: '1' });
  expect((await other.findRecipe('acme', 'a'))?.text).toBe('one');
  await catalog.putRecipe('acme', 'a', { text: 'two', digest: '2' });
  expect((await other.findRecipe('acme', 'a'))?.text).toBe('two');
  expect((await other.findRecipe('acme', 'a', 1))?.text).toBe('one');
  await catalog.deleteRecipe('acme', 'a');
  expect(await other.findRecipe('acme', 'a')).toBeUndefined();
  expect(await other.findRecipe('acme', 'a', 1)).toBeUndefined();
});

it('a text of the largest size is kept', async () => {
  const { catalog, again } = makeFresh();
  const text = '語'.repeat((1024 * 1024) / 3);
  await catalog.putRecipe('acme', 'a', { text, digest: '1' });
  expect((await again().findRecipe('acme', 'a'))?.text === text).toBe(true);
});

it('R2 refuses bytes under a hash that is not theirs', async () => {
  const bytes = createPluginBytes(FILES);
  const put = bytes.put('acme', '0'.repeat(64), new Uint8Array([1]));
  await expect(put).rejects.toThrow();
  expect(await bytes.get('acme', '0'.repeat(64))).toBeUndefined();
});

it('an isolate is told what has changed in the list of plugins, and not all of it again', async () => {
  const object = CATALOG.get(CATALOG.idFromName('changes'));
  const put = (version: string) =>
    object.putPlugin(
      {
        name: 'grader',
        version,
        hash: '1'.repeat(64),
        upload: '2'.repeat(64),
        size: 9,
        manifest: '{}',
        usesWasi: false,
      },
      null,
    );
  for (const version of ['1.0.0', '1.1.0', '1.2.0']) await put(version);
  const { revision, rows } = await object.listPluginChanges(null);
  expect(rows).toHaveLength(3);
  const told = async () => {
    const changes = await object.listPluginChanges(revision);
    return changes.rows.map(({ version, isLive, deprecated }) => [version, isLive, deprecated]);
  };
  expect(await told()).toEqual([]);
  await put('1.1.0');
  expect(await told()).toEqual([]);
  await put('2.0.0');
  await object.deletePlugin('grader', '1.0.0');
  await object.deprecatePlugin('grader', '1.2.0', 'slow');
  expect(await told()).toEqual([
    ['2.0.0', true, null],
    ['1.0.0', false, null],
    ['1.2.0', true, 'slow'],
  ]);
  await put('1.0.0');
  expect((await told()).at(-1)).toEqual(['1.0.0', true, null]);
});

it('many that share a memory read a long list once', async () => {
  const shared = createCatalogMemory();
  const object = CATALOG.get(CATALOG.idFromName('shared'));
  let rows = 0;
  const lists = async () =>
    shared.lists.read('shared', async (_tenant, known) => {
      const changes = await object.listPluginChanges(known);
      rows += changes.rows.length;
      return changes;
    });
  const { bundled: _, ...plugin } = BUNDLED;
  const catalog = createCatalog({ namespace: CATALOG, bundled: [], memory: shared });
  for (let i = 0; i < 5; i += 1)
    await catalog.putPlugin('shared', { ...plugin, name: 'long', version: `1.0.${i}` });
  for (let i = 0; i < 5; i += 1) expect(await lists()).toHaveLength(5);
  expect(rows).toBe(5);
  expect(await catalog.listPlugins('shared')).toEqual(await lists());
});

it('an isolate that has listed plugins sees what another has put, deleted or brought back', async () => {
  const { catalog, again } = makeFresh();
  const other = again();
  const plugin = (version: string) => ({
    ...BUNDLED,
    name: 'grader',
    version,
    upload: version.padEnd(64, '0'),
  });
  const versions = async () => {
    const [mine, seen, fresh] = await Promise.all(
      [catalog, other, again()].map(async (each) =>
        (await each.listPlugins('acme')).map(({ version }) => version).join(' '),
      ),
    );
    expect([seen, fresh]).toEqual([mine, mine]);
    return mine;
  };
  await catalog.putPlugin('acme', plugin('1.0.0'));
  await other.putPlugin('acme', plugin('1.1.0'));
  expect(await versions()).toBe(`1.1.0 1.0.0 ${BUNDLED.version}`);
  await catalog.deletePlugin('acme', 'grader', '1.0.0');
  expect(await versions()).toBe(`1.1.0 ${BUNDLED.version}`);
  await other.putPlugin('acme', plugin('1.0.0'));
  expect(await versions()).toBe(`1.1.0 1.0.0 ${BUNDLED.version}`);
});
