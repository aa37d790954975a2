/** Webhooks of a tenant: who wants to hear of what, and what their messages are signed with. */
import { fail, ok } from '../core/errors.ts';
import type { Result } from '../core/errors.ts';
import { checkUrl } from './egress/check-url.ts';
import type { Ports, Tenant } from './ports.ts';
import type { RevealedEndpoint } from './ports/endpoints.ts';
import type { WebhookEvent, WebhookTarget, WebhookTargets } from './ports/webhooks.ts';
import { makeWebhookSecret } from './webhook-secret.ts';

export interface WebhookSpec {
  readonly name?: string;
  readonly url: string;
  readonly events: readonly WebhookEvent[];
  /** Only runs of these; absent: of all. */
  readonly recipes?: readonly string[];
  readonly paused: boolean;
}

/** Holds the tenant's own secret, for addresses that runs and recipes name. It is no webhook. */
const OWN = 'whk_own';

type TargetPorts = Pick<Ports, 'endpoints' | 'ids'>;

export function createWebhookTargets(ports: TargetPorts): WebhookTargets {
  const { endpoints } = ports;
  return {
    async any(tenant) {
      return (await listWebhooks(ports, tenant)).length > 0;
    },
    async wanting(tenant, { event, recipe }) {
      const all = await listWebhooks(ports, tenant);
      const wanted = all.filter(({ spec }) => wants(spec, event, recipe));
      const found = await Promise.all(
        wanted.map(({ id }) => endpoints.reveal(tenant, 'webhook', id)),
      );
      return found.flatMap((endpoint) => (endpoint === undefined ? [] : [targetOf(endpoint)]));
    },
    async find(tenant, webhook) {
      const found = await endpoints.reveal(tenant, 'webhook', webhook);
      return found && targetOf(found);
    },
    async named(tenant, url) {
      const secret = await ownSecret(ports, tenant);
      return secret.ok ? { url, secret: secret.value } : undefined;
    },
  };
}

export async function listWebhooks({ endpoints }: Pick<Ports, 'endpoints'>, tenant: Tenant) {
  const all = await endpoints.list(tenant, 'webhook');
  return all.flatMap(({ spec, ...endpoint }) => {
    if (endpoint.id === OWN) return [];
    return [{ ...endpoint, spec: specOf(spec) }];
  });
}

/** The secret that signs what goes to addresses that runs and recipes name; made when it is first asked for. */
export async function ownSecret(
  { endpoints, ids }: TargetPorts,
  tenant: Tenant,
): Promise<Result<string>> {
  const known = await endpoints.reveal(tenant, 'webhook', OWN);
  if (known !== undefined) return ok(known.secret);
  const secret = makeWebhookSecret(ids.random);
  const made = await endpoints.create(tenant, 'webhook', { id: OWN, spec: {}, secret });
  if (!made.ok) return made;
  // Somebody else may have made one at the same time: the one that is kept counts.
  const kept = await endpoints.reveal(tenant, 'webhook', OWN);
  return kept === undefined
    ? fail('not_set_up', 'Cannot read the secret of webhooks')
    : ok(kept.secret);
}

/** Why an address cannot be told anything; undefined when it can. */
export function addressFault({ egress }: Pick<Ports, 'egress'>, url: string): string | undefined {
  const checked = checkUrl(url, egress.policy);
  return checked.ok ? undefined : checked.error.message;
}

export function isOwn(id: string): boolean {
  return id === OWN;
}

export function specOf(spec: RevealedEndpoint['spec']): WebhookSpec {
  // SAFETY: what is kept under this kind was written from a WebhookSpec.
  return spec as unknown as WebhookSpec;
}

function wants({ events, recipes, paused }: WebhookSpec, event: WebhookEvent, recipe: string) {
  return !paused && events.includes(event) && (recipes === undefined || recipes.includes(recipe));
}

function targetOf({ id, spec, secret }: RevealedEndpoint): WebhookTarget {
  return { webhook: id, url: specOf(spec).url, secret };
}
