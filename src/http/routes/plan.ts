/** What a recipe comes to before it runs: its graph, its longest way, its worst case. */
import { Hono } from 'hono';
import * as z from 'zod';
import { ComposerError } from '../../core/errors.ts';
import { mermaidOf } from '../../core/recipe/mermaid.ts';
import { MAX_RECIPE_BYTES, readText } from '../body.ts';
import { checkQuery } from '../input.ts';
import { recipeName } from '../names.ts';
import { planView } from '../plan-view.ts';
import { unwrap } from '../problem.ts';
import { positive } from '../query.ts';
import { RECIPE_TYPES, strictQuery } from './recipes.ts';
import type { Context } from 'hono';
import type { Plan } from '../../core/recipe/plan.ts';
import type { Services } from '../../runtime/services.ts';
import type { ApiEnv } from '../env.ts';

const format = z.enum(['json', 'mermaid']).default('json');
const planQuery = strictQuery.extend({ format });
const graphQuery = z.strictObject({ format, version: positive.optional() });

export function planRoutes(services: Services): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.post('/', async (c) => {
    const query = checkQuery(c, planQuery);
    const text = await readText(c, { types: RECIPE_TYPES, maxBytes: MAX_RECIPE_BYTES });
    const { strict } = query;
    const { pinned, diagnostics } = await services.plan(c.get('tenant'), { text }, { strict });
    if (query.format === 'json') {
      if (pinned === undefined) return c.json({ valid: false, diagnostics });
      const answers = await services.answersCost(c.get('tenant'), pinned.plan);
      return c.json({ valid: true, diagnostics, ...planView(pinned, answers) });
    }
    if (pinned !== undefined) return sendMermaid(c, pinned.plan);
    const message = 'Cannot draw the recipe: it has errors';
    throw new ComposerError('recipe_invalid', message, { issues: diagnostics });
  });
  return app;
}

export function graphRoutes(services: Services): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.get('/:name/graph', async (c) => {
    const query = checkQuery(c, graphQuery);
    const name = recipeName(c.req.param('name'));
    const stored = unwrap(await services.storedPlan(c.get('tenant'), name, query.version));
    if (query.format === 'mermaid') return sendMermaid(c, stored.plan);
    const answers = await services.answersCost(c.get('tenant'), stored.plan);
    return c.json({ recipe: name, version: stored.version, ...planView(stored, answers) });
  });
  return app;
}

function sendMermaid(c: Context<ApiEnv>, { graph }: Plan): Response {
  return c.body(mermaidOf(graph), 200, { 'Content-Type': 'text/plain; charset=utf-8' });
}
