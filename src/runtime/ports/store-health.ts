/** How the store of cache and rate limits is. */
import type { Result } from '../../core/errors.ts';
import type { EpochMs } from './names.ts';

export interface StoreHealth {
  readonly source: 'memory' | 'object' | 'redis';
  /** `store_unavailable`, with a reason for the operator that holds nothing secret. */
  ping(): Promise<Result<void>>;
  /** When a store that has failed too often is asked again; undefined while it is asked. */
  openUntil(): EpochMs | undefined;
}
