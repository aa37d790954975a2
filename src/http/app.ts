/** The API: what surrounds every route, and the routes. */
import { Hono } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { routePath } from 'hono/route';
import { failure } from '../core/errors.ts';
import { DEFAULT_SENDER } from '../runtime/egress/headers.ts';
import { authorize } from './access.ts';
import { authenticate } from './auth.ts';
import { refuseOwn } from './loops.ts';
import { limitGuesses, limitRates } from './rate-limits.ts';
import { notFound, onError, problem } from './problem.ts';
import { shownPath } from './shown-path.ts';
import { docsRoutes } from './routes/docs.ts';
import { approvalLinkRoutes } from './routes/approval-links.ts';
import { approvalPageRoutes } from './routes/approval-page.ts';
import { approvalRoutes } from './routes/approvals.ts';
import { eventRoutes } from './routes/events.ts';
import { fileLinkRoutes, linkedFileRoutes } from './routes/file-links.ts';
import { fileRoutes } from './routes/files.ts';
import { healthRoutes } from './routes/health.ts';
import { grantRoutes } from './routes/grants.ts';
import { keyRoutes } from './routes/keys.ts';
import { hookRoutes } from './routes/hooks.ts';
import { graphRoutes, planRoutes } from './routes/plan.ts';
import { limitRoutes } from './routes/limits.ts';
import { pluginRoutes } from './routes/plugins.ts';
import { promptRoutes } from './routes/prompts.ts';
import { recipeRoutes } from './routes/recipes.ts';
import { queueRoutes, runActionRoutes } from './routes/run-actions.ts';
import { runRoutes } from './routes/runs.ts';
import { scheduleRoutes } from './routes/schedules.ts';
import { schemaRoutes } from './routes/schemas.ts';
import { secretRoutes } from './routes/secrets.ts';
import { settingsRoutes } from './routes/settings.ts';
import { webhookRoutes } from './routes/webhooks.ts';
import { validateRoutes } from './routes/validate.ts';
import type { MiddlewareHandler } from 'hono';
import type { Ports } from '../runtime/ports.ts';
import type { ApiEnv, AppDeps } from './env.ts';

const REQUEST_ID = /^[\w-]{1,64}$/;

const SECURITY_HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

const OWN_HEADERS = new Set(['Cache-Control', 'Content-Security-Policy']);

export function createApp({ services, settings }: AppDeps): Hono<ApiEnv> {
  const { apiRates: rates = {} } = settings;
  const { log } = services.ports;
  const app = new Hono<ApiEnv>();
  app.onError(onError(log));
  app.notFound(notFound());
  app.use(stamp(services.ports));
  app.use(refuseOwn(settings.instance ?? DEFAULT_SENDER));
  app.use(limitGuesses(services.ports, settings));
  app.use(authenticate(settings, services.ports));
  app.use(limitRates(services.ports, rates));
  app.use(authorize());
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) => {
        const refused = problem(
          c,
          failure('method_not_allowed', `Cannot ${c.req.method} "${shownPath(c.req.path)}"`),
        );
        refused.headers.set('Allow', methods.join(', '));
        return refused;
      },
    }),
  );
  app.route('/', healthRoutes(services, settings));
  app.route('/docs', docsRoutes());
  app.route('/schemas', schemaRoutes());
  app.route('/v1/validate', validateRoutes(services));
  app.route('/v1/plan', planRoutes(services));
  app.route('/v1/prompts', promptRoutes(services));
  app.route('/v1/recipes', recipeRoutes(services));
  app.route('/v1/recipes', graphRoutes(services));
  app.route('/v1/runs', runRoutes(services));
  app.route('/v1/runs', runActionRoutes(services));
  app.route('/v1/queue', queueRoutes(services));
  app.route('/v1/runs', eventRoutes(services));
  app.route('/v1/plugins', pluginRoutes(services));
  app.route('/v1/plugins', grantRoutes(services));
  app.route('/v1/files', fileRoutes(services, settings));
  app.route('/v1/files', fileLinkRoutes(services, settings));
  app.route('/f', linkedFileRoutes(services));
  app.route('/v1/approvals', approvalRoutes(services));
  app.route('/v1/approvals', approvalLinkRoutes(services, settings));
  app.route('/v1/hooks', hookRoutes(services, settings));
  app.route('/v1/webhooks', webhookRoutes(services));
  app.route('/v1/schedules', scheduleRoutes(services));
  app.route('/a', approvalPageRoutes(services));
  app.route('/v1/keys', keyRoutes(services));
  app.route('/v1/secrets', secretRoutes(services));
  app.route('/v1/settings', settingsRoutes(services));
  app.route('/v1', limitRoutes(services, rates));
  return app;
}

/** What every answer carries, refusals included. */
function stamp({ clock, ids, log }: Ports): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const given = c.req.header('X-Request-Id');
    const id = given !== undefined && REQUEST_ID.test(given) ? given : ids.next('req');
    c.set('requestId', id);
    const startedAt = clock.now();
    await next();
    c.res.headers.set('X-Request-Id', id);
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
      // What never changes says itself how long it may be kept, and pages what they may do.
      if (!OWN_HEADERS.has(name) || !c.res.headers.has(name)) c.res.headers.set(name, value);
    }
    log.write('info', 'http.request', {
      request_id: id,
      method: c.req.method,
      // The pattern, because a path may hold what does not belong into a log.
      route: routePath(c, -1),
      status: c.res.status,
      wall_ms: clock.now() - startedAt,
    });
  };
}
