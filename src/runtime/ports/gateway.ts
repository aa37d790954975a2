/** The way out for plugins: what a guest may send, and what it gets of the answer. */
import type { Result } from '../../core/errors.ts';
import type { Tenant } from './names.ts';

/** Whose request it is and what that plugin may reach. It never comes from the guest. */
export interface NetworkRight {
  readonly tenant: Tenant;
  readonly plugin: string;
  /** As in a grant. */
  readonly hosts: readonly string[];
  readonly secrets: readonly string[];
}

export interface GuestRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: Uint8Array;
}

export interface GuestAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

/** `http_denied`, `http_timeout`, `http_too_large`, `http_unreachable`, `rate_limited`. */
export type Gateway = (
  right: NetworkRight,
  request: GuestRequest,
  signal: AbortSignal,
) => Promise<Result<GuestAnswer>>;
