/** Grants: what a tenant allows a plugin. */
import { Hono } from 'hono';
import * as z from 'zod';
import { ComposerError } from '../../core/errors.ts';
import { callLimits } from '../../core/plugin/manifest-schema.ts';
import { parseHostGrant } from '../../runtime/egress/hosts.ts';
import { NO_GRANT } from '../../runtime/plugin-rights.ts';
import { MAX_RUN_BYTES, readJson } from '../body.ts';
import { checkBody, checkQuery } from '../input.ts';
import { pluginName } from '../names.ts';
import type { Services } from '../../runtime/services.ts';
import type { ApiEnv } from '../env.ts';

const noQuery = z.strictObject({});
const name = z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]{0,127}$/, 'must be a name');
const host = z
  .string()
  .max(270)
  .refine((text) => parseHostGrant(text) !== undefined, 'must be a host, as api.example.com');
const grantBody = z.strictObject({
  hosts: z.array(host).max(64).default([]),
  secrets: z.array(name).max(64).default([]),
  config: z
    .record(name, z.string().max(16_384))
    .refine((config) => Object.keys(config).length <= 64, 'must have at most 64 names')
    .default({}),
  wasi: z.boolean().default(true),
  limits: callLimits.default({}),
});

export function grantRoutes({ ports: { catalog, grants } }: Services): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();

  app.get('/:name/grant', async (c) => {
    checkQuery(c, noQuery);
    const plugin = pluginName(c.req.param('name'));
    return c.json((await grants.find(c.get('tenant'), plugin)) ?? NO_GRANT);
  });

  /** May come before the plugin, so that its first call finds it. */
  app.put('/:name/grant', async (c) => {
    checkQuery(c, noQuery);
    const tenant = c.get('tenant');
    const plugin = pluginName(c.req.param('name'));
    const grant = checkBody(grantBody, (await readJson(c, MAX_RUN_BYTES)).value);
    const plugins = await catalog.listPlugins(tenant);
    if (plugins.some((each) => each.name === plugin && each.bundled)) {
      throw new ComposerError('forbidden', `Cannot grant "${plugin}" anything: it is bundled`);
    }
    const { created } = await grants.put(tenant, plugin, grant);
    return c.json(grant, created ? 201 : 200);
  });

  app.delete('/:name/grant', async (c) => {
    checkQuery(c, noQuery);
    const plugin = pluginName(c.req.param('name'));
    if (await grants.delete(c.get('tenant'), plugin)) return c.body(null, 204);
    throw new ComposerError('not_found', `Cannot find a grant of plugin "${plugin}"`);
  });

  return app;
}
