/** Liveness and readiness. */
import { Hono } from 'hono';
import { ComposerError } from '../../core/errors.ts';
import type { Services } from '../../runtime/services.ts';
import type { ApiEnv, Settings } from '../env.ts';

export function healthRoutes({ ports }: Services, { version, instance }: Settings): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  // Answers whatever else is wrong, so it asks nothing of anyone.
  app.get('/healthz', (c) =>
    c.json({ status: 'ok', version, ...(instance !== undefined && { instance }) }),
  );
  app.get('/readyz', async (c) => {
    try {
      await ports.catalog.findRecipe(c.get('tenant'), 'readyz');
    } catch (cause) {
      throw new ComposerError('not_ready', 'Cannot serve: the catalog does not answer', { cause });
    }
    // An account that is set up wrong would be an outage that nobody sees: limits have a way without it.
    const ping = await ports.storeHealth.ping();
    if (!ping.ok) throw new ComposerError('not_ready', `Cannot serve: ${ping.error.message}`);
    return c.json({ status: 'ready', version });
  });
  return app;
}
