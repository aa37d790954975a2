/** Plugins: inspecting, storing, listing and trying them out. */
import { Hono } from 'hono';
import * as z from 'zod';
import { ComposerError } from '../../core/errors.ts';
import { MAX_RUN_BYTES, readJson } from '../body.ts';
import { anyJson, checkBody, checkQuery } from '../input.ts';
import { compareVersions } from '../../core/plugin/version.ts';
import { functionName, isSemver, pluginName, semver } from '../names.ts';
import { pageOf, sendPage } from '../page.ts';
import { unwrap } from '../problem.ts';
import { pageQuery } from '../query.ts';
import { showRights } from '../plugin-rights.ts';
import { snakeCase } from '../snake-case.ts';
import { readUpload } from '../upload.ts';
import type { PluginVersion } from '../../runtime/ports.ts';
import type { Services } from '../../runtime/services.ts';
import type { ApiEnv } from '../env.ts';

const noQuery = z.strictObject({});
/** Why the version is not to be used any more; null takes it back. */
const changeBody = z.strictObject({ deprecated: z.string().trim().min(1).max(1_000).nullable() });
const callBody = z.strictObject({
  input: anyJson,
  version: z.string().refine(isSemver, 'must be a semantic version').optional(),
  config: z.record(z.string().max(256), z.string()).optional(),
});

export function pluginRoutes(services: Services): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  addReads(app, services);
  addWrites(app, services);

  app.post('/inspect', async (c) => {
    checkQuery(c, noQuery);
    const { info, ...findings } = await services.inspectPlugin(await readUpload(c));
    const { manifest } = findings;
    const rights = manifest && (await showRights(services.ports, c.get('tenant'), manifest));
    return c.json({
      ...findings,
      ...(info !== undefined && { info: snakeCase(info) }),
      ...rights,
    });
  });

  app.post('/:name/functions/:function/call', async (c) => {
    checkQuery(c, noQuery);
    const name = pluginName(c.req.param('name'));
    const fn = functionName(c.req.param('function'));
    const { input, version, config } = checkBody(
      callBody,
      (await readJson(c, MAX_RUN_BYTES)).value,
    );
    const call = {
      input,
      ...(version !== undefined && { version }),
      ...(config !== undefined && { config }),
    };
    return c.json(unwrap(await services.callFunction(c.get('tenant'), name, fn, call)));
  });

  return app;
}

function addReads(app: Hono<ApiEnv>, { ports }: Services): void {
  const { catalog } = ports;
  app.get('/', async (c) => {
    const query = checkQuery(c, pageQuery);
    const newest = newestOfEach(await catalog.listPlugins(c.get('tenant')));
    const { data, next } = pageOf(newest, (plugin) => plugin.name, query);
    return sendPage(c, { data: data.map(pluginView), next });
  });

  app.get('/:name', async (c) => {
    checkQuery(c, noQuery);
    const name = pluginName(c.req.param('name'));
    const versions = await catalog.listPlugins(c.get('tenant'));
    const [newest] = newestOfEach(versions.filter((plugin) => plugin.name === name));
    if (newest === undefined) throw noPlugin(name);
    return c.json({
      ...pluginView(newest),
      ...(await showRights(ports, c.get('tenant'), newest.manifest)),
    });
  });

  app.get('/:name/versions', async (c) => {
    checkQuery(c, noQuery);
    const name = pluginName(c.req.param('name'));
    const versions = (await catalog.listPlugins(c.get('tenant'))).filter(
      (plugin) => plugin.name === name,
    );
    if (versions.length === 0) throw noPlugin(name);
    return sendPage(c, { data: newestFirst(versions).map(pluginView), next: null });
  });

  app.get('/:name/versions/:version', async (c) => {
    checkQuery(c, noQuery);
    const name = pluginName(c.req.param('name'));
    const version = semver(c.req.param('version'));
    const found = findVersion(await catalog.listPlugins(c.get('tenant')), name, version);
    const rights = await showRights(ports, c.get('tenant'), found.manifest);
    return c.json({ ...pluginView(found), ...rights });
  });
}

function addWrites(app: Hono<ApiEnv>, services: Services): void {
  const { catalog } = services.ports;

  app.put('/:name/versions/:version', async (c) => {
    checkQuery(c, noQuery);
    const name = pluginName(c.req.param('name'));
    const version = semver(c.req.param('version'));
    const plugin = unwrap(
      await services.putPlugin(c.get('tenant'), { name, version, ...(await readUpload(c)) }),
    );
    if (plugin.created)
      c.header('Location', `/v1/plugins/${name}/versions/${encodeURIComponent(version)}`);
    return c.json(pluginView(plugin), plugin.created ? 201 : 200);
  });

  app.patch('/:name/versions/:version', async (c) => {
    checkQuery(c, noQuery);
    const tenant = c.get('tenant');
    const name = pluginName(c.req.param('name'));
    const version = semver(c.req.param('version'));
    const { deprecated } = checkBody(changeBody, (await readJson(c, MAX_RUN_BYTES)).value);
    refuseBundled(findVersion(await catalog.listPlugins(tenant), name, version), 'change');
    if (!(await catalog.deprecatePlugin(tenant, name, version, deprecated))) {
      throw noPlugin(`${name}@${version}`);
    }
    return c.json(pluginView(findVersion(await catalog.listPlugins(tenant), name, version)));
  });

  app.delete('/:name/versions/:version', async (c) => {
    checkQuery(c, noQuery);
    const tenant = c.get('tenant');
    const name = pluginName(c.req.param('name'));
    const version = semver(c.req.param('version'));
    refuseBundled(findVersion(await catalog.listPlugins(tenant), name, version), 'delete');
    if (!(await catalog.deletePlugin(tenant, name, version))) throw noPlugin(`${name}@${version}`);
    return c.body(null, 204);
  });
}

function refuseBundled({ name, version, bundled }: PluginVersion, action: string): void {
  if (!bundled) return;
  throw new ComposerError(
    'forbidden',
    `Cannot ${action} plugin "${name}@${version}": it is bundled`,
  );
}

function pluginView({
  name,
  version,
  hash,
  upload,
  size,
  manifest,
  usesWasi,
  bundled,
  createdAt,
  deprecated,
}: PluginVersion) {
  const created_at = new Date(createdAt).toISOString();
  const about = { name, version, hash, upload, size, uses_wasi: usesWasi, bundled, created_at };
  return { ...about, deprecated: deprecated ?? null, manifest };
}

function newestFirst(plugins: readonly PluginVersion[]): PluginVersion[] {
  return plugins.toSorted((a, b) => compareVersions(b.version, a.version));
}

function rankOf({ version, deprecated }: PluginVersion): number {
  return (deprecated === undefined ? 2 : 0) + (version.includes('-') ? 0 : 1);
}

/** Sorted by name; of each the version that a recipe gets that asks for none. */
function newestOfEach(plugins: readonly PluginVersion[]): PluginVersion[] {
  const newest = new Map<string, PluginVersion>();
  for (const plugin of newestFirst(plugins)) {
    const known = newest.get(plugin.name);
    // A pre-release, or one that is deprecated, only where there is nothing else, as for recipes.
    if (known === undefined || rankOf(plugin) > rankOf(known)) newest.set(plugin.name, plugin);
  }
  return [...newest.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function findVersion(
  plugins: readonly PluginVersion[],
  name: string,
  version: string,
): PluginVersion {
  const found = plugins.find((plugin) => plugin.name === name && plugin.version === version);
  if (found === undefined) throw noPlugin(`${name}@${version}`);
  return found;
}

function noPlugin(reference: string): ComposerError {
  return new ComposerError('plugin_not_found', `Cannot find plugin "${reference}"`);
}
