/** API keys: making, listing, changing and revoking them. */
import { Hono } from 'hono';
import * as z from 'zod';
import { ComposerError } from '../../core/errors.ts';
import { SCOPES } from '../../core/scopes.ts';
import { createKey } from '../../runtime/keys/keys.ts';
import { MAX_RUN_BYTES, readJson } from '../body.ts';
import { checkBody, checkQuery } from '../input.ts';
import { pageOf, sendPage } from '../page.ts';
import { unwrap } from '../problem.ts';
import { pageQuery } from '../query.ts';
import { tenantName, tenantOf } from '../tenant.ts';
import type { EpochMs, Tenant } from '../../runtime/ports.ts';
import type { KeyEntry } from '../../runtime/ports/keys.ts';
import type { Services } from '../../runtime/services.ts';
import type { ApiEnv } from '../env.ts';

const ofTenant = z.strictObject({ tenant: tenantName });
const listQuery = pageQuery.extend({ tenant: tenantName });

const name = z.string().trim().min(1).max(100);
const scopes = z.array(z.enum(SCOPES)).min(1).max(SCOPES.length);
const groups = z.array(z.string().trim().min(1).max(128)).max(50);
const expiresAt = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const newKey = z.strictObject({
  name,
  scopes,
  /** For which it decides approvals. */
  groups: groups.optional(),
  expires_at: expiresAt.optional(),
  tenant: tenantName,
});
const change = z.strictObject({
  name: name.optional(),
  scopes: scopes.optional(),
  /** Null takes the end back. */
  expires_at: expiresAt.nullable().optional(),
});

export function keyRoutes({ ports }: Services): Hono<ApiEnv> {
  const { keys, clock } = ports;
  const app = new Hono<ApiEnv>();

  app.post('/', async (c) => {
    checkQuery(c, z.strictObject({}));
    const body = checkBody(newKey, (await readJson(c, MAX_RUN_BYTES)).value);
    const tenant = tenantOf(c, body.tenant);
    checkExpiry(body.expires_at, clock.now());
    const issued = await createKey(ports, tenant, {
      name: body.name,
      scopes: [...new Set(body.scopes)],
      ...(body.groups !== undefined && { groups: body.groups }),
      ...(body.expires_at !== undefined && { expiresAt: body.expires_at }),
    });
    const { text, ...entry } = unwrap(issued);
    c.header('Location', `/v1/keys/${entry.id}`);
    return c.json({ ...view(tenant, entry), key: text }, 201);
  });

  app.get('/', async (c) => {
    const query = checkQuery(c, listQuery);
    const tenant = tenantOf(c, query.tenant);
    const { data, next } = pageOf(await keys.list(tenant), ({ id }) => id, query);
    return sendPage(c, { data: data.map((key) => view(tenant, key)), next });
  });

  app.get('/:id', async (c) => {
    const tenant = tenantOf(c, checkQuery(c, ofTenant).tenant);
    const id = c.req.param('id');
    const key = (await keys.list(tenant)).find((each) => each.id === id);
    if (key === undefined) throw noKey(id);
    return c.json(view(tenant, key));
  });

  app.patch('/:id', async (c) => {
    const tenant = tenantOf(c, checkQuery(c, ofTenant).tenant);
    const body = checkBody(change, (await readJson(c, MAX_RUN_BYTES)).value);
    checkExpiry(body.expires_at ?? undefined, clock.now());
    const id = c.req.param('id');
    const changed = await keys.change(tenant, id, {
      ...(body.name !== undefined && { name: body.name }),
      ...(body.scopes !== undefined && { scopes: [...new Set(body.scopes)] }),
      ...(body.expires_at !== undefined && { expiresAt: body.expires_at }),
    });
    if (changed === undefined) throw noKey(id);
    return c.json(view(tenant, changed));
  });

  app.delete('/:id', async (c) => {
    const tenant = tenantOf(c, checkQuery(c, ofTenant).tenant);
    const id = c.req.param('id');
    if (!(await keys.delete(tenant, id))) throw noKey(id);
    return c.body(null, 204);
  });

  return app;
}

function checkExpiry(at: EpochMs | undefined, now: EpochMs): void {
  if (at === undefined || at > now) return;
  const detail = '"/expires_at" is not valid: it is past';
  const issue = {
    severity: 'error',
    code: 'invalid_value',
    detail,
    pointer: '/expires_at',
  } as const;
  throw new ComposerError('bad_request', `Cannot read the body: ${detail}`, { issues: [issue] });
}

function view(tenant: Tenant, key: KeyEntry) {
  return {
    id: key.id,
    tenant,
    name: key.name,
    scopes: key.scopes,
    groups: key.groups ?? null,
    created_at: instant(key.createdAt),
    expires_at: instant(key.expiresAt),
    last_used_at: instant(key.lastUsedAt),
  };
}

function instant(at: EpochMs | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString();
}

function noKey(id: string): ComposerError {
  return new ComposerError('key_not_found', `Cannot find key "${id.slice(0, 64)}"`);
}
