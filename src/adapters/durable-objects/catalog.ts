/** The Catalog port on Durable Objects: one object per tenant, and what this isolate has read of it. */
import { fail, ok } from '../../core/errors.ts';
import { createPluginLists, versionOf } from './catalog-plugin-lists.ts';
import { createTextCache } from './catalog-text-cache.ts';
import type { PluginLists } from './catalog-plugin-lists.ts';
import type { TextCache } from './catalog-text-cache.ts';
import type { Catalog, PluginVersion, Tenant } from '../../runtime/ports.ts';
import type { CatalogObject } from './catalog-object.ts';

export interface CatalogDeps {
  readonly namespace: DurableObjectNamespace<CatalogObject>;
  /** Plugins of this release: every tenant has them, and no tenant can change them. */
  readonly bundled: readonly PluginVersion[];
  /** Default: one of its own. */
  readonly memory?: CatalogMemory;
}

/** What was read, which many may share: copies of a long list fill an isolate. */
export interface CatalogMemory {
  readonly texts: TextCache;
  readonly lists: PluginLists;
}

export function createCatalogMemory(): CatalogMemory {
  return { texts: createTextCache(), lists: createPluginLists() };
}

export function createCatalog(deps: CatalogDeps): Catalog {
  const { namespace, bundled, memory = createCatalogMemory() } = deps;
  const { texts, lists } = memory;
  const objectOf = (tenant: Tenant) => namespace.get(namespace.idFromName(tenant));

  return {
    async putRecipe(tenant, name, recipe) {
      return objectOf(tenant).putRecipe(name, recipe);
    },
    /** The object says what is current; only a text that is not here yet is sent. */
    async findRecipe(tenant, name, version) {
      const key = JSON.stringify([tenant, name, version ?? 'newest']);
      const known = texts.find(key);
      const found = await objectOf(tenant).findRecipe(name, version ?? null, known?.digest ?? null);
      if (found === null) return undefined;
      const text = found.text ?? known?.text;
      if (text === undefined) return undefined;
      const recipe = { ...found.recipe, text };
      texts.keep(key, recipe);
      return recipe;
    },
    async listRecipes(tenant) {
      return objectOf(tenant).listRecipes();
    },
    async listRecipeVersions(tenant, name) {
      return objectOf(tenant).listRecipeVersions(name);
    },
    async deleteRecipe(tenant, name, ifMatch) {
      return objectOf(tenant).deleteRecipe(name, ifMatch ?? null);
    },
    async putPrompt(tenant, name, prompt) {
      return objectOf(tenant).putPrompt(name, prompt);
    },
    async findPrompt(tenant, name) {
      return (await objectOf(tenant).findPrompt(name)) ?? undefined;
    },
    async listPrompts(tenant) {
      return objectOf(tenant).listPrompts();
    },
    async deletePrompt(tenant, name) {
      return objectOf(tenant).deletePrompt(name);
    },
    ...pluginsOf(objectOf, bundled, lists),
  };
}

function pluginsOf(
  objectOf: (tenant: Tenant) => DurableObjectStub<CatalogObject>,
  bundled: readonly PluginVersion[],
  lists: PluginLists,
): Pick<Catalog, 'putPlugin' | 'listPlugins' | 'deletePlugin' | 'deprecatePlugin'> {
  const ask = (tenant: Tenant, known: number | null) => objectOf(tenant).listPluginChanges(known);
  return {
    async putPlugin(tenant, plugin, quota) {
      const { name, version, hash, upload, size, manifest, usesWasi } = plugin;
      const same = bundled.find((one) => one.name === name && one.version === version);
      if (same?.upload === upload) return ok({ ...same, created: false });
      if (same !== undefined) {
        return fail('plugin_exists', `Cannot put plugin "${name}@${version}": it is bundled`);
      }
      const row = {
        name,
        version,
        hash,
        upload,
        size,
        usesWasi,
        manifest: JSON.stringify(manifest),
      };
      const stored = await objectOf(tenant).putPlugin(row, quota ?? null);
      if (!stored.ok) return stored;
      const { created, ...kept } = stored.value;
      return ok({ ...versionOf(kept), created });
    },
    async listPlugins(tenant) {
      return [...(await lists.read(tenant, ask)), ...bundled];
    },
    async deprecatePlugin(tenant, name, version, note) {
      return objectOf(tenant).deprecatePlugin(name, version, note);
    },
    async deletePlugin(tenant, name, version) {
      return objectOf(tenant).deletePlugin(name, version);
    },
  };
}
