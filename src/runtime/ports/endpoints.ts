/** Addresses that others call, and addresses that we call: each with a secret that signs what is sent. */
import type { Result } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import type { EpochMs, Tenant } from './names.ts';

/** `hook`: others call it. `webhook`: we call it. */
export type EndpointKind = 'hook' | 'webhook';

export interface Endpoint {
  readonly id: string;
  /** What it does; each kind has its own shape. */
  readonly spec: JsonObject;
  readonly createdAt: EpochMs;
  readonly updatedAt: EpochMs;
}

export type RevealedEndpoint = Endpoint & { readonly secret: string };

export interface Endpoints {
  /** `not_set_up` without a key of the server's own; `quota_exceeded` at 200 of a kind. */
  create(
    tenant: Tenant,
    kind: EndpointKind,
    endpoint: Pick<Endpoint, 'id' | 'spec'> & { readonly secret: string },
  ): Promise<Result<Endpoint>>;
  /** Without a secret it keeps the one it has. */
  replace(
    tenant: Tenant,
    kind: EndpointKind,
    endpoint: Pick<Endpoint, 'id' | 'spec'> & { readonly secret?: string },
  ): Promise<Endpoint | undefined>;
  /** Oldest first. */
  list(tenant: Tenant, kind: EndpointKind): Promise<readonly Endpoint[]>;
  find(tenant: Tenant, kind: EndpointKind, id: string): Promise<Endpoint | undefined>;
  /** With their secrets, for whoever signs or checks a signature. */
  reveal(tenant: Tenant, kind: EndpointKind, id: string): Promise<RevealedEndpoint | undefined>;
  delete(tenant: Tenant, kind: EndpointKind, id: string): Promise<boolean>;
  /** False while somebody has the key: what was sent under it has been taken already. */
  claim(tenant: Tenant, key: string, forMs: number): Promise<boolean>;
  release(tenant: Tenant, key: string): Promise<void>;
}
