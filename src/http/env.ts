/** What the app is built from, and what a request carries to its handlers. */
import type { Scope } from '../core/scopes.ts';
import type { Digest, Tenant } from '../runtime/ports.ts';
import type { ApiRates } from '../runtime/limits/api-rates.ts';
import type { Services } from '../runtime/services.ts';

export interface Settings {
  /** SHA-256 of the admin key. Absent: no key is set, and only a loopback launcher opens the API. */
  readonly adminKeySha256?: Digest;
  /** The address that the launcher listens on. The Worker cannot see it and trusts no header for it. */
  readonly boundHost?: string;
  readonly platform?: string;
  /** Tells one server from another in `/healthz`. */
  readonly instance?: string;
  readonly version: string;
  /** Where people outside reach this server. Default: where the request came in. */
  readonly publicUrl?: string;
  /** Requests of a key by the class of their route. Absent: as many as come. */
  readonly apiRates?: ApiRates;
  /** Largest file that is taken. Default 512 MiB. */
  readonly maxFileBytes?: number;
}

export interface AppDeps {
  readonly services: Services;
  readonly settings: Settings;
}

/** Who sent a request. */
export interface Caller {
  /** The key's id; `operator` for the server's own key, and on a machine that asks for none. */
  readonly id: string;
  readonly scopes: readonly Scope[];
  /** May act for any tenant. */
  readonly isOperator: boolean;
}

// A type alias, because Hono wants an index signature that an interface does not have.
export type ApiEnv = {
  Variables: {
    tenant: Tenant;
    requestId: string;
    /** Groups that the caller's key speaks for. Absent: all. */
    groups?: readonly string[];
    /** Absent where nobody is asked for a key. */
    caller: Caller | undefined;
  };
};
