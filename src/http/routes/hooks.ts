/** Hooks: addresses that others call, to start a run or to give an event to one. */
import { Hono } from 'hono';
import * as z from 'zod';
import { ComposerError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import { checkHook, makeHookId, receiveHook } from '../../runtime/hooks.ts';
import type { HookAction, HookSpec } from '../../runtime/hooks.ts';
import { makeWebhookSecret } from '../../runtime/webhook-secret.ts';
import { decodeUtf8, MAX_RUN_BYTES, readBody, readJson } from '../body.ts';
import { parseJson } from '../json-text.ts';
import { anyJson, anyObject, checkBody, checkQuery } from '../input.ts';
import { EVENT_RULE, isEventName, isRecipeName } from '../names.ts';
import { pageOf, sendPage } from '../page.ts';
import { publicUrl } from '../public-url.ts';
import { unwrap } from '../problem.ts';
import { pageQuery } from '../query.ts';
import { runOptions } from '../submit.ts';
import type { Context } from 'hono';
import type { Endpoint } from '../../runtime/ports/endpoints.ts';
import type { Services } from '../../runtime/services.ts';
import type { ApiEnv, Settings } from '../env.ts';

const noQuery = z.strictObject({});
const expression = z.string().min(1).max(2_000);
const hookBody = z
  .strictObject({
    name: z.string().min(1).max(128).optional(),
    scheme: z.enum(['standard', 'github', 'stripe']).default('standard'),
    /** Never shown again. Made when it is left out. */
    secret: z.string().min(1).max(256).optional(),
    when: expression.optional(),
    recipe: z.string().refine(isRecipeName, 'must be the name of a recipe').optional(),
    version: z.int().min(1).optional(),
    inputs: anyObject.optional(),
    labels: runOptions.labels,
    event: z.string().refine(isEventName, EVENT_RULE).optional(),
    run: expression.optional(),
    payload: anyJson.optional(),
  })
  .superRefine((given, context) => {
    const { recipe, event, run } = given;
    const fault = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if ((recipe === undefined) === (event === undefined)) {
      fault('recipe', 'give either "recipe", to start a run, or "event", to reach one that waits');
    }
    if (event !== undefined && run === undefined) fault('run', 'say which run the event is for');
    const foreign = recipe === undefined ? ['version', 'inputs'] : ['run', 'payload'];
    for (const key of foreign) {
      if (key in given)
        fault(key, `does not go with "${recipe === undefined ? 'event' : 'recipe'}"`);
    }
  });

export function hookRoutes(services: Services, settings: Settings): Hono<ApiEnv> {
  const { ports } = services;
  const { endpoints } = ports;
  const app = new Hono<ApiEnv>();

  app.post('/', async (c) => {
    const { spec, secret } = await readHook(c, services);
    const tenant = c.get('tenant');
    const id = unwrap(await makeHookId(ports, tenant));
    const made = secret ?? makeWebhookSecret(ports.ids.random);
    const hook = unwrap(await endpoints.create(tenant, 'hook', { id, spec, secret: made }));
    c.header('Location', `/v1/hooks/${id}`);
    const shown = secret === undefined ? { secret: made } : {};
    return c.json({ ...view(hook, publicUrl(c, settings)), ...shown }, 201);
  });

  app.get('/', async (c) => {
    const query = checkQuery(c, pageQuery.extend({ cursor: z.string().max(256).optional() }));
    const all = await endpoints.list(c.get('tenant'), 'hook');
    const { data, next } = pageOf(all, ({ id }) => id, query);
    const base = publicUrl(c, settings);
    return sendPage(c, { data: data.map((hook) => view(hook, base)), next });
  });

  app.get('/:id', async (c) => {
    checkQuery(c, noQuery);
    const hook = await endpoints.find(c.get('tenant'), 'hook', c.req.param('id'));
    return c.json(view(known(hook), publicUrl(c, settings)));
  });

  app.put('/:id', async (c) => {
    const { spec, secret } = await readHook(c, services);
    const id = c.req.param('id');
    const put = { id, spec, ...(secret !== undefined && { secret }) };
    const hook = await endpoints.replace(c.get('tenant'), 'hook', put);
    return c.json(view(known(hook), publicUrl(c, settings)));
  });

  app.delete('/:id', async (c) => {
    checkQuery(c, noQuery);
    if (await endpoints.delete(c.get('tenant'), 'hook', c.req.param('id'))) {
      return c.body(null, 204);
    }
    throw missing();
  });

  app.post('/:id', async (c) => receive(c, services));

  return app;
}

/** The signature is checked over the body as it came, before anything of it is believed. */
async function receive(c: Context<ApiEnv, '/:id'>, services: Services): Promise<Response> {
  const { bytes } = await readBody(c, { types: ['application/json'], maxBytes: MAX_RUN_BYTES });
  const text = decodeUtf8(bytes);
  const query = Object.fromEntries(new URL(c.req.url).searchParams);
  const answer = unwrap(
    await receiveHook(services, c.req.param('id'), {
      headers: c.req.raw.headers,
      query,
      text,
      body: parseJson(text),
    }),
  );
  if (!('run' in answer)) return c.json(answer, 'ignored' in answer ? 200 : 202);
  if (answer.replayed) c.header('Idempotent-Replayed', 'true');
  return c.json({ run_id: answer.run }, 202);
}

async function readHook(
  c: Context<ApiEnv>,
  services: Services,
): Promise<{ readonly spec: JsonObject; readonly secret: string | undefined }> {
  checkQuery(c, noQuery);
  const { value } = await readJson(c, MAX_RUN_BYTES);
  const { name, scheme, when, secret, ...action } = checkBody(hookBody, value);
  const fault =
    secret === undefined ? undefined : services.ports.signatures.secretFault(scheme, secret);
  if (fault !== undefined)
    throw new ComposerError('bad_request', `Cannot use the secret: it ${fault}`);
  const spec: HookSpec = {
    scheme,
    action: actionOf(action),
    ...(name !== undefined && { name }),
    ...(when !== undefined && { when }),
  };
  unwrap(await checkHook(services, c.get('tenant'), spec));
  return { spec: { ...spec, action: { ...spec.action } }, secret };
}

function actionOf(
  given: Omit<z.output<typeof hookBody>, 'name' | 'scheme' | 'when' | 'secret'>,
): HookAction {
  const { recipe, version, inputs, labels, event, run, payload } = given;
  if (recipe === undefined) {
    return {
      type: 'event',
      event: event ?? '',
      run: run ?? '',
      ...(payload !== undefined && { payload }),
    };
  }
  return {
    type: 'run',
    recipe,
    inputs: inputs ?? {},
    labels,
    ...(version !== undefined && { version }),
  };
}

function known(hook: Endpoint | undefined): Endpoint {
  if (hook === undefined) throw missing();
  return hook;
}

function missing(): ComposerError {
  return new ComposerError('hook_not_found', 'Cannot find the hook');
}

function view({ id, spec, createdAt, updatedAt }: Endpoint, base: string) {
  // SAFETY: written from a HookSpec.
  const { action, ...rest } = spec as unknown as HookSpec;
  const { type: _type, ...does } = action;
  return {
    id,
    url: `${base}/v1/hooks/${id}`,
    ...rest,
    ...does,
    created_at: new Date(createdAt).toISOString(),
    updated_at: new Date(updatedAt).toISOString(),
  };
}
