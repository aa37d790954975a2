/** How often something may be done in any window of a given length. */
import type { Tenant } from '../ports.ts';

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

export interface RateDecision {
  readonly ok: boolean;
  readonly policy: string;
  readonly limit: number;
  /** Units left in the window that ends now. */
  readonly remaining: number;
  /** Until `cost` units would pass; 0 when they did. */
  readonly retryAfterMs: number;
  readonly source: 'memory' | 'object' | 'redis' | 'local';
  /** Whether the store could not be asked and the policy's `onStoreError` decided. */
  readonly degraded: boolean;
}

export interface RateLimiter {
  /** Consumes from all policies when all pass, from none otherwise. Decisions come in the order of the checks. Never rejects. */
  check(tenant: Tenant, checks: readonly RateCheck[]): Promise<readonly RateDecision[]>;
  /** The same answer, consuming nothing. */
  peek(tenant: Tenant, check: RateCheck): Promise<RateDecision>;
  reset(tenant: Tenant, check: Omit<RateCheck, 'cost'>): Promise<void>;
}
