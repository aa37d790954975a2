/** From a recipe's text to its plan: gathers what the text refers to, compiles, remembers. */
import { ComposerError, failure } from '../core/errors.ts';
import type { Issue } from '../core/errors.ts';
import { canonicalJson, isJsonObject, utf8Length } from '../core/json.ts';
import type { JsonValue } from '../core/json.ts';
import { findPinned } from '../core/plugin/find-function.ts';
import { compileRecipe, referencesOf } from '../core/recipe/compile.ts';
import type { References } from '../core/recipe/compile.ts';
import { parseSource } from '../core/recipe/source.ts';
import type { Catalog, Digest, Digests, PluginVersion, Tenant } from './ports.ts';
import type { CompiledRecipe, PinnedPlan, PlanCache } from './plan-cache.ts';
import { isRunnable } from './tasks/index.ts';

export type { CompiledRecipe, PinnedPlan } from './plan-cache.ts';

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
    /** The catalog's, when they are at hand. */
    plugins?: readonly PluginVersion[],
  ): Promise<PinnedPlan & { readonly warnings: readonly Issue[] }>;
}

const MAX_SOURCES = 100;
/** A plan lies in one row, and rows on Workers hold 2 MB. */
const MAX_PLAN_BYTES = 1_500_000;

export function createRecipes(
  { catalog, digests }: { catalog: Catalog; digests: Digests },
  { plans, references }: PlanCache,
): Recipes {
  /** The catalog gives the same list for as long as nothing in it has changed. */
  const prints = new WeakMap<readonly PluginVersion[], Digest>();

  async function printOf(plugins: readonly PluginVersion[]): Promise<Digest> {
    const known = prints.get(plugins);
    if (known !== undefined) return known;
    const parts = plugins.map(({ name, version, hash }) => [name, version, hash]);
    const print = await digests.sha256(JSON.stringify(parts));
    prints.set(plugins, print);
    return print;
  }

  function lookUp(tenant: Tenant, { path, text }: Text): References {
    const key = `${tenant}\n${path}\n${text}`;
    const known = references.find(key);
    if (known !== undefined) return known;
    const found = referencesOf(text, path);
    references.keep(key, found, key.length);
    return found;
  }

  async function compile(
    tenant: Tenant,
    source: RecipeSource,
    listed?: readonly PluginVersion[],
  ): Promise<CompiledRecipe> {
    const [plugins, { sources, prompts }] = await Promise.all([
      listed ?? catalog.listPlugins(tenant),
      gather(catalog, tenant, source, lookUp),
    ]);
    const texts = [...sources, ...prompts].flat();
    // The tenant too, or how long it takes would tell one what others have compiled.
    const print = await printOf(plugins);
    const closure = [tenant, source.path, source.strict, source.text, texts, print];
    const key = await digests.sha256(JSON.stringify(closure));
    const known = plans.find(key);
    if (known !== undefined) return known;
    const { result, chars } = await compileFresh(source, { sources, prompts }, plugins);
    plans.keep(key, result, chars);
    return result;
  }

  async function compileFresh(
    { text, path, strict }: RecipeSource,
    { sources, prompts }: Closure,
    plugins: readonly PluginVersion[],
  ): Promise<{ readonly result: CompiledRecipe; readonly chars: number }> {
    const { plan, diagnostics } = compileRecipe({
      path,
      text,
      strict,
      sources,
      prompts,
      findFunction: (reference) => findPinned(plugins, reference),
      functionNames: functionNames(plugins),
      isRunnable,
    });
    const findings = JSON.stringify(diagnostics).length;
    if (plan === undefined) return { result: { diagnostics }, chars: findings };
    // SAFETY: a plan is pure JSON by its own invariant.
    const canonical = canonicalJson(plan as unknown as JsonValue);
    if (utf8Length(canonical) > MAX_PLAN_BYTES)
      return { result: { diagnostics: [...diagnostics, tooLarge()] }, chars: findings };
    const pinned = { plan, planHash: await digests.sha256(canonical) };
    return { result: { pinned, diagnostics }, chars: canonical.length + findings };
  }

  return {
    compile: (tenant, source) => compile(tenant, source),
    async planOf(tenant, source, plugins) {
      const { pinned, diagnostics } = await compile(tenant, source, plugins);
      if (pinned !== undefined) return { ...pinned, warnings: diagnostics };
      throw invalidRecipe(diagnostics);
    },
  };
}

export function invalidRecipe(diagnostics: readonly Issue[]): ComposerError {
  return new ComposerError('recipe_invalid', describe(diagnostics), { issues: diagnostics });
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

/** Texts of all that a recipe refers to, however deep: recipes by their path in the store, prompts by name. */
interface Closure {
  readonly sources: ReadonlyMap<string, string>;
  readonly prompts: ReadonlyMap<string, string>;
}

interface Text {
  readonly path: string;
  readonly text: string;
}

async function gather(
  catalog: Catalog,
  tenant: Tenant,
  main: Text,
  lookUp: (tenant: Tenant, text: Text) => References,
): Promise<Closure> {
  const sources = new Map<string, string>();
  const prompts = new Map<string, string>();
  const looked = new Set<string>([main.path]);
  /** What has not been looked for, marked as looked for. */
  const fresh = (paths: readonly string[]) =>
    [...new Set(paths)]
      .filter((path) => !looked.has(path) && looked.add(path))
      .slice(0, MAX_SOURCES);
  let wave: readonly Text[] = [main];
  while (wave.length > 0 && sources.size + prompts.size < MAX_SOURCES) {
    const wanted = wave.map((each) => lookUp(tenant, each));
    const paths = fresh(wanted.flatMap((each) => each.paths.flat()));
    const names = fresh(wanted.flatMap((each) => each.prompts));
    const [recipes, templates] = await Promise.all([
      Promise.all(paths.map((path) => findText(catalog, tenant, path))),
      Promise.all(names.map((name) => findPromptText(catalog, tenant, name))),
    ]);
    for (const { path, text } of recipes.filter(isFound)) sources.set(path, text);
    for (const { path, text } of templates.filter(isFound)) prompts.set(path, text);
    wave = [...recipes, ...templates].filter(isFound);
  }
  return { sources, prompts };
}

function isFound(text: Text | undefined): text is Text {
  return text !== undefined;
}

async function findPromptText(
  catalog: Catalog,
  tenant: Tenant,
  name: string,
): Promise<Text | undefined> {
  const stored = await catalog.findPrompt(tenant, name);
  return stored && { path: name, text: stored.text };
}

async function findText(catalog: Catalog, tenant: Tenant, path: string): Promise<Text | undefined> {
  const name = nameOf(path);
  const stored = name === undefined ? undefined : await catalog.findRecipe(tenant, name);
  return stored && { text: stored.text, path };
}

/** `recipes/a/b.yaml` is recipe `a/b`. */
export function nameOf(path: string): string | undefined {
  return /^recipes\/(.+?)(?:\.ya?ml|\.json)?$/.exec(path)?.[1];
}

/** A text that holds no recipe and cannot be meant to: what others import definitions from. */
export function isLibrary({ pinned, diagnostics }: CompiledRecipe, text: string): boolean {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const [only] = errors;
  if (pinned !== undefined || errors.length !== 1 || only?.code !== 'not_a_recipe') return false;
  const { value } = parseSource(text);
  // A suggestion says that a key looks like a misspelt `recipe` or `nodes`.
  return isJsonObject(value) && Object.keys(value).length > 0 && only.suggestion === undefined;
}

export function pathOf(name: string): string {
  return `recipes/${name}.yaml`;
}
