/** Servers of models that a tenant has set up, asked with keys from its own secrets. */
import { fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import { checkUrl } from '../egress/check-url.ts';
import { grantsUrl, parseHostGrant } from '../egress/hosts.ts';
import type { EgressPolicy, Tenant } from '../ports.ts';
import type { OwnServer } from '../ports/models.ts';
import type { Secrets } from '../ports/settings.ts';
import type { ServerSettings } from '../settings/models.ts';
import { knownServer } from './known-servers.ts';

export interface OwnServerDeps {
  readonly secrets: Pick<Secrets, 'reveal'>;
  /** Where a tenant may send anything at all. */
  readonly policy: EgressPolicy;
}

/** Undefined: the tenant has none of this name, and the operator's is meant. */
export async function findOwnServer(
  { secrets, policy }: OwnServerDeps,
  tenant: Tenant,
  { servers, provider }: { readonly servers: ServerSettings; readonly provider: string },
): Promise<Result<OwnServer | undefined>> {
  const own = Object.hasOwn(servers, provider) ? servers[provider] : undefined;
  if (own === undefined) return ok(undefined);
  const known = knownServer(provider);
  const url = checkUrl(own.url ?? known?.url ?? '', policy);
  if (!url.ok) return url;
  const kind = own.protocol === 'openai' ? 'compatible' : own.protocol;
  const server = {
    kind: kind ?? known?.kind ?? 'compatible',
    baseUrl: url.value.href.replace(/\/+$/, ''),
    ...(own.structured_outputs !== undefined && { structuredOutputs: own.structured_outputs }),
  };
  if (own.key === undefined) return ok(server);
  const secret = await secrets.reveal(tenant, own.key);
  if (secret === undefined) {
    return fail(
      'secret_not_found',
      `Cannot ask provider "${provider}": its key, secret "${own.key}", is not there`,
    );
  }
  const grants = secret.hosts.flatMap((host) => parseHostGrant(host) ?? []);
  if (!secret.in.includes('header') || !grants.some((grant) => grantsUrl(grant, url.value))) {
    return fail(
      'http_denied',
      `Cannot ask provider "${provider}": secret "${own.key}" is not for a header to "${url.value.host}"`,
    );
  }
  return ok({ ...server, apiKey: secret.value });
}
