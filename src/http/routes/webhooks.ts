/** Webhooks: addresses that are told what becomes of runs, and what was sent to them. */
import { Hono } from 'hono';
import * as z from 'zod';
import { ComposerError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import { WEBHOOK_EVENTS } from '../../runtime/ports/webhooks.ts';
import type { Delivery } from '../../runtime/ports/webhooks.ts';
import { makeWebhookSecret } from '../../runtime/webhook-secret.ts';
import { addressFault, isOwn, listWebhooks, ownSecret, specOf } from '../../runtime/webhooks.ts';
import type { WebhookSpec } from '../../runtime/webhooks.ts';
import { MAX_RUN_BYTES, readJson } from '../body.ts';
import { checkBody, checkQuery } from '../input.ts';
import { isRecipeName } from '../names.ts';
import { pageOf, sendPage } from '../page.ts';
import { unwrap } from '../problem.ts';
import { pageQuery } from '../query.ts';
import type { Context } from 'hono';
import type { Endpoint } from '../../runtime/ports/endpoints.ts';
import type { Services } from '../../runtime/services.ts';
import type { ApiEnv } from '../env.ts';

const noQuery = z.strictObject({});
const deliveryQuery = pageQuery.extend({
  status: z.enum(['pending', 'delivered', 'failed']).optional(),
});
const webhookBody = z.strictObject({
  name: z.string().min(1).max(128).optional(),
  url: z.string().min(1).max(2_048),
  events: z
    .array(z.enum(WEBHOOK_EVENTS))
    .min(1)
    .default([...WEBHOOK_EVENTS]),
  recipes: z
    .array(z.string().refine(isRecipeName, 'must be the name of a recipe'))
    .min(1)
    .max(100)
    .optional(),
  secret: z.string().max(256).optional(),
  paused: z.boolean().default(false),
});

export function webhookRoutes(services: Services): Hono<ApiEnv> {
  const { ports } = services;
  const { endpoints, deliveries, ids } = ports;
  const app = new Hono<ApiEnv>();

  app.post('/', async (c) => {
    const { spec, secret } = await readWebhook(c, services);
    const tenant = c.get('tenant');
    const made = secret ?? makeWebhookSecret(ids.random);
    const id = ids.next('whk');
    const webhook = unwrap(await endpoints.create(tenant, 'webhook', { id, spec, secret: made }));
    await deliveries.webhooksChanged(tenant);
    c.header('Location', `/v1/webhooks/${id}`);
    return c.json({ ...view(webhook), ...(secret === undefined && { secret: made }) }, 201);
  });

  app.get('/', async (c) => {
    const all = await listWebhooks(ports, c.get('tenant'));
    const { data, next } = pageOf(all, ({ id }) => id, checkQuery(c, pageQuery));
    return sendPage(c, {
      data: data.map(({ spec, ...rest }) => view({ ...rest, spec: { ...spec } as JsonObject })),
      next,
    });
  });

  app.get('/secret', async (c) => {
    checkQuery(c, noQuery);
    return c.json({ secret: unwrap(await ownSecret(ports, c.get('tenant'))) });
  });

  app.get('/:id', async (c) => {
    checkQuery(c, noQuery);
    return c.json(view(await getWebhook(c, services)));
  });

  app.put('/:id', async (c) => {
    const { id } = await getWebhook(c, services);
    const { spec, secret } = await readWebhook(c, services);
    const tenant = c.get('tenant');
    const put = { id, spec, ...(secret !== undefined && { secret }) };
    const webhook = await endpoints.replace(tenant, 'webhook', put);
    if (webhook === undefined) throw missing();
    await deliveries.webhooksChanged(tenant);
    return c.json(view(webhook));
  });

  app.delete('/:id', async (c) => {
    checkQuery(c, noQuery);
    const { id } = await getWebhook(c, services);
    await endpoints.delete(c.get('tenant'), 'webhook', id);
    await deliveries.webhooksChanged(c.get('tenant'));
    return c.body(null, 204);
  });

  app.route('/', deliveryRoutes(services));
  return app;
}

function deliveryRoutes(services: Services): Hono<ApiEnv> {
  const { deliveries } = services.ports;
  const app = new Hono<ApiEnv>();

  app.get('/:id/deliveries', async (c) => {
    const { limit, cursor, status } = checkQuery(c, deliveryQuery);
    const { id } = await getWebhook(c, services);
    const found = await deliveries.list(c.get('tenant'), {
      webhook: id,
      limit: limit + 1,
      ...(cursor !== undefined && { cursor }),
      ...(status !== undefined && { status }),
    });
    const data = found.slice(0, limit);
    const next = found.length > limit ? (data.at(-1)?.id ?? null) : null;
    return sendPage(c, { data: data.map(deliveryView), next });
  });

  app.post('/:id/deliveries/:delivery/resend', async (c) => {
    checkQuery(c, noQuery);
    await getWebhook(c, services);
    const again = await deliveries.resend(c.get('tenant'), c.req.param('delivery'));
    return c.json(deliveryView(unwrap(again)), 202);
  });

  return app;
}

async function getWebhook(c: Context<ApiEnv, '/:id'>, { ports }: Services): Promise<Endpoint> {
  const id = c.req.param('id');
  const found = isOwn(id) ? undefined : await ports.endpoints.find(c.get('tenant'), 'webhook', id);
  if (found === undefined) throw missing();
  return found;
}

function missing(): ComposerError {
  return new ComposerError('webhook_not_found', 'Cannot find the webhook');
}

async function readWebhook(
  c: Context<ApiEnv>,
  { ports }: Services,
): Promise<{ readonly spec: JsonObject; readonly secret: string | undefined }> {
  checkQuery(c, noQuery);
  const { value } = await readJson(c, MAX_RUN_BYTES);
  const { secret, name, recipes, events, url, paused } = checkBody(webhookBody, value);
  const fault = secret === undefined ? undefined : ports.signatures.secretFault('standard', secret);
  if (fault !== undefined)
    throw new ComposerError('bad_request', `Cannot use the secret: it ${fault}`);
  const wrong = addressFault(ports, url);
  if (wrong !== undefined) throw new ComposerError('http_denied', wrong);
  const spec = {
    url,
    events: [...new Set(events)],
    paused,
    ...(name !== undefined && { name }),
    ...(recipes !== undefined && { recipes }),
  };
  return { spec, secret };
}

function view({ id, spec, createdAt, updatedAt }: Endpoint) {
  const { url, events, name, recipes, paused }: WebhookSpec = specOf(spec);
  return {
    id,
    ...(name !== undefined && { name }),
    url,
    events,
    ...(recipes !== undefined && { recipes }),
    paused,
    created_at: iso(createdAt),
    updated_at: iso(updatedAt),
  };
}

function deliveryView(delivery: Delivery) {
  const { id, webhook, url, event, run, status, attempts, createdAt, nextAt, last } = delivery;
  return {
    id,
    webhook_id: webhook ?? null,
    url,
    event,
    run_id: run,
    status,
    attempts,
    created_at: iso(createdAt),
    next_at: nextAt === undefined ? null : iso(nextAt),
    ...(last !== undefined && { last: { ...last, at: iso(last.at) } }),
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
