/** Requests that leave the system, and where they may go. */
import type { Result } from '../../core/errors.ts';
import type { Tenant } from './names.ts';

/** Addresses whose first `bits` bits are those of `bytes`, which are four or sixteen. */
export interface AddressRange {
  readonly bytes: readonly number[];
  readonly bits: number;
}

export interface HostRule {
  /** As `URL` writes it, without a closing dot. */
  readonly name: string;
  /** Whether the names under it are meant, and not itself. */
  readonly isSuffix: boolean;
  /** Absent: any that is not kept for something else than HTTP. */
  readonly port?: number;
}

/** A host that a plugin or a secret may go to: one port of it, by one protocol. */
export interface HostGrant extends HostRule {
  readonly port: number;
  readonly protocol: 'https:' | 'http:';
}

/** Which hosts may be asked. Metadata services of clouds never are. */
export interface EgressPolicy {
  /** Plain `http:` too. Addresses in `allowAddresses` may be asked so in any case. */
  readonly allowHttp: boolean;
  /** Absent: every public host. */
  readonly allowHosts?: readonly HostRule[];
  readonly denyHosts: readonly HostRule[];
  /** Not public, and allowed nevertheless. */
  readonly allowAddresses: readonly AddressRange[];
  /** What is allowed of all that, for whoever may not have all of it. */
  readonly granted?: readonly HostGrant[];
}

export interface EgressRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: Uint8Array | string;
  /** Of the answer's body, decoded. */
  readonly maxBytes: number;
  /** Default `follow`: at most three, each checked as the first address was. */
  readonly redirect?: 'follow' | 'manual';
  readonly policy: EgressPolicy;
  /** Whose secrets may stand in it as placeholders. Absent: none may. */
  readonly secrets?: SecretUse;
}

export interface SecretUse {
  readonly tenant: Tenant;
  /** All that may be used; each is taken out of the answer, used or not. Absent: every one of the tenant. */
  readonly names?: readonly string[];
}

export interface EgressReply {
  readonly status: number;
  /** Names in lower case; `set-cookie` may be there more than once. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
  /** Of the last redirect. */
  readonly url: string;
}

/** The way out to hosts that recipes and plugins name. */
export interface Egress {
  /** What this server allows at most. */
  readonly policy: EgressPolicy;
  /**
   * `http_denied`, `http_unreachable`, `http_too_large`, `timeout`. Any status is an answer. Secrets are
   * filled in for hosts that they are for, and taken out of what comes back.
   */
  fetch(request: EgressRequest, signal: AbortSignal): Promise<Result<EgressReply>>;
}
