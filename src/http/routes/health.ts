/** Liveness and readiness. */
import { Hono } from 'hono';
import type { ApiEnv, Settings } from '../env.ts';

export function healthRoutes({ version, instance }: Settings): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  // Answers whatever else is wrong, so it asks nothing of anyone.
  app.get('/healthz', (c) =>
    c.json({ status: 'ok', version, ...(instance !== undefined && { instance }) }),
  );
  app.get('/readyz', (c) => c.json({ status: 'ready', version }));
  return app;
}
