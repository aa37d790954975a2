/** Signatures on what is sent between servers. */
import type { Result } from '../../core/errors.ts';
import type { EpochMs } from './names.ts';

/** Standard Webhooks, or as GitHub or Stripe sign. */
export type SignatureScheme = 'standard' | 'github' | 'stripe';

export interface SignedMessage {
  readonly scheme: SignatureScheme;
  readonly secret: string;
  readonly headers: Headers;
  /** As it came. */
  readonly body: string;
  readonly now: EpochMs;
}

export interface Signatures {
  /**
   * `signature_invalid`, also for what is more than five minutes old or ahead. The value tells one
   * message from another: it is part of what was signed, so whoever repeats a message repeats it.
   */
  check(message: SignedMessage): Promise<Result<string>>;
  /** Headers of Standard Webhooks. */
  sign(message: {
    readonly secret: string;
    readonly id: string;
    readonly now: EpochMs;
    readonly body: string;
  }): readonly (readonly [name: string, value: string])[];
  /** Why a secret cannot be used; undefined when it can. */
  secretFault(scheme: SignatureScheme, secret: string): string | undefined;
}
