/** Stored recipes: texts under names, with versions, and runs of them. */
import { Hono } from 'hono';
import * as z from 'zod';
import { ComposerError } from '../../core/errors.ts';
import { MAX_RECIPE_BYTES, MAX_RUN_BYTES, readOptionalJson, readText } from '../body.ts';
import { entityTag, isNotModified, writeCondition } from '../conditions.ts';
import { checkBody, checkQuery } from '../input.ts';
import { recipeName } from '../names.ts';
import { pageOf, sendPage } from '../page.ts';
import { unwrap } from '../problem.ts';
import { pageQuery, positive } from '../query.ts';
import { runOptions, submitRun } from '../submit.ts';
import type { Context } from 'hono';
import type { RecipeVersion, StoredRecipe } from '../../runtime/ports.ts';
import type { Services } from '../../runtime/services.ts';
import type { ApiEnv } from '../env.ts';

export const RECIPE_TYPES = ['application/yaml', 'text/yaml', 'application/json'];
export const strictQuery = z.strictObject({
  strict: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true'),
});
const noQuery = z.strictObject({});
const versionQuery = z.strictObject({ version: positive.optional() });
const runBody = z.strictObject({ ...runOptions, version: z.int().min(1).optional() });

export function recipeRoutes(services: Services): Hono<ApiEnv> {
  const { catalog } = services.ports;
  const app = new Hono<ApiEnv>();

  app.get('/', async (c) => {
    const query = checkQuery(c, pageQuery);
    const all = await catalog.listRecipes(c.get('tenant'));
    const { data, next } = pageOf(all, (recipe) => recipe.name, query);
    return sendPage(c, { data: data.map(recipeView), next });
  });

  app.put('/:name', async (c) => {
    const name = recipeName(c.req.param('name'));
    const { strict } = checkQuery(c, strictQuery);
    const tenant = c.get('tenant');
    const ifMatch = await writeCondition(
      c.req.raw.headers,
      async () => (await catalog.findRecipe(tenant, name))?.digest,
    );
    const text = await readText(c, { types: RECIPE_TYPES, maxBytes: MAX_RECIPE_BYTES });
    const options = ifMatch === undefined ? { strict } : { strict, ifMatch };
    const recipe = unwrap(await services.putRecipe(tenant, name, text, options));
    const { created, diagnostics } = recipe;
    c.header('ETag', entityTag(recipe.digest));
    if (created) c.header('Location', pathOf(name));
    return c.json({ ...recipeView(recipe), diagnostics }, created ? 201 : 200);
  });

  app.get('/:name', async (c) => {
    const { version } = checkQuery(c, versionQuery);
    const recipe = await getRecipe(services, c, version);
    const tag = entityTag(recipe.digest);
    const headers = { ETag: tag, 'Recipe-Version': String(recipe.version) };
    if (isNotModified(c.req.raw.headers, tag)) return c.body(null, 304, headers);
    return c.body(recipe.text, 200, { ...headers, 'Content-Type': typeOf(recipe.text) });
  });

  app.delete('/:name', async (c) => {
    checkQuery(c, noQuery);
    const name = recipeName(c.req.param('name'));
    const tenant = c.get('tenant');
    const current = async (): Promise<string | undefined> =>
      (await catalog.findRecipe(tenant, name))?.digest;
    const ifMatch = await writeCondition(c.req.raw.headers, current);
    if (ifMatch === null)
      throw new ComposerError('bad_request', 'Cannot delete with If-None-Match');
    const digest = ifMatch === '*' ? undefined : ifMatch;
    if (await catalog.deleteRecipe(tenant, name, digest)) return c.body(null, 204);
    if (digest === undefined || (await current()) === undefined) throw noRecipe(name);
    throw new ComposerError(
      'precondition_failed',
      `Cannot delete recipe "${name}": it has another text`,
    );
  });

  app.get('/:name/versions', async (c) => {
    const query = checkQuery(c, pageQuery);
    const name = recipeName(c.req.param('name'));
    const versions = await catalog.listRecipeVersions(c.get('tenant'), name);
    if (versions.length === 0) throw noRecipe(name);
    const newestFirst = versions.toSorted((a, b) => b.version - a.version);
    const { data, next } = pageOf(newestFirst, ({ version }) => descending(version), query);
    return sendPage(c, { data: data.map(recipeView), next });
  });

  app.get('/:name/schema', async (c) => {
    const { version } = checkQuery(c, versionQuery);
    const name = recipeName(c.req.param('name'));
    return c.json(unwrap(await services.inputsSchema(c.get('tenant'), name, version)));
  });

  app.post('/:name/runs', async (c) => {
    checkQuery(c, noQuery);
    const recipe = recipeName(c.req.param('name'));
    const { value, bytes } = await readOptionalJson(c, MAX_RUN_BYTES);
    const { version, ...options } = checkBody(runBody, value);
    const request = version === undefined ? { recipe } : { recipe, version };
    return submitRun(c, services, { request, options, bytes });
  });

  return app;
}

async function getRecipe(
  { ports }: Services,
  c: Context<ApiEnv, '/:name'>,
  version: number | undefined,
): Promise<StoredRecipe> {
  const name = recipeName(c.req.param('name'));
  const recipe = await ports.catalog.findRecipe(c.get('tenant'), name, version);
  if (recipe === undefined) throw noRecipe(name, version);
  return recipe;
}

function recipeView({ name, version, digest, createdAt }: RecipeVersion) {
  return { name, version, digest, created_at: new Date(createdAt).toISOString() };
}

function noRecipe(name: string, version?: number): ComposerError {
  const which = version === undefined ? '' : ` in version ${version}`;
  return new ComposerError('recipe_not_found', `Cannot find recipe "${name}"${which}`);
}

function pathOf(name: string): string {
  return `/v1/recipes/${encodeURIComponent(name)}`;
}

/** The type is the text's own: YAML keeps comments, and JSON is told by how it starts. */
function typeOf(text: string): string {
  return /^\s*\{/.test(text) && isJson(text) ? 'application/json' : 'application/yaml';
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A key by which a higher version sorts first, and a cursor at once. */
function descending(version: number): string {
  return String(Number.MAX_SAFE_INTEGER - version).padStart(16, '0');
}
