/** Settings of a tenant, by sections. */
import { Hono } from 'hono';
import * as z from 'zod';
import { ComposerError } from '../../core/errors.ts';
import { isSection, readSettings, SECTIONS } from '../../runtime/settings/sections.ts';
import { MAX_RUN_BYTES, readJson } from '../body.ts';
import { checkBody, checkQuery } from '../input.ts';
import { tenantName, tenantOf } from '../tenant.ts';
import type { SectionName } from '../../runtime/settings/sections.ts';
import type { Services } from '../../runtime/services.ts';
import type { ApiEnv } from '../env.ts';

const ofTenant = z.strictObject({ tenant: tenantName });

export function settingsRoutes({ ports }: Services): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();

  app.get('/:section', async (c) => {
    const tenant = tenantOf(c, checkQuery(c, ofTenant).tenant);
    return c.json(await readSettings(ports, tenant, sectionName(c.req.param('section'))));
  });

  app.put('/:section', async (c) => {
    const tenant = tenantOf(c, checkQuery(c, ofTenant).tenant);
    const name = sectionName(c.req.param('section'));
    const { schema, writer } = SECTIONS[name];
    if (writer === 'operator' && c.get('caller')?.isOperator !== true) {
      throw new ComposerError('forbidden', `Cannot set "${name}": only the operator can`);
    }
    const { value } = await readJson(c, MAX_RUN_BYTES);
    const checked = checkBody(schema, value);
    // As it was put: a default that a later release changes is to change for whoever relied on it.
    await ports.settings.put(tenant, name, value);
    return c.json(checked);
  });

  return app;
}

function sectionName(text: string): SectionName {
  if (isSection(text)) return text;
  const known = Object.keys(SECTIONS).join(', ');
  throw new ComposerError('not_found', `Cannot find section "${text.slice(0, 64)}" of ${known}`);
}
