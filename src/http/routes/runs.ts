/** Runs: starting one of an inline recipe, listing, reading. */
import { Hono } from 'hono';
import * as z from 'zod';
import { ComposerError } from '../../core/errors.ts';
import { isFinal, RUN_STATUSES } from '../../core/run/events.ts';
import { MAX_RUN_BYTES, readJson } from '../body.ts';
import { anyObject, checkBody, checkQuery } from '../input.ts';
import { isRecipeName, runId } from '../names.ts';
import { sendPage } from '../page.ts';
import { unwrap } from '../problem.ts';
import { cursor, instant, labelPair, limit } from '../query.ts';
import { conditionsOf } from './run-actions.ts';
import { runOptions, submitRun } from '../submit.ts';
import { nodeView, runView } from '../views.ts';
import type { Context } from 'hono';
import type { JsonObject } from '../../core/json.ts';
import type { RunView } from '../../core/run/view.ts';
import type { RunFilter, Runs, Tenant } from '../../runtime/ports.ts';
import type { Services } from '../../runtime/services.ts';
import type { ApiEnv } from '../env.ts';

const noQuery = z.strictObject({});
const listQuery = z.strictObject({
  recipe: z.string().refine(isRecipeName, 'must be the name of a recipe').optional(),
  status: z.enum(RUN_STATUSES).optional(),
  label: labelPair.optional(),
  'created[gte]': instant.optional(),
  'created[lt]': instant.optional(),
  limit,
  cursor,
});
const inlineBody = z.strictObject({
  /** The recipe itself, as an object or as YAML text. */
  recipe: z.union([z.string().min(1), anyObject]),
  ...runOptions,
});

export function runRoutes(services: Services): Hono<ApiEnv> {
  const { runs } = services.ports;
  const app = new Hono<ApiEnv>();

  app.post('/', async (c) => {
    checkQuery(c, noQuery);
    const { value, bytes } = await readJson(c, MAX_RUN_BYTES);
    const { recipe, ...options } = checkBody(inlineBody, value);
    const source = typeof recipe === 'string' ? recipe : JSON.stringify(recipe);
    return submitRun(c, services, { request: { source }, options, bytes });
  });

  app.get('/', async (c) => {
    const { cursor: after, limit: size, ...given } = checkQuery(c, listQuery);
    const created = { gte: given['created[gte]'], lt: given['created[lt]'] };
    return sendPage(
      c,
      await listPage(runs, c.get('tenant'), {
        limit: size,
        ...conditionsOf({ ...given, created }),
        ...(after !== undefined && { cursor: runId(after) }),
      }),
    );
  });

  app.get('/:id', async (c) => c.json(runView(await getRun(runs, c))));
  app.get('/:id/metrics', async (c) => c.json(metricsOf(await getRun(runs, c))));
  app.get('/:id/result', async (c) => c.json(resultOf(await getRun(runs, c))));

  app.get('/:id/nodes/:node', async (c) => {
    checkQuery(c, noQuery);
    const nodes = unwrap(
      await runs.findNode(c.get('tenant'), runId(c.req.param('id')), c.req.param('node')),
    );
    return c.json({ data: nodes.map(nodeView) });
  });

  return app;
}

/** A full page is followed by one look whether anything comes after it. */
async function listPage(runs: Runs, tenant: Tenant, filter: RunFilter) {
  const data = await runs.list(tenant, filter);
  const last = data.at(-1);
  if (last === undefined || data.length < filter.limit) return { data, next: null };
  const beyond = await runs.list(tenant, { ...filter, limit: 1, cursor: last.id });
  return { data, next: beyond.length > 0 ? last.id : null };
}

async function getRun(runs: Runs, c: Context<ApiEnv, '/:id'>): Promise<RunView> {
  checkQuery(c, noQuery);
  const id = runId(c.req.param('id'));
  const view = await runs.find(c.get('tenant'), id);
  if (view === undefined) throw new ComposerError('run_not_found', `Cannot find run "${id}"`);
  return view;
}

function metricsOf(view: RunView) {
  if ('metrics' in view) return view.metrics;
  throw new ComposerError(
    'run_not_finished',
    `Cannot give the metrics of run "${view.id}": it never started, its status is "${view.status}"`,
  );
}

function resultOf(view: RunView): JsonObject {
  if (view.status === 'completed') return view.result;
  throw new ComposerError(
    isFinal(view.status) ? 'run_finished' : 'run_not_finished',
    `Cannot give the result of run "${view.id}": its status is "${view.status}"`,
  );
}
