/** What each route asks of the caller: the one table, and what enforces it. */
import { matchedRoutes } from 'hono/route';
import { failure } from '../core/errors.ts';
import { mayUse } from '../core/scopes.ts';
import { problem } from './problem.ts';
import type { MiddlewareHandler } from 'hono';
import type { Scope } from '../core/scopes.ts';
import type { ApiEnv } from './env.ts';

/** `none`: no key at all. `any`: every key. A list: one of its scopes. */
export type Need = 'none' | 'any' | readonly Scope[];

const READS_RUNS = ['runs:read'] as const;
const STARTS_RUNS = ['runs:write'] as const;
const WRITES_RECIPES = ['recipes:write'] as const;
const WRITES_PLUGINS = ['plugins:write'] as const;
const DECIDES = ['approvals:write'] as const;
const SEES_APPROVALS = ['runs:read', 'approvals:write'] as const;
const ADMIN = ['admin'] as const;

/** A route that is missing here is for `admin` alone; a test finds it. */
export const ACCESS: { readonly [route: string]: Need } = {
  'GET /healthz': 'none',
  'GET /readyz': 'any',
  'GET /docs/errors': 'any',
  'GET /schemas/recipe.v1.json': 'any',
  'POST /v1/validate': 'any',
  'POST /v1/plan': 'any',

  'GET /v1/recipes': 'any',
  'GET /v1/recipes/:name': 'any',
  'GET /v1/recipes/:name/versions': 'any',
  'GET /v1/recipes/:name/graph': 'any',
  'GET /v1/recipes/:name/schema': 'any',
  'PUT /v1/recipes/:name': WRITES_RECIPES,
  'DELETE /v1/recipes/:name': WRITES_RECIPES,
  'GET /v1/prompts': 'any',
  'GET /v1/prompts/:name': 'any',
  'PUT /v1/prompts/:name': WRITES_RECIPES,
  'DELETE /v1/prompts/:name': WRITES_RECIPES,

  'POST /v1/recipes/:name/runs': STARTS_RUNS,
  'POST /v1/runs': STARTS_RUNS,
  'GET /v1/runs': READS_RUNS,
  'GET /v1/runs/:id': READS_RUNS,
  'GET /v1/runs/:id/events': READS_RUNS,
  'GET /v1/runs/:id/nodes/:node': READS_RUNS,
  'GET /v1/runs/:id/metrics': READS_RUNS,
  'GET /v1/runs/:id/result': READS_RUNS,
  'POST /v1/runs/:id/events/:name': STARTS_RUNS,
  'POST /v1/runs/:id/cancel': STARTS_RUNS,
  'POST /v1/runs/:id/pause': STARTS_RUNS,
  'POST /v1/runs/:id/resume': STARTS_RUNS,
  'POST /v1/runs/:id/retry': STARTS_RUNS,
  'POST /v1/runs/:id/replay': STARTS_RUNS,
  'POST /v1/runs/bulk': STARTS_RUNS,
  'GET /v1/queue': READS_RUNS,
  'GET /v1/approvals': SEES_APPROVALS,
  'GET /v1/approvals/:id': SEES_APPROVALS,
  'POST /v1/approvals/:id': DECIDES,
  'POST /v1/approvals/:id/links': DECIDES,
  'GET /v1/approvals/:id/links': DECIDES,
  'DELETE /v1/approvals/:id/links/:link': DECIDES,
  'POST /v1/schedules': STARTS_RUNS,
  'GET /v1/schedules': READS_RUNS,
  'GET /v1/schedules/:id': READS_RUNS,
  'PUT /v1/schedules/:id': STARTS_RUNS,
  'DELETE /v1/schedules/:id': STARTS_RUNS,
  'POST /v1/hooks': WRITES_RECIPES,
  'GET /v1/hooks': WRITES_RECIPES,
  'GET /v1/hooks/:id': WRITES_RECIPES,
  'PUT /v1/hooks/:id': WRITES_RECIPES,
  'DELETE /v1/hooks/:id': WRITES_RECIPES,
  'POST /v1/hooks/:id': 'none',
  'POST /v1/webhooks': ADMIN,
  'GET /v1/webhooks': ADMIN,
  'GET /v1/webhooks/secret': ADMIN,
  'GET /v1/webhooks/:id': ADMIN,
  'PUT /v1/webhooks/:id': ADMIN,
  'DELETE /v1/webhooks/:id': ADMIN,
  'GET /v1/webhooks/:id/deliveries': ADMIN,
  'POST /v1/webhooks/:id/deliveries/:delivery/resend': ADMIN,
  'GET /a/:token': 'none',
  'POST /a/:token': 'none',
  'GET /v1/files/:id': READS_RUNS,
  'POST /v1/files/:id/links': READS_RUNS,
  'GET /f/:token': 'none',
  'PUT /v1/files/:id': STARTS_RUNS,
  'POST /v1/files': STARTS_RUNS,
  'DELETE /v1/files/:id': STARTS_RUNS,

  'GET /v1/plugins': 'any',
  'GET /v1/plugins/:name': 'any',
  'GET /v1/plugins/:name/versions': 'any',
  'GET /v1/plugins/:name/versions/:version': 'any',
  'GET /v1/plugins/:name/grant': WRITES_PLUGINS,
  'PUT /v1/plugins/:name/grant': ADMIN,
  'DELETE /v1/plugins/:name/grant': ADMIN,
  'POST /v1/plugins/inspect': 'any',
  'POST /v1/plugins/:name/functions/:function/call': ['runs:write', 'plugins:write'],
  'PUT /v1/plugins/:name/versions/:version': WRITES_PLUGINS,
  'PATCH /v1/plugins/:name/versions/:version': WRITES_PLUGINS,
  'DELETE /v1/plugins/:name/versions/:version': WRITES_PLUGINS,

  'POST /v1/keys': ADMIN,
  'GET /v1/keys': ADMIN,
  'GET /v1/keys/:id': ADMIN,
  'PATCH /v1/keys/:id': ADMIN,
  'DELETE /v1/keys/:id': ADMIN,
  'GET /v1/secrets': ADMIN,
  'GET /v1/secrets/:name': ADMIN,
  'PUT /v1/secrets/:name': ADMIN,
  'DELETE /v1/secrets/:name': ADMIN,
  'GET /v1/limits': 'any',
  'POST /v1/cache/invalidate': ['runs:write', 'recipes:write'],
  'GET /v1/settings/:section': ADMIN,
  'PUT /v1/settings/:section': ADMIN,
};

/** Comes after `authenticate`. What is no route is left to answer 404 or 405. */
export function authorize(): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const route = matchedRoutes(c).findLast(({ method }) => method !== 'ALL');
    if (route === undefined) return next();
    const need = ACCESS[`${route.method} ${route.path}`] ?? ADMIN;
    if (need === 'none') return next();
    const caller = c.get('caller');
    if (caller === undefined) return problem(c, failure('unauthorized', 'Cannot authenticate'));
    if (need === 'any' || need.some((scope) => mayUse(caller.scopes, scope))) return next();
    const scopes = need.map((scope) => `"${scope}"`).join(' or ');
    return problem(c, failure('forbidden', `Cannot do this: the key needs scope ${scopes}`));
  };
}
