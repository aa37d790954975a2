/** A tenant's recipes and plugins in memory. */
import { fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import { countUse, quotaFault } from '../../core/plugin/quota.ts';
import type { PluginQuota } from '../../core/plugin/quota.ts';
import type {
  Catalog,
  Clock,
  PluginVersion,
  RecipeVersion,
  StoredPrompt,
  StoredRecipe,
  Tenant,
} from '../../runtime/ports.ts';

interface Shelf {
  /** Live versions by name, oldest first. */
  readonly recipes: Map<string, StoredRecipe[]>;
  /** The last version number ever given, so that none is given twice. */
  readonly counters: Map<string, number>;
  readonly prompts: Map<string, StoredPrompt>;
  /** Oldest first. */
  plugins: PluginVersion[];
  /** Deleted versions: their numbers never come to mean other bytes. */
  readonly buried: PluginVersion[];
}

export function createMemoryCatalog(deps: {
  readonly clock: Pick<Clock, 'now'>;
  readonly bundled?: readonly PluginVersion[];
}): Catalog {
  const { clock, bundled = [] } = deps;
  const shelves = new Map<Tenant, Shelf>();
  const shelfOf = (tenant: Tenant): Shelf => {
    const shelf = shelves.get(tenant) ?? {
      recipes: new Map(),
      counters: new Map(),
      prompts: new Map(),
      plugins: [],
      buried: [],
    };
    shelves.set(tenant, shelf);
    return shelf;
  };

  return {
    async putRecipe(tenant, name, recipe) {
      return putRecipe(shelfOf(tenant), name, { ...recipe, createdAt: clock.now() });
    },
    async findRecipe(tenant, name, version) {
      const versions = shelfOf(tenant).recipes.get(name) ?? [];
      return version === undefined
        ? versions.at(-1)
        : versions.find((one) => one.version === version);
    },
    async listRecipes(tenant) {
      return [...shelfOf(tenant).recipes.values()]
        .flatMap((versions) => versions.slice(-1).map(withoutText))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1));
    },
    async listRecipeVersions(tenant, name) {
      return (shelfOf(tenant).recipes.get(name) ?? []).map(withoutText).toReversed();
    },
    async deleteRecipe(tenant, name, ifMatch) {
      const { recipes } = shelfOf(tenant);
      if (ifMatch !== undefined && recipes.get(name)?.at(-1)?.digest !== ifMatch) return false;
      return recipes.delete(name);
    },
    ...promptsOf(shelfOf, clock),
    ...pluginsOf(shelfOf, clock, bundled),
  };
}

function pluginsOf(
  shelfOf: (tenant: Tenant) => Shelf,
  clock: Pick<Clock, 'now'>,
  bundled: readonly PluginVersion[],
): Pick<Catalog, 'putPlugin' | 'listPlugins' | 'deprecatePlugin' | 'deletePlugin'> {
  return {
    async putPlugin(tenant, plugin, quota) {
      const shelf = shelfOf(tenant);
      const full = quota && whyFull(shelf, plugin, { quota, now: clock.now() });
      const isIt = ({ name, version }: PluginVersion) =>
        name === plugin.name && version === plugin.version;
      const live = [...bundled, ...shelf.plugins].find(isIt);
      const same = live ?? shelf.buried.find(isIt);
      if (same === undefined) {
        if (full !== undefined) return full;
        const stored = { ...plugin, bundled: false, createdAt: clock.now() };
        shelf.plugins.push(stored);
        return ok({ ...stored, created: true });
      }
      if (same.upload !== plugin.upload || !isSameManifest(same, plugin)) {
        return fail(
          'plugin_exists',
          `Cannot put plugin "${plugin.name}@${plugin.version}": it has other bytes`,
        );
      }
      if (same.bundled) return ok({ ...same, created: false });
      if (full !== undefined) return full;
      const remade = { ...same, hash: plugin.hash, size: plugin.size };
      shelf.plugins = [...shelf.plugins.filter((one) => !isIt(one)), remade];
      return ok({ ...remade, created: live === undefined });
    },
    async listPlugins(tenant) {
      return [...shelfOf(tenant).plugins.toReversed(), ...bundled];
    },
    async deprecatePlugin(tenant, name, version, note) {
      const shelf = shelfOf(tenant);
      const found = shelf.plugins.find((one) => one.name === name && one.version === version);
      if (found === undefined) return false;
      const { deprecated: _before, ...rest } = found;
      const changed = { ...rest, ...(note !== null && { deprecated: note }) };
      shelf.plugins = shelf.plugins.map((one) => (one === found ? changed : one));
      return true;
    },
    async deletePlugin(tenant, name, version) {
      const shelf = shelfOf(tenant);
      const gone = shelf.plugins.filter((one) => one.name === name && one.version === version);
      shelf.buried.push(...gone);
      shelf.plugins = shelf.plugins.filter((one) => one.name !== name || one.version !== version);
      return gone.length > 0;
    },
  };
}

function whyFull(
  { plugins, buried }: Shelf,
  plugin: Pick<PluginVersion, 'name' | 'version' | 'upload' | 'size'>,
  { quota, now }: { readonly quota: PluginQuota; readonly now: number },
): ReturnType<typeof fail> | undefined {
  const stored = [
    ...plugins.map((each) => ({ ...each, isLive: true })),
    ...buried.map((each) => ({ ...each, isLive: false })),
  ];
  const fault = quotaFault(countUse(stored, plugin, now), plugin, quota);
  if (fault === undefined) return undefined;
  const { name, version } = plugin;
  return fail('quota_exceeded', `Cannot put plugin "${name}@${version}": ${fault}`);
}

function promptsOf(
  shelfOf: (tenant: Tenant) => Shelf,
  clock: Pick<Clock, 'now'>,
): Pick<Catalog, 'putPrompt' | 'findPrompt' | 'listPrompts' | 'deletePrompt'> {
  return {
    async putPrompt(tenant, name, { text, digest, ifMatch }) {
      const { prompts } = shelfOf(tenant);
      const current = prompts.get(name);
      if (!isMet(ifMatch, current?.digest)) {
        return fail(
          'precondition_failed',
          `Cannot put prompt "${name}": the condition does not hold`,
        );
      }
      if (current?.digest === digest) return ok({ ...withoutText(current), created: false });
      const stored = { name, digest, text, updatedAt: clock.now() };
      prompts.set(name, stored);
      return ok({ ...withoutText(stored), created: current === undefined });
    },
    async findPrompt(tenant, name) {
      return shelfOf(tenant).prompts.get(name);
    },
    async listPrompts(tenant) {
      const all = [...shelfOf(tenant).prompts.values()].map(withoutText);
      return all.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    },
    async deletePrompt(tenant, name) {
      return shelfOf(tenant).prompts.delete(name);
    },
  };
}

function isSameManifest(
  a: Pick<PluginVersion, 'manifest'>,
  b: Pick<PluginVersion, 'manifest'>,
): boolean {
  return JSON.stringify(a.manifest) === JSON.stringify(b.manifest);
}

function putRecipe(
  shelf: Shelf,
  name: string,
  given: { text: string; digest: string; ifMatch?: string | null; createdAt: number },
): Result<RecipeVersion & { readonly created: boolean }> {
  const { text, digest, ifMatch, createdAt } = given;
  const versions = shelf.recipes.get(name) ?? [];
  const current = versions.at(-1);
  if (!isMet(ifMatch, current?.digest))
    return fail('precondition_failed', `Cannot put recipe "${name}": the condition does not hold`);
  if (current?.digest === digest) return ok({ ...withoutText(current), created: false });
  const version = (shelf.counters.get(name) ?? 0) + 1;
  const stored = { name, version, digest, createdAt, text };
  shelf.counters.set(name, version);
  shelf.recipes.set(name, [...versions, stored]);
  return ok({ ...withoutText(stored), created: current === undefined });
}

function isMet(ifMatch: string | null | undefined, current: string | undefined): boolean {
  if (ifMatch === undefined) return true;
  return ifMatch === '*' ? current !== undefined : ifMatch === (current ?? null);
}

function withoutText<T extends { readonly text: string }>({
  text: _text,
  ...rest
}: T): Omit<T, 'text'> {
  return rest;
}
