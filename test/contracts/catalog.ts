/** What every Catalog does. Run on the memory twin and on the Durable Object. */
import { describe, expect, it } from 'vitest';
import type { Catalog, PluginVersion } from '../../src/runtime/ports.ts';

export interface CatalogSubject {
  /** Holds `BUNDLED`, and nothing of any tenant. */
  readonly catalog: Catalog;
}

const manifest: PluginVersion['manifest'] = {
  name: 'grader',
  version: '1.0.0',
  description: 'Grades texts: ä, 語, 🎧',
  functions: [],
  capabilities: { hosts: [], secrets: [], config: [], wasi: false },
  limits: {},
};

export const BUNDLED: PluginVersion = {
  name: 'text-tools',
  version: '1.0.0',
  hash: 'b'.repeat(64),
  upload: 'c'.repeat(64),
  size: 10,
  manifest: { ...manifest, name: 'text-tools' },
  usesWasi: false,
  bundled: true,
  createdAt: 0,
};

const plugin = (version: string, upload = 'a'.repeat(64), hash = 'f'.repeat(64)) => ({
  name: 'grader',
  version,
  hash,
  upload,
  size: 123,
  manifest,
  usesWasi: true,
});
const recipe = (text: string) => ({ text, digest: `digest of ${text}` });

export function describeCatalog(name: string, make: () => CatalogSubject): void {
  describe(`Catalog contract: ${name}`, () => {
    describeRecipes(make);
    describeConditions(make);
    describePrompts(make);
    describePlugins(make);
  });
}

function describePrompts(make: () => CatalogSubject): void {
  const prompt = (text: string) => ({ text, digest: `digest of ${text}` });

  it('findPrompt() gives back what was put last, of any tenant but no other', async () => {
    const { catalog } = make();
    const first = await catalog.putPrompt('acme', 'a/b.jinja', prompt('one'));
    const second = await catalog.putPrompt('acme', 'a/b.jinja', prompt('two'));
    const same = await catalog.putPrompt('acme', 'a/b.jinja', prompt('two'));
    expect([first, second, same]).toMatchObject([
      { ok: true, value: { created: true } },
      { ok: true, value: { created: false } },
      { ok: true, value: { created: false, digest: 'digest of two' } },
    ]);
    expect(await catalog.findPrompt('acme', 'a/b.jinja')).toMatchObject({ text: 'two' });
    expect(await catalog.findPrompt('other', 'a/b.jinja')).toBeUndefined();
  });

  it('listPrompts() is sorted and without texts; deletePrompt() takes one', async () => {
    const { catalog } = make();
    await catalog.putPrompt('acme', 'b.jinja', prompt('b'));
    await catalog.putPrompt('acme', 'a.jinja', prompt('a'));
    expect(await catalog.listPrompts('acme')).toEqual([
      { name: 'a.jinja', digest: 'digest of a', updatedAt: expect.any(Number) },
      { name: 'b.jinja', digest: 'digest of b', updatedAt: expect.any(Number) },
    ]);
    expect(await catalog.deletePrompt('other', 'a.jinja')).toBe(false);
    expect(await catalog.deletePrompt('acme', 'a.jinja')).toBe(true);
    expect(await catalog.deletePrompt('acme', 'a.jinja')).toBe(false);
    expect(await catalog.listPrompts('acme')).toHaveLength(1);
  });

  it.each([
    [null, 'b.jinja', true],
    [null, 'a.jinja', false],
    ['*', 'b.jinja', false],
    ['digest of a', 'a.jinja', true],
    ['digest of b', 'a.jinja', false],
  ])('putPrompt() with ifMatch %s of %s holds: %s', async (ifMatch, name, isOk) => {
    const { catalog } = make();
    await catalog.putPrompt('acme', 'a.jinja', prompt('a'));
    const put = await catalog.putPrompt('acme', name, { ...prompt('new'), ifMatch });
    expect(put).toMatchObject(isOk ? { ok: true } : { error: { code: 'precondition_failed' } });
  });
}

function describeRecipes(make: () => CatalogSubject): void {
  it('findRecipe() gives back what was put, of any tenant but no other', async () => {
    const { catalog } = make();
    const text = 'name: "ä 語 🎧"\n';
    const put = await catalog.putRecipe('acme', 'news/digest', recipe(text));
    expect(put).toMatchObject({
      ok: true,
      value: { name: 'news/digest', version: 1, created: true },
    });
    expect(await catalog.findRecipe('acme', 'news/digest')).toEqual({
      name: 'news/digest',
      version: 1,
      digest: `digest of ${text}`,
      text,
      createdAt: expect.any(Number),
    });
    expect(await catalog.findRecipe('other', 'news/digest')).toBeUndefined();
    expect(await catalog.findRecipe('acme', 'news')).toBeUndefined();
    expect(await catalog.listRecipes('other')).toEqual([]);
  });

  it('putRecipe() of the same text changes nothing', async () => {
    const { catalog } = make();
    const first = await catalog.putRecipe('acme', 'a', recipe('one'));
    const again = await catalog.putRecipe('acme', 'a', recipe('one'));
    expect(first.ok && again.ok && again.value).toEqual({
      ...(first.ok && first.value),
      created: false,
    });
    expect(await catalog.listRecipeVersions('acme', 'a')).toHaveLength(1);
  });

  it('putRecipe() of another text makes the next version, and keeps the ones before', async () => {
    const { catalog } = make();
    await catalog.putRecipe('acme', 'a', recipe('one'));
    const second = await catalog.putRecipe('acme', 'a', recipe('two'));
    await catalog.putRecipe('acme', 'a', recipe('one'));
    expect(second).toMatchObject({ ok: true, value: { version: 2, created: false } });
    expect((await catalog.findRecipe('acme', 'a'))?.version).toBe(3);
    expect((await catalog.findRecipe('acme', 'a', 2))?.text).toBe('two');
    expect(await catalog.findRecipe('acme', 'a', 4)).toBeUndefined();
    const versions = await catalog.listRecipeVersions('acme', 'a');
    expect(versions.map(({ version }) => version)).toEqual([3, 2, 1]);
    expect(versions.every((version) => !Object.hasOwn(version, 'text'))).toBe(true);
  });

  it('findRecipe() reads its own writes, also when it has read before', async () => {
    const { catalog } = make();
    for (const text of ['one', 'two', 'three']) {
      await catalog.putRecipe('acme', 'a', recipe(text));
      expect((await catalog.findRecipe('acme', 'a'))?.text).toBe(text);
      expect((await catalog.findRecipe('acme', 'a', 1))?.text).toBe('one');
    }
  });

  it('listRecipes() gives the newest version of each name, sorted by name', async () => {
    const { catalog } = make();
    for (const name of ['b', 'a/c', 'a', 'a-b'])
      await catalog.putRecipe('acme', name, recipe(name));
    await catalog.putRecipe('acme', 'b', recipe('newer'));
    const listed = await catalog.listRecipes('acme');
    expect(listed.map(({ name, version }) => [name, version])).toEqual([
      ['a', 1],
      ['a-b', 1],
      ['a/c', 1],
      ['b', 2],
    ]);
  });

  it('deleteRecipe() takes all versions, and no number is given twice', async () => {
    const { catalog } = make();
    await catalog.putRecipe('acme', 'a', recipe('one'));
    await catalog.findRecipe('acme', 'a', 1);
    expect(await catalog.deleteRecipe('acme', 'a')).toBe(true);
    expect(await catalog.deleteRecipe('acme', 'a')).toBe(false);
    expect(await catalog.findRecipe('acme', 'a')).toBeUndefined();
    expect(await catalog.findRecipe('acme', 'a', 1)).toBeUndefined();
    expect(await catalog.listRecipes('acme')).toEqual([]);
    expect(await catalog.listRecipeVersions('acme', 'a')).toEqual([]);
    const put = await catalog.putRecipe('acme', 'a', recipe('two'));
    expect(put).toMatchObject({ ok: true, value: { version: 2, created: true } });
    expect(await catalog.findRecipe('acme', 'a', 1)).toBeUndefined();
  });

  it('deleteRecipe() with a digest deletes that text only', async () => {
    const { catalog } = make();
    await catalog.putRecipe('acme', 'a', recipe('one'));
    await catalog.putRecipe('acme', 'a', recipe('two'));
    expect(await catalog.deleteRecipe('acme', 'a', 'digest of one')).toBe(false);
    expect((await catalog.findRecipe('acme', 'a'))?.text).toBe('two');
    expect(await catalog.deleteRecipe('acme', 'a', 'digest of two')).toBe(true);
    expect(await catalog.deleteRecipe('acme', 'a', 'digest of two')).toBe(false);
  });

  it.each(['__proto__', 'constructor', 'toString'])(
    'holds no recipe "%s" of its own',
    async (name) => {
      const { catalog } = make();
      expect(await catalog.findRecipe('acme', name)).toBeUndefined();
      expect(await catalog.findRecipe(name, 'a')).toBeUndefined();
      await catalog.putRecipe(name, name, recipe('one'));
      expect((await catalog.findRecipe(name, name))?.text).toBe('one');
    },
  );
}

function describeConditions(make: () => CatalogSubject): void {
  it.each([
    { ifMatch: 'digest of one', holds: true },
    { ifMatch: '*', holds: true },
    { ifMatch: 'digest of two', holds: false },
    { ifMatch: null, holds: false },
  ])('putRecipe() over a recipe if $ifMatch: $holds', async ({ ifMatch, holds }) => {
    const { catalog } = make();
    await catalog.putRecipe('acme', 'a', recipe('one'));
    const put = await catalog.putRecipe('acme', 'a', { ...recipe('two'), ifMatch });
    expect(put).toMatchObject(holds ? { ok: true } : { error: { code: 'precondition_failed' } });
    expect((await catalog.findRecipe('acme', 'a'))?.text).toBe(holds ? 'two' : 'one');
  });

  it.each([
    { ifMatch: null, holds: true },
    { ifMatch: '*', holds: false },
    { ifMatch: 'digest of one', holds: false },
  ])('putRecipe() where there is none if $ifMatch: $holds', async ({ ifMatch, holds }) => {
    const { catalog } = make();
    await catalog.putRecipe('acme', 'a', recipe('one'));
    await catalog.deleteRecipe('acme', 'a');
    const put = await catalog.putRecipe('acme', 'a', { ...recipe('two'), ifMatch });
    expect(put).toMatchObject(holds ? { ok: true } : { error: { code: 'precondition_failed' } });
  });

  it('putRecipe() lets one of many writers with the same condition through', async () => {
    const { catalog } = make();
    const puts = await Promise.all(
      Array.from({ length: 10 }, (_, at) =>
        catalog.putRecipe('acme', 'a', { ...recipe(`text ${at}`), ifMatch: null }),
      ),
    );
    expect(puts.filter(({ ok }) => ok)).toHaveLength(1);
  });
}

function describePlugins(make: () => CatalogSubject): void {
  it('listPlugins() gives the bundled ones to everybody, after the tenant’s own, newest first', async () => {
    const { catalog } = make();
    expect(await catalog.listPlugins('acme')).toEqual([BUNDLED]);
    await catalog.putPlugin('acme', plugin('1.0.0'));
    expect(await catalog.listPlugins('acme')).toHaveLength(2);
    await catalog.putPlugin('acme', plugin('0.9.0', 'c'.repeat(64)));
    const listed = await catalog.listPlugins('acme');
    expect(listed.map(({ version, bundled }) => [version, bundled])).toEqual([
      ['0.9.0', false],
      ['1.0.0', false],
      ['1.0.0', true],
    ]);
    expect(listed[1]).toEqual({
      ...plugin('1.0.0'),
      bundled: false,
      createdAt: expect.any(Number),
    });
    expect(await catalog.listPlugins('other')).toEqual([BUNDLED]);
  });

  it('putPlugin() of the same bytes changes nothing; of other bytes it is plugin_exists', async () => {
    const { catalog } = make();
    const first = await catalog.putPlugin('acme', plugin('1.0.0'));
    const again = await catalog.putPlugin('acme', plugin('1.0.0'));
    const other = await catalog.putPlugin('acme', plugin('1.0.0', 'd'.repeat(64)));
    expect(first).toMatchObject({ ok: true, value: { created: true, bundled: false } });
    expect(again).toEqual({ ok: true, value: { ...(first.ok && first.value), created: false } });
    expect(other).toMatchObject({ ok: false, error: { code: 'plugin_exists' } });
    expect(await catalog.putPlugin('other', plugin('1.0.0', 'd'.repeat(64)))).toMatchObject({
      ok: true,
    });
  });

  it('putPlugin() beyond a quota is quota_exceeded, and changes nothing', async () => {
    const { catalog } = make();
    const quota = { versions: 1, bytes: 1_000, newPerDay: 10 };
    expect(await catalog.putPlugin('acme', plugin('1.0.0'), quota)).toMatchObject({ ok: true });
    const full = { ok: false, error: { code: 'quota_exceeded' } };
    expect(await catalog.putPlugin('acme', plugin('1.1.0'), quota)).toMatchObject(full);
    expect(await catalog.listPlugins('acme')).toHaveLength(2);
    expect(await catalog.putPlugin('acme', plugin('1.0.0'), quota)).toMatchObject({ ok: true });
    expect(await catalog.putPlugin('other', plugin('1.0.0'), quota)).toMatchObject({ ok: true });
    await catalog.deletePlugin('acme', 'grader', '1.0.0');
    expect(await catalog.putPlugin('acme', plugin('1.1.0'), quota)).toMatchObject({ ok: true });
    expect(await catalog.putPlugin('acme', plugin('1.0.0'), quota)).toMatchObject(full);
    const perDay = { ...quota, versions: 9, newPerDay: 1 };
    const other = plugin('2.0.0', 'e'.repeat(64));
    expect(await catalog.putPlugin('acme', other, perDay)).toMatchObject(full);
    expect(await catalog.putPlugin('acme', plugin('2.0.0'), perDay)).toMatchObject({ ok: true });
  });

  it('deprecatePlugin() says why, takes it back, and is of one tenant', async () => {
    const { catalog } = make();
    await catalog.putPlugin('acme', plugin('1.0.0'));
    const noteOf = async () => (await catalog.listPlugins('acme'))[0]?.deprecated;
    expect(await catalog.deprecatePlugin('acme', 'grader', '1.0.0', 'too slow')).toBe(true);
    expect(await noteOf()).toBe('too slow');
    expect(await catalog.deprecatePlugin('other', 'grader', '1.0.0', 'x')).toBe(false);
    expect(await catalog.deprecatePlugin('acme', 'grader', '1.0.0', null)).toBe(true);
    expect(await noteOf()).toBeUndefined();
    expect(await catalog.deprecatePlugin('acme', 'grader', '2.0.0', 'x')).toBe(false);
  });

  it('putPlugin() of the same bytes with another manifest is plugin_exists', async () => {
    const { catalog } = make();
    await catalog.putPlugin('acme', plugin('1.0.0'));
    const other = { ...plugin('1.0.0'), manifest: { ...manifest, description: 'another' } };
    expect(await catalog.putPlugin('acme', other)).toMatchObject({
      ok: false,
      error: { code: 'plugin_exists' },
    });
  });

  it('putPlugin() of an upload that is metered into other bytes now keeps the version', async () => {
    const { catalog } = make();
    await catalog.putPlugin('acme', plugin('1.0.0'));
    const remade = await catalog.putPlugin('acme', plugin('1.0.0', 'a'.repeat(64), '9'.repeat(64)));
    expect(remade).toMatchObject({ ok: true, value: { created: false, hash: '9'.repeat(64) } });
    expect((await catalog.listPlugins('acme'))[0]).toMatchObject({ hash: '9'.repeat(64) });
  });

  it('putPlugin() of a deleted version takes the same bytes only', async () => {
    const { catalog } = make();
    await catalog.putPlugin('acme', plugin('1.0.0'));
    await catalog.deletePlugin('acme', 'grader', '1.0.0');
    expect(await catalog.listPlugins('acme')).toEqual([BUNDLED]);
    const other = await catalog.putPlugin('acme', plugin('1.0.0', 'd'.repeat(64)));
    expect(other).toMatchObject({ ok: false, error: { code: 'plugin_exists' } });
    const same = await catalog.putPlugin('acme', plugin('1.0.0'));
    expect(same).toMatchObject({ ok: true, value: { created: true } });
    expect(await catalog.listPlugins('acme')).toHaveLength(2);
  });

  it('putPlugin() never replaces a bundled version', async () => {
    const { catalog } = make();
    const { bundled: _bundled, createdAt: _createdAt, ...same } = BUNDLED;
    expect(await catalog.putPlugin('acme', same)).toEqual({
      ok: true,
      value: { ...BUNDLED, created: false },
    });
    const put = await catalog.putPlugin('acme', { ...same, upload: 'e'.repeat(64) });
    expect(put).toMatchObject({ ok: false, error: { code: 'plugin_exists' } });
    expect(await catalog.listPlugins('acme')).toEqual([BUNDLED]);
  });

  it('deletePlugin() takes one version of the tenant’s own', async () => {
    const { catalog } = make();
    await catalog.putPlugin('acme', plugin('1.0.0'));
    await catalog.putPlugin('acme', plugin('1.1.0'));
    await catalog.listPlugins('acme');
    expect(await catalog.deletePlugin('other', 'grader', '1.0.0')).toBe(false);
    expect(await catalog.deletePlugin('acme', 'grader', '1.0.0')).toBe(true);
    expect(await catalog.deletePlugin('acme', 'grader', '1.0.0')).toBe(false);
    expect(await catalog.deletePlugin('acme', BUNDLED.name, BUNDLED.version)).toBe(false);
    expect((await catalog.listPlugins('acme')).map(({ version }) => version)).toEqual([
      '1.1.0',
      '1.0.0',
    ]);
  });
}
