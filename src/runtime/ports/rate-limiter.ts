/** How often something may be done in any window of a given length. */
import type { Digest, EpochMs, Tenant } from './names.ts';

export interface RatePolicy {
  /** Names the policy in answers and events: `api`, `provider:openai:tokens`. */
  readonly name: string;
  /** Units that one window admits, at least 1. */
  readonly limit: number;
  readonly windowMs: number;
  /**
   * While the store cannot be asked. `local`: this isolate counts alone, with a quarter of the limit;
   * `closed`: nothing passes; `open`: everything does.
   */
  readonly onStoreError: 'local' | 'closed' | 'open';
}

/** One policy for one subject: a key, an address, a provider. Stores see a digest of the subject only. */
export interface RateCheck {
  readonly policy: RatePolicy;
  readonly subject: string;
  /** Units asked for. Default 1; more than the limit never passes. */
  readonly cost?: number;
}

/** What a store's log says of one use. */
export interface RateState {
  readonly ok: boolean;
  /** Units left in the window that ends now, after this use when it was consumed. */
  readonly remaining: number;
  /** Until the cost would pass; 0 when it does, the window's length when it never will. */
  readonly retryAfterMs: number;
  /** Until all units are free again; 0 when they are. */
  readonly resetMs: number;
  /** What a use that was consumed is entered under, for `correct`. */
  readonly stamp?: EpochMs;
}

export interface RateDecision extends RateState {
  readonly policy: string;
  readonly limit: number;
  readonly windowMs: number;
  readonly source: 'memory' | 'object' | 'redis' | 'local';
  /** Whether the store could not be asked and the policy's `onStoreError` decided. */
  readonly degraded: boolean;
}

export interface RateLimiter {
  /** Consumes from all policies when all pass, from none otherwise. Decisions come in the order of the checks. Never rejects. */
  check(tenant: Tenant, checks: readonly RateCheck[]): Promise<readonly RateDecision[]>;
  /** The same answer, consuming nothing. */
  peek(tenant: Tenant, check: RateCheck): Promise<RateDecision>;
  /**
   * A use that was consumed took `units` and not its cost. They count from now on, even where that is
   * more than the limit. Does nothing while the store cannot be asked, or for a use without a stamp.
   */
  correct(
    tenant: Tenant,
    used: RateCheck & { readonly stamp: EpochMs | undefined; readonly units: number },
  ): Promise<void>;
  /** Forgets what the subject has used. Does nothing while the store cannot be asked. */
  reset(tenant: Tenant, check: Omit<RateCheck, 'cost'>): Promise<void>;
}

/** A check as a store gets it. Two uses are of one log when `subject` and `log` are the same. */
export interface RateUse {
  /** Of the tenant and the subject. */
  readonly subject: Digest;
  /** Of the policy, whatever its limit. */
  readonly log: string;
  readonly limit: number;
  readonly windowMs: number;
  readonly cost: number;
}

/** A use that was consumed, and what it came to. */
export interface RateCorrection extends RateUse {
  readonly stamp: EpochMs;
  readonly units: number;
}

/** Where the logs lie. Rejects when it cannot be asked; `RateLimiter` is what decides then. */
export interface RateStore {
  readonly source: RateDecision['source'];
  /** No two uses are of one log. Consumes all of them, or none when one does not pass. */
  use(uses: readonly RateUse[]): Promise<readonly RateState[]>;
  peek(use: RateUse): Promise<RateState>;
  /** Gives back the cost, and enters the units as of now. */
  correct(used: RateCorrection): Promise<void>;
  reset(use: Pick<RateUse, 'subject' | 'log'>): Promise<void>;
}
