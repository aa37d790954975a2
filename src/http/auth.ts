/**
 * Who may call. Fails closed:
 * A1. With an admin key set, every route but `/healthz` needs a key, wherever the request comes from; a
 *     link that was made with a key stands for it below `/a/` and `/f/`, a signature for `POST /v1/hooks/ID`.
 * A2. Without one, the API is open only behind a launcher bound to loopback, and there only to
 *     requests that name a loopback `Host` and no foreign `Origin`.
 * A3. The tenant comes from the key alone. Without one it is the operator's own, `default`.
 */
import { fail, failure, ok } from '../core/errors.ts';
import { findKey } from '../runtime/keys/keys.ts';
import { isLoopbackAddress, isLoopbackHost, isLoopbackOrigin } from './loopback.ts';
import { problem } from './problem.ts';
import type { MiddlewareHandler } from 'hono';
import type { Failure, Result } from '../core/errors.ts';
import type { Ports, Tenant } from '../runtime/ports.ts';
import type { ApiEnv, Caller, Settings } from './env.ts';

const MAX_KEY = 512;
/**
 * Where the path's token or a signature on the body is what a key is elsewhere. No other page knows the
 * token, and its own form says `Origin: null`, because the page tells nobody where it is.
 */
function needsNoKey({ method, path }: { method: string; path: string }): boolean {
  return /^\/[af]\//.test(path) || (method === 'POST' && path.startsWith('/v1/hooks/'));
}

interface Identity {
  readonly tenant: Tenant;
  readonly caller: Caller;
  /** For approvals. Absent: all. */
  readonly groups?: readonly string[];
}

const OPERATOR: Identity = {
  tenant: 'default',
  caller: { id: 'operator', scopes: ['admin'], isOperator: true },
};

type AuthPorts = Pick<Ports, 'digests' | 'keys' | 'vault'>;

export function authenticate(settings: Settings, ports: AuthPorts): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    if (c.req.path === '/healthz') return next();
    const { headers } = c.req.raw;
    const isOpen = needsNoKey(c.req);
    if (settings.adminKeySha256 === undefined) {
      const { boundHost } = settings;
      const refused =
        refuseForeign(boundHost, headers) ?? (isOpen ? undefined : refuseOrigin(headers));
      if (refused !== undefined) return problem(c, refused);
    }
    if (isOpen) return next();
    const identity = await identify(settings, ports, headers);
    if (!identity.ok) return problem(c, identity.error);
    const { tenant, caller, groups } = identity.value;
    c.set('tenant', tenant);
    c.set('caller', caller);
    if (groups !== undefined) c.set('groups', groups);
    return next();
  };
}

async function identify(
  { adminKeySha256 }: Settings,
  ports: AuthPorts,
  headers: Headers,
): Promise<Result<Identity>> {
  const text = /^Bearer +([\x21-\x7e]+)$/i.exec(headers.get('authorization') ?? '')?.[1];
  // Who is let in without a key and shows one all the same means to be its tenant.
  if (adminKeySha256 === undefined && text?.startsWith('ec_') !== true) return ok(OPERATOR);
  if (text === undefined || text.length > MAX_KEY) {
    return fail('unauthorized', 'Cannot authenticate: send "Authorization: Bearer KEY"');
  }
  const { digests } = ports;
  if (adminKeySha256 !== undefined && digests.equal(await digests.sha256(text), adminKeySha256)) {
    return ok(OPERATOR);
  }
  const found = await findKey(ports, text);
  if (found === undefined) return fail('unauthorized', 'Cannot authenticate: the key is not known');
  const { id, scopes, groups } = found.key;
  const caller = { id, scopes, isOperator: false };
  return ok({ tenant: found.tenant, caller, ...(groups !== undefined && { groups }) });
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
