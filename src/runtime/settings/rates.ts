/** `rates`: how often a key may ask the API, and how often a tenant its providers. */
import * as z from 'zod';

const rate = z.strictObject({
  /** Requests, or units, in any stretch of the window. */
  limit: z.int().min(1).max(1_000_000_000),
  /** Seconds. Default 60. */
  window_s: z.int().min(1).max(86_400).default(60),
  /** What holds while the store that counts cannot be asked. */
  on_store_error: z.enum(['local', 'closed', 'open']).default('local'),
});

const provider = z.strictObject({
  requests_per_minute: z.int().min(1).max(1_000_000_000).optional(),
  tokens_per_minute: z.int().min(1).max(1_000_000_000).optional(),
  /** Paid calls are not made uncounted unless somebody says so. */
  on_store_error: z.enum(['local', 'closed', 'open']).default('closed'),
});

export type Rate = z.output<typeof rate>;
export type ProviderRate = z.output<typeof provider>;

/** What is absent is as the server's `API_RATES` has it. */
export const rateSettings = z.strictObject({
  read: rate.optional(),
  write: rate.optional(),
  run: rate.optional(),
  upload: rate.optional(),
  /** By provider, or by `provider/model`, which counts besides. */
  providers: z.record(z.string().min(1).max(200), provider).default({}),
});

export const RATE_CLASSES = ['read', 'write', 'run', 'upload'] as const;
export type RateClass = (typeof RATE_CLASSES)[number];
