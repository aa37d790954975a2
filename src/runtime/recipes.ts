/** From a recipe's text to its plan: gathers what the text refers to, compiles, remembers. */
import { ComposerError, failure } from '../core/errors.ts';
import type { Issue } from '../core/errors.ts';
import { canonicalJson, utf8Length } from '../core/json.ts';
import type { JsonValue } from '../core/json.ts';
import { findPinned } from '../core/plugin/find-function.ts';
import { compileRecipe, referencesOf } from '../core/recipe/compile.ts';
import type { Plan } from '../core/recipe/plan.ts';
import type { Catalog, Digest, Digests, PluginVersion, Tenant } from './ports.ts';
import { isRunnable } from './tasks/index.ts';

export interface PinnedPlan {
  readonly plan: Plan;
  readonly planHash: Digest;
}

export interface CompiledRecipe {
  /** Absent when there are errors among the diagnostics. */
  readonly pinned?: PinnedPlan;
  readonly diagnostics: readonly Issue[];
}

export interface RecipeSource {
  readonly text: string;
  /** Where it lies in the store, such as `recipes/team/digest.yaml`. */
  readonly path: string;
  readonly strict: boolean;
}

export interface Recipes {
  compile(tenant: Tenant, source: RecipeSource): Promise<CompiledRecipe>;
  /** Throws `recipe_invalid` with every diagnostic. */
  planOf(
    tenant: Tenant,
    source: RecipeSource,
  ): Promise<PinnedPlan & { readonly warnings: readonly Issue[] }>;
}

const MAX_SOURCES = 100;
/** A plan lies in one row, and rows on Workers hold 2 MB. */
const MAX_PLAN_BYTES = 1_500_000;
const MAX_REMEMBERED = 200;

export function createRecipes({
  catalog,
  digests,
}: {
  catalog: Catalog;
  digests: Digests;
}): Recipes {
  const remembered = new Map<
    string,
    { readonly plugins: readonly PluginVersion[]; readonly result: CompiledRecipe }
  >();

  async function compile(tenant: Tenant, source: RecipeSource): Promise<CompiledRecipe> {
    const [plugins, sources] = await Promise.all([
      catalog.listPlugins(tenant),
      gather(catalog, tenant, source),
    ]);
    // The catalog gives the same list for as long as nothing in it has changed.
    const closure = [tenant, source.path, source.strict, source.text, ...[...sources].flat()];
    const key = await digests.sha256(JSON.stringify(closure));
    const known = remembered.get(key);
    if (known?.plugins === plugins) return known.result;
    const result = await compileFresh(source, sources, plugins);
    const [oldest] = remembered.keys();
    if (remembered.size >= MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
    remembered.set(key, { plugins, result });
    return result;
  }

  async function compileFresh(
    { text, path, strict }: RecipeSource,
    sources: ReadonlyMap<string, string>,
    plugins: readonly PluginVersion[],
  ): Promise<CompiledRecipe> {
    const { plan, diagnostics } = compileRecipe({
      path,
      text,
      strict,
      sources,
      prompts: new Map(),
      findFunction: (reference) => findPinned(plugins, reference),
      functionNames: functionNames(plugins),
      isRunnable,
    });
    if (plan === undefined) return { diagnostics };
    // SAFETY: a plan is pure JSON by its own invariant.
    const canonical = canonicalJson(plan as unknown as JsonValue);
    if (utf8Length(canonical) > MAX_PLAN_BYTES)
      return { diagnostics: [...diagnostics, tooLarge()] };
    return { pinned: { plan, planHash: await digests.sha256(canonical) }, diagnostics };
  }

  return {
    compile,
    async planOf(tenant, source) {
      const { pinned, diagnostics } = await compile(tenant, source);
      if (pinned !== undefined) return { ...pinned, warnings: diagnostics };
      throw new ComposerError('recipe_invalid', describe(diagnostics), { issues: diagnostics });
    },
  };
}

function tooLarge(): Issue {
  const { code, message } = failure(
    'plan_too_large',
    `Cannot keep the plan: it is larger than ${MAX_PLAN_BYTES} bytes`,
  );
  return { severity: 'error', code, detail: message, pointer: '', line: 1, column: 1 };
}

function describe(diagnostics: readonly Issue[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  const more = errors.length > 1 ? `, and ${errors.length - 1} more` : '';
  const place =
    first?.line === undefined ? '' : ` at line ${first.line}, column ${first.column ?? 1}`;
  return `Cannot use the recipe: ${first?.detail ?? 'it has errors'}${place}${more}`;
}

function functionNames(plugins: readonly PluginVersion[]): string[] {
  const names = plugins.flatMap(({ name, manifest }) =>
    manifest.functions.map(({ id }) => `${name}.${id}`),
  );
  return [...new Set(names)];
}

/** Texts of all that a recipe imports or runs, however deep, by their path in the store. */
async function gather(
  catalog: Catalog,
  tenant: Tenant,
  { text, path }: RecipeSource,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const looked = new Set<string>([path]);
  let wave = [{ text, path }];
  while (wave.length > 0 && found.size < MAX_SOURCES) {
    const wanted = wave.flatMap((each) => referencesOf(each.text, each.path).paths.flat());
    const fresh = [...new Set(wanted)].filter((each) => !looked.has(each)).slice(0, MAX_SOURCES);
    for (const each of fresh) looked.add(each);
    const texts = await Promise.all(fresh.map((each) => findText(catalog, tenant, each)));
    wave = texts.filter((each) => each !== undefined);
    for (const each of wave) found.set(each.path, each.text);
  }
  return found;
}

async function findText(
  catalog: Catalog,
  tenant: Tenant,
  path: string,
): Promise<{ text: string; path: string } | undefined> {
  const name = nameOf(path);
  const stored = name === undefined ? undefined : await catalog.findRecipe(tenant, name);
  return stored && { text: stored.text, path };
}

/** `recipes/a/b.yaml` is recipe `a/b`. */
export function nameOf(path: string): string | undefined {
  return /^recipes\/(.+?)(?:\.ya?ml|\.json)?$/.exec(path)?.[1];
}

export function pathOf(name: string): string {
  return `recipes/${name}.yaml`;
}
