/** Where values lie that are too large for the rows of their run. */
import type { Digest, Tenant } from './names.ts';

/** Content of one partition: those who share it count together who needs it. */
export interface ValuePlace {
  readonly tenant: Tenant;
  /** Which partition. */
  readonly owner: string;
  readonly digest: Digest;
}

export interface Values {
  /** The same bytes again change nothing. Rejects for bytes that are not the digest's. */
  put(place: ValuePlace, bytes: Uint8Array): Promise<void>;
  get(place: ValuePlace): Promise<Uint8Array | undefined>;
  /** What is not there is gone already. At most 1 000. */
  delete(places: readonly ValuePlace[]): Promise<void>;
}
