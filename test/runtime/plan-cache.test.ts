/** Plans are compiled once for an isolate: the same text again, for whichever app, is the same plan. */
import { describe, expect, it } from 'vitest';
import { createMemoryCatalog } from '../../src/adapters/memory/catalog.ts';
import { createDigests } from '../../src/adapters/system/digests.ts';
import type { PluginManifest } from '../../src/core/plugin/manifest.ts';
import { createPlanCache } from '../../src/runtime/plan-cache.ts';
import { createRecipes } from '../../src/runtime/recipes.ts';

const digests = createDigests();
const TEXT = 'name: r\nimports: [lib.yaml]\nnodes: [{id: a, type: wait, for: "@pause"}]\n';
const CALL =
  'name: c\nnodes: [{id: a, type: function_task, function_identifier: p.f, input: {}}]\n';
const source = { text: TEXT, path: 'recipes/r.yaml', strict: false };

/** Two apps of one isolate, as requests that run at the same time have them. */
function makeApps() {
  const catalog = createMemoryCatalog({ clock: { now: () => 0 } });
  const plans = createPlanCache();
  const [one, other] = [
    createRecipes({ catalog, digests }, plans),
    createRecipes({ catalog, digests }, plans),
  ];
  const put = async (tenant: string, text: string) =>
    catalog.putRecipe(tenant, 'lib', { text, digest: await digests.sha256(text) });
  return { catalog, one, other, put };
}

/** `letter`: what the metered module's hash is made of. */
function pluginOf(version: string, letter: string) {
  const manifest: PluginManifest = {
    name: 'p',
    version,
    description: '',
    functions: [
      {
        id: 'f',
        export: 'f',
        description: '',
        content_type: 'json',
        pure: true,
        batch: false,
        fold: false,
        chunk: false,
      },
    ],
    capabilities: { hosts: [], secrets: [], config: [], wasi: false },
    limits: {},
  };
  const hash = letter.repeat(64);
  return { name: 'p', version, hash, upload: '0'.repeat(64), size: 1, manifest, usesWasi: false };
}

describe('plans of an isolate', () => {
  it('are shared by its apps', async () => {
    const { one, other, put } = makeApps();
    await put('t', 'definitions: {pause: 1s}');
    const first = await one.compile('t', source);
    expect(first.pinned).toBeDefined();
    expect(await other.compile('t', source)).toBe(first);
  });

  it('are made anew when an import, the path, the strictness or the tenant is another', async () => {
    const { one, other, put } = makeApps();
    await put('t', 'definitions: {pause: 1s}');
    await put('u', 'definitions: {pause: 1s}');
    const first = await one.compile('t', source);
    const others = [
      await other.compile('t', { ...source, strict: true }),
      await other.compile('t', { ...source, path: 'recipes/s.yaml' }),
      await other.compile('u', source),
    ];
    for (const result of others) expect(result).not.toBe(first);
    await put('t', 'definitions: {pause: 2s}');
    const changed = await other.compile('t', source);
    expect(changed.pinned?.planHash).not.toBe(first.pinned?.planHash);
  });

  it('are made anew when a plugin comes, goes or is metered anew', async () => {
    const { catalog, one, other } = makeApps();
    const call = { text: CALL, path: 'recipes/c.yaml', strict: false };
    const pinned = async (recipes: typeof one) =>
      Object.values((await recipes.compile('t', call)).pinned?.plan.functions ?? {}).map(
        ({ version, hash }) => `${version} ${hash[0]}`,
      );
    await catalog.putPlugin('t', pluginOf('1.0.0', 'a'));
    expect(await pinned(one)).toEqual(['1.0.0 a']);
    await catalog.putPlugin('t', pluginOf('1.0.0', 'b'));
    expect(await pinned(other)).toEqual(['1.0.0 b']);
    await catalog.putPlugin('t', pluginOf('1.1.0', 'c'));
    expect(await pinned(one)).toEqual(['1.1.0 c']);
    await catalog.deletePlugin('t', 'p', '1.1.0');
    expect(await pinned(other)).toEqual(['1.0.0 b']);
    await catalog.deletePlugin('t', 'p', '1.0.0');
    expect(await pinned(one)).toEqual([]);
  });
});
