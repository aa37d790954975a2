/** The language's JSON Schema, for editors and for whoever writes recipes by machine. */
import { Hono } from 'hono';
import schema from '../../core/recipe/recipe.v1.schema.json' with { type: 'json' };
import type { ApiEnv } from '../env.ts';

// A release may add keys to a version of the language, so a copy is good for a day and not for ever.
const CACHE_CONTROL = 'public, max-age=86400, immutable';

export function schemaRoutes(): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  const text = JSON.stringify(schema);
  app.get('/recipe.v1.json', (c) =>
    c.body(text, 200, {
      'Content-Type': 'application/schema+json',
      'Cache-Control': CACHE_CONTROL,
    }),
  );
  return app;
}
