/**
 * Who may call. Fails closed:
 * A1. With an admin key set, every route but `/healthz` needs it, wherever the request comes from; a
 *     link that was made with a key stands for it below `/a/`.
 * A2. Without one, the API is open only behind a launcher bound to loopback, and there only to
 *     requests that name a loopback `Host` and no foreign `Origin`.
 */
import { failure } from '../core/errors.ts';
import { isLoopbackAddress, isLoopbackHost, isLoopbackOrigin } from './loopback.ts';
import { problem } from './problem.ts';
import type { MiddlewareHandler } from 'hono';
import type { Failure } from '../core/errors.ts';
import type { Digest, Digests } from '../runtime/ports.ts';
import type { ApiEnv, Settings } from './env.ts';

const MAX_KEY = 512;
/**
 * Below it the path's token is what a key is elsewhere. No other page knows it, and its own form says
 * `Origin: null`, because the page tells nobody where it is.
 */
const LINKS = '/a/';

export function authenticate(settings: Settings, digests: Digests): MiddlewareHandler<ApiEnv> {
  const { adminKeySha256 } = settings;
  return async (c, next) => {
    if (c.req.path === '/healthz') return next();
    const { headers } = c.req.raw;
    const isLink = c.req.path.startsWith(LINKS);
    const refused =
      adminKeySha256 === undefined
        ? (refuseForeign(settings.boundHost, headers) ??
          (isLink ? undefined : refuseOrigin(headers)))
        : isLink
          ? undefined
          : await refuseKey(adminKeySha256, digests, headers);
    if (refused !== undefined) return problem(c, refused);
    c.set('tenant', 'default');
    return next();
  };
}

async function refuseKey(
  expected: Digest,
  digests: Digests,
  headers: Headers,
): Promise<Failure | undefined> {
  const key = /^Bearer +([\x21-\x7e]+)$/i.exec(headers.get('authorization') ?? '')?.[1];
  if (key === undefined || key.length > MAX_KEY) {
    return failure('unauthorized', 'Cannot authenticate: send "Authorization: Bearer KEY"');
  }
  if (digests.equal(await digests.sha256(key), expected)) return undefined;
  return failure('unauthorized', 'Cannot authenticate: the key is not known');
}

function refuseForeign(boundHost: string | undefined, headers: Headers): Failure | undefined {
  if (boundHost === undefined || !isLoopbackAddress(boundHost)) {
    return failure('not_set_up', 'Cannot serve: no admin key is set up');
  }
  if (!isLoopbackHost(headers.get('host') ?? '')) {
    return failure(
      'foreign_host',
      'Cannot serve without a key: the Host is not a loopback address',
    );
  }
  return undefined;
}

function refuseOrigin(headers: Headers): Failure | undefined {
  const origin = headers.get('origin');
  if (origin !== null && !isLoopbackOrigin(origin)) {
    return failure(
      'foreign_origin',
      'Cannot serve without a key: the Origin is not a loopback address',
    );
  }
  return undefined;
}
