/** `rates`: how often a key may ask the API. */
import * as z from 'zod';

const rate = z.strictObject({
  /** Requests, or units, in any stretch of the window. */
  limit: z.int().min(1).max(1_000_000_000),
  /** Seconds. Default 60. */
  window_s: z.int().min(1).max(86_400).default(60),
  /** What holds while the store that counts cannot be asked. */
  on_store_error: z.enum(['local', 'closed', 'open']).default('local'),
});

export type Rate = z.output<typeof rate>;

/** What is absent is as the server's `API_RATES` has it. */
export const rateSettings = z.strictObject({
  read: rate.optional(),
  write: rate.optional(),
  run: rate.optional(),
  upload: rate.optional(),
});

export const RATE_CLASSES = ['read', 'write', 'run', 'upload'] as const;
export type RateClass = (typeof RATE_CLASSES)[number];
