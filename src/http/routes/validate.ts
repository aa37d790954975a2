/** Checks a recipe without keeping it. */
import { Hono } from 'hono';
import { MAX_RECIPE_BYTES, readText } from '../body.ts';
import { checkQuery } from '../input.ts';
import { RECIPE_TYPES, strictQuery } from './recipes.ts';
import type { Services } from '../../runtime/services.ts';
import type { ApiEnv } from '../env.ts';

export function validateRoutes(services: Services): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.post('/', async (c) => {
    const { strict } = checkQuery(c, strictQuery);
    const text = await readText(c, { types: RECIPE_TYPES, maxBytes: MAX_RECIPE_BYTES });
    return c.json(await services.validate(c.get('tenant'), { text }, { strict }));
  });
  return app;
}
