/** What a key has left of its limits, and results of the cache that shall not be used again. */
import { Hono } from 'hono';
import * as z from 'zod';
import { ComposerError } from '../../core/errors.ts';
import { apiCheck } from '../../runtime/limits/api-rates.ts';
import { RATE_CLASSES } from '../../runtime/settings/rates.ts';
import { MAX_RUN_BYTES, readJson } from '../body.ts';
import { checkBody } from '../input.ts';
import type { ApiRates } from '../../runtime/limits/api-rates.ts';
import type { Services } from '../../runtime/services.ts';
import type { ApiEnv } from '../env.ts';

const invalidation = z.strictObject({
  tags: z.array(z.string().min(1).max(256)).min(1).max(16),
});

export function limitRoutes({ ports }: Services, rates: ApiRates): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();

  app.get('/limits', async (c) => {
    const tenant = c.get('tenant');
    const caller = c.get('caller')?.id ?? '';
    const limits = [];
    for (const name of RATE_CLASSES) {
      const check = await apiCheck(ports, { tenant, caller, rates }, name);
      if (check === undefined) continue;
      const { policy, limit, windowMs, remaining, resetMs, degraded } = await ports.limiter.peek(
        tenant,
        check,
      );
      limits.push({
        policy,
        limit,
        window_s: windowMs / 1_000,
        remaining,
        reset_s: Math.ceil(resetMs / 1_000),
        degraded,
      });
    }
    const { source } = ports.storeHealth;
    const until = ports.storeHealth.openUntil();
    return c.json({
      store: source,
      ...(until !== undefined && { store_asked_again_at: new Date(until).toISOString() }),
      limits,
    });
  });

  app.post('/cache/invalidate', async (c) => {
    const { value } = await readJson(c, MAX_RUN_BYTES);
    const { tags } = checkBody(invalidation, value);
    const isDone = await ports.cache.invalidate(c.get('tenant'), tags);
    // Results that nobody could take out of use must not seem to be out of it.
    if (!isDone)
      throw new ComposerError('store_unavailable', 'Cannot invalidate: the cache is down');
    return c.json({ tags });
  });

  return app;
}
