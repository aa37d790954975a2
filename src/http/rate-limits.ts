/** Limits of the API per key and class of route, before any work; and what answers say of them. */
import { failure } from '../core/errors.ts';
import { apiCheck } from '../runtime/limits/api-rates.ts';
import { clientAddress } from './client-address.ts';
import { problem } from './problem.ts';
import type { Context, MiddlewareHandler } from 'hono';
import type { ApiRates } from '../runtime/limits/api-rates.ts';
import type { Ports } from '../runtime/ports.ts';
import type { RateCheck, RateDecision } from '../runtime/ports/rate-limiter.ts';
import type { RateClass } from '../runtime/settings/rates.ts';
import type { ApiEnv, Settings } from './env.ts';

/** As draft-ietf-httpapi-ratelimit-headers names it. */
const QUOTA_TYPE = 'https://iana.org/assignments/http-problem-types#quota-exceeded';
const UPLOADS = /^\/v1\/(?:files|plugins)(?:\/|$)/;
const RUNS = /^\/v1\/(?:runs(?:\/|$)|recipes\/[^/]+\/runs$)/;

/** Comes after `authenticate`; what needs no key has no caller to be limited. */
export function limitRates(
  ports: Pick<Ports, 'limiter' | 'settings'>,
  rates: ApiRates,
): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const caller = c.get('caller');
    if (caller === undefined) return next();
    const tenant = c.get('tenant');
    const check = await apiCheck(ports, { tenant, caller: caller.id, rates }, classOf(c));
    if (check === undefined) return next();
    const [decision] = await ports.limiter.check(tenant, [check]);
    if (decision === undefined) return next();
    if (!decision.ok) return refused(c, decision);
    await next();
    setRateHeaders(c.res.headers, decision);
    return undefined;
  };
}

/** Who guesses keys is slowed down by where the guesses come from, where that can be known. */
const GUESSES = {
  name: 'unauthorized',
  limit: 60,
  windowMs: 60_000,
  onStoreError: 'local',
} as const;

export function limitGuesses(
  { limiter }: Pick<Ports, 'limiter'>,
  { platform }: Pick<Settings, 'platform'>,
): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    await next();
    if (c.res.status !== 401) return;
    const address = clientAddress(c.req.raw.headers, platform);
    if (address === undefined) return;
    const check: RateCheck = { policy: GUESSES, subject: `address ${address}` };
    const [decision] = await limiter.check('', [check]);
    if (decision?.ok === false) c.res = refused(c, decision);
  };
}

export function classOf({ req }: Pick<Context<ApiEnv>, 'req'>): RateClass {
  if (req.method === 'GET' || req.method === 'HEAD') return 'read';
  if (UPLOADS.test(req.path)) return 'upload';
  return RUNS.test(req.path) ? 'run' : 'write';
}

function refused(c: Context<ApiEnv>, decision: RateDecision): Response {
  const { policy, retryAfterMs, degraded } = decision;
  // Whatever is refused for want of the store is no fault of the caller's.
  const response = degraded
    ? problem(c, failure('store_unavailable', `Cannot count limit "${policy}" now`))
    : problem(c, failure('rate_limited', `Cannot serve now: limit "${policy}" is used up`), [], {
        type: QUOTA_TYPE,
        'violated-policies': [policy],
      });
  response.headers.set('Retry-After', String(Math.max(1, Math.ceil(retryAfterMs / 1_000))));
  setRateHeaders(response.headers, decision);
  return response;
}

function setRateHeaders(headers: Headers, decision: RateDecision): void {
  const { policy, limit, windowMs, remaining, resetMs, degraded } = decision;
  headers.set('RateLimit-Policy', `"${policy}";q=${limit};w=${Math.ceil(windowMs / 1_000)}`);
  // What one isolate knows alone is not what is left.
  if (degraded) return;
  headers.set('RateLimit', `"${policy}";r=${remaining};t=${Math.ceil(resetMs / 1_000)}`);
}
