/** `retention`: how long what has ended is kept. */
import * as z from 'zod';

const days = z.number().min(0.01).max(3_650);

export const retentionSettings = z.strictObject({
  /** Runs, from their end: status, result, steps, history, and what was sent about them. */
  runs_days: days.default(30),
  /** Their history, where it is to go before the rest. */
  history_days: days.optional(),
  /** Uploaded files, from when they were put; absent: until they are deleted. */
  files_days: days.optional(),
});
