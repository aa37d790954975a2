/** `spend`: what a tenant may spend on models, all runs together. */
import * as z from 'zod';

export const spendSettings = z.strictObject({
  /** US dollars in a day and in a month of UTC. Absent: no cap. */
  max_usd_per_day: z.number().min(0).max(1_000_000_000).optional(),
  max_usd_per_month: z.number().min(0).max(1_000_000_000).optional(),
});

export type SpendSettings = z.output<typeof spendSettings>;
