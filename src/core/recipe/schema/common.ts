/** Keys that nodes of every type have. */
import { z } from 'zod';
import { condition, count, duration, name, positiveDuration, text, value } from './values.ts';

const attempts = z.number().int().min(1).max(100);

export const retrySchema = z.strictObject({
  max_attempts: attempts.describe('Tries in all, the first included.').optional(),
  max_retries: z
    .number()
    .int()
    .min(0)
    .max(99)
    .describe('Tries after the first: another spelling.')
    .optional(),
  initial_delay: duration.describe('Wait before the second try. Default 1 second.').optional(),
  backoff: z
    .number()
    .min(1)
    .max(100)
    .describe('Factor from one wait to the next. Default 2.')
    .optional(),
  backoff_factor: z.number().min(1).max(100).describe('Another spelling of backoff.').optional(),
  max_delay: duration.describe('Longest wait. Default 60 seconds.').optional(),
  jitter: z
    .number()
    .min(0)
    .max(1)
    .describe('Share of a wait that is random. Default 0.1.')
    .optional(),
  retry_on: z
    .array(z.string().max(100))
    .max(50)
    .describe('Error codes to retry. Default: every retryable one.')
    .optional(),
});

export const cacheSchema = z.union([
  duration,
  z.strictObject({
    ttl: positiveDuration.describe('How long a result may be used again.'),
    key: text.describe('A template that names the result. Default: a hash of the call.').optional(),
    scope: z
      .enum(['tenant', 'recipe', 'run'])
      .describe('Who shares the result. Default tenant.')
      .optional(),
    stale: duration
      .describe('How long an old result may be served while a new one is made.')
      .optional(),
  }),
]);

export const rateLimitSchema = z.strictObject({
  limit: count.describe('Calls in one window.').optional(),
  window: positiveDuration.describe('Length of the window.').optional(),
  max_calls: count.describe('Another spelling of limit.').optional(),
  time_window: positiveDuration.describe('Another spelling of window.').optional(),
  key: text.describe('A template: calls with the same text share the limit.').optional(),
});

export const maxVisits = z
  .number()
  .int()
  .min(1)
  .max(10_000)
  .describe('Times the node may run in a loop. Default 10.');

/** What the recipe's `defaults` may set for its nodes. */
export const defaultsSchema = z.strictObject({
  timeout: positiveDuration.describe('Longest time of one attempt of a working node.').optional(),
  retry: retrySchema.describe('Retry policy of nodes that do work.').optional(),
  retry_config: retrySchema.describe('Another spelling of retry.').optional(),
  max_retries: z
    .number()
    .int()
    .min(0)
    .max(99)
    .describe('Tries after the first, for nodes that do work.')
    .optional(),
  on_error: z
    .enum(['halt', 'continue', 'skip'])
    .describe('What a failed node does to the run.')
    .optional(),
  cache: cacheSchema.describe('Cache policy of nodes that do work.').optional(),
  rate_limit: rateLimitSchema.describe('Rate limit of nodes that do work.').optional(),
  max_visits: maxVisits.optional(),
  max_concurrency: count.describe('Items in flight of a map.').optional(),
});

export const commonShape = {
  id: name.max(100).describe('Name of the node, unique in the recipe.'),
  description: text.describe('What the node is for.').optional(),
  input: value.describe('Values for the node: literals, templates, names.').optional(),
  output: z
    .string()
    .regex(/^[A-Za-z_][\w-]*$/, { error: 'an output is a name of letters, digits, "_" and "-"' })
    .max(100)
    .describe('Name under which the output is published. Default: the id.')
    .optional(),
  timeout: positiveDuration.describe('Longest time of one attempt.').optional(),
  retry: retrySchema.describe('When and how often to try again.').optional(),
  retry_config: retrySchema.describe('Another spelling of retry.').optional(),
  max_retries: z
    .number()
    .int()
    .min(0)
    .max(99)
    .describe('Tries after the first: another spelling.')
    .optional(),
  on_error: z
    .enum(['halt', 'continue', 'skip'])
    .describe(
      'halt: the run fails. continue or skip: the output tells the error and the flow goes on.',
    )
    .optional(),
  cache: cacheSchema.describe('Use an earlier result again.').optional(),
  rate_limit: rateLimitSchema.describe('At most so many calls in a time.').optional(),
  when: condition
    .nullable()
    .describe('Condition on the node: when false, it is skipped.')
    .optional(),
  max_visits: maxVisits.optional(),
  sensitive: z
    .boolean()
    .describe('Its output is never shown: it is *** in whatever tells of a run.')
    .optional(),
  compensate: value
    .describe('A function called in reverse order when the run fails after the node.')
    .optional(),
};
