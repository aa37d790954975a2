/** What is done to runs: pausing, going on, trying again, doing again; one by one or many at once. */
import { Hono } from 'hono';
import * as z from 'zod';
import { PRIORITY } from '../../core/recipe/schema/recipe.ts';
import { RUN_STATUSES } from '../../core/run/events.ts';
import { MAX_RUN_BYTES, readJson } from '../body.ts';
import { anyJson, anyObject, checkBody, checkQuery } from '../input.ts';
import { isRecipeName, runId } from '../names.ts';
import { unwrap } from '../problem.ts';
import { instant, labelPair } from '../query.ts';
import { answerRun, idempotencyOf, labels } from '../submit.ts';
import { runView } from '../views.ts';
import type { Context } from 'hono';
import type { ActOptions, RunConditions } from '../../runtime/ports.ts';
import type { Services } from '../../runtime/services.ts';
import type { ApiEnv } from '../env.ts';

const noQuery = z.strictObject({});
const ACTIONS = ['cancel', 'pause', 'resume', 'retry'] as const;
const MAX_BULK = 1_000;

const replayBody = z.strictObject({
  from: z.string().min(1).max(1_000).optional(),
  item: anyJson.optional(),
  inputs: anyObject.default({}),
  labels: labels.optional(),
  version: z.union([z.enum(['same', 'latest']), z.number().int().min(1)]).default('same'),
  priority: z.number().int().min(PRIORITY.min).max(PRIORITY.max).optional(),
});
const replay = replayBody.refine(({ from, item }) => item === undefined || from !== undefined, {
  error: 'needs "from", the item that it takes the place of',
  path: ['item'],
});

const filter = z
  .strictObject({
    recipe: z.string().refine(isRecipeName, 'must be the name of a recipe').optional(),
    status: z.enum(RUN_STATUSES).optional(),
    label: labelPair.optional(),
    created: z.strictObject({ gte: instant.optional(), lt: instant.optional() }).optional(),
  })
  .refine((given) => Object.keys(given).length > 0, 'must name at least one condition');

const bulkBody = z.strictObject({
  action: z.enum([...ACTIONS, 'discard']),
  filter,
  limit: z.number().int().min(1).max(MAX_BULK).default(MAX_BULK),
});

export function runActionRoutes(services: Services): Hono<ApiEnv> {
  const { runs } = services.ports;
  const app = new Hono<ApiEnv>();

  for (const action of ACTIONS) {
    app.post(`/:id/${action}`, async (c) => {
      checkQuery(c, noQuery);
      const options = action === 'cancel' ? await cancelOptions(c) : undefined;
      const id = runId(c.req.param('id'));
      const view = unwrap(await runs.act(c.get('tenant'), id, action, options));
      return c.json(runView(view), 202);
    });
  }

  app.post('/:id/replay', async (c) => {
    checkQuery(c, noQuery);
    const { value, bytes } = await readJson(c, MAX_RUN_BYTES);
    checkBody(replayBody, value);
    const { from, item, priority, labels: given, ...rest } = checkBody(replay, value);
    const idempotency = await idempotencyOf(c, services, bytes);
    const point = from === undefined ? undefined : { from, ...(item !== undefined && { item }) };
    const replayed = await services.replay(c.get('tenant'), runId(c.req.param('id')), {
      ...rest,
      ...(point && { point }),
      ...(given && { labels: given }),
      ...(priority !== undefined && { priority }),
      ...(idempotency && { idempotency }),
    });
    return answerRun(c, services, unwrap(replayed));
  });

  app.post('/bulk', async (c) => {
    checkQuery(c, noQuery);
    const { value } = await readJson(c, MAX_RUN_BYTES);
    const { filter: given, ...order } = checkBody(bulkBody, value);
    const done = await runs.bulk(c.get('tenant'), { ...order, filter: conditionsOf(given) });
    return c.json({ changed: done.changed, has_more: done.hasMore }, 202);
  });

  return app;
}

const cancelBody = z.strictObject({ rollback: z.boolean().default(false) });

/** The body may be missing altogether. */
async function cancelOptions(c: Context<ApiEnv>): Promise<ActOptions | undefined> {
  if (c.req.header('content-type') === undefined) return undefined;
  const { value } = await readJson(c, MAX_RUN_BYTES);
  return checkBody(cancelBody, value);
}

export function queueRoutes({ ports }: Services): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.get('/', async (c) => {
    checkQuery(c, noQuery);
    return c.json(await ports.runs.queue(c.get('tenant')));
  });
  return app;
}

interface GivenConditions {
  readonly recipe?: string | undefined;
  readonly status?: (typeof RUN_STATUSES)[number] | undefined;
  readonly label?: RunConditions['label'] | undefined;
  readonly created?:
    | { readonly gte?: number | undefined; readonly lt?: number | undefined }
    | undefined;
}

export function conditionsOf(given: GivenConditions): RunConditions {
  const { recipe, status, label, created } = given;
  return {
    ...(recipe !== undefined && { recipe }),
    ...(status !== undefined && { status }),
    ...(label !== undefined && { label }),
    ...(created?.gte !== undefined && { createdFrom: created.gte }),
    ...(created?.lt !== undefined && { createdBefore: created.lt }),
  };
}
