/** The keys of a recipe around its nodes. */
import { z } from 'zod';
import { defaultsSchema, rateLimitSchema } from './common.ts';
import { count, positiveDuration, text, value } from './values.ts';

export const limitsSchema = z.strictObject({
  max_steps: count
    .max(1_000_000)
    .describe('Steps of one run, visits and items included. Default 10 000.')
    .optional(),
  timeout: positiveDuration.describe('Longest time of one run.').optional(),
  max_concurrent: count.max(100_000).describe('Runs of the recipe at a time.').optional(),
  max_cost_usd: z.number().min(0).describe('Spend at which the run stops.').optional(),
  max_tokens: count.describe('Tokens at which the run stops.').optional(),
  allow_unpriced: z.boolean().describe('Call models without a price under a budget.').optional(),
});

export const concurrencySchema = z.strictObject({
  key: text.describe('A template: runs with the same text share the limit.').optional(),
  limit: count.describe('Runs at a time.'),
  on_limit: z
    .enum(['queue', 'reject', 'replace'])
    .describe('What happens to a run too many. Default queue.')
    .optional(),
});

export const debounceSchema = z.strictObject({
  key: text.describe('A template: submissions with the same text become one run.').optional(),
  wait: positiveDuration.describe('How long after the last submission the run starts.'),
  max_wait: positiveDuration
    .describe('How long after the first submission the run starts at the latest.')
    .optional(),
});

export const PRIORITY = { min: -100, max: 100 } as const;

export const onFailureSchema = z.union([
  z.string().min(1).max(1000),
  z.strictObject({
    recipe: z.string().max(512).describe('Recipe to start with the failed run.').optional(),
    webhook: z.string().max(2048).describe('Address to call with the failed run.').optional(),
  }),
]);

export const recipeSchema = z.strictObject({
  name: z.union([z.string().min(1).max(200), z.number()]).describe('Name of the recipe.'),
  version: text.describe('Version, for people.').optional(),
  description: text.describe('What the recipe is for.').optional(),
  nodes: value.describe('The nodes, at least one.'),
  user_inputs: value.describe('What a run asks for.').optional(),
  edges: value
    .describe('"a to b", "a to b if condition", {from, to, condition}, or auto.')
    .optional(),
  final_outputs: value.describe('What a run gives back. Default: every output.').optional(),
  model_config: value.describe('Model of nodes that name none.').optional(),
  defaults: defaultsSchema.describe('Settings for every node.').optional(),
  limits: limitsSchema.describe('Bounds of one run.').optional(),
  concurrency: concurrencySchema.describe('How many runs at a time.').optional(),
  rate_limit: rateLimitSchema.describe('At most so many runs start in a time.').optional(),
  debounce: debounceSchema.describe('Submissions close together become one run.').optional(),
  priority: z
    .number()
    .int()
    .min(PRIORITY.min)
    .max(PRIORITY.max)
    .describe('Runs with a higher one start first. Default 0.')
    .optional(),
  on_failure: onFailureSchema.describe('What starts when a run fails.').optional(),
  strict: z.boolean().describe('Faults that are warnings become errors.').optional(),
});

export const envelopeSchema = z.strictObject({
  imports: value.describe('Files whose definitions this one uses.').optional(),
  definitions: value.describe('Values to refer to as @name.').optional(),
  models: value.describe('Models to refer to as @name or by anchors.').optional(),
  edges: value.describe('Edges, when they stand beside the recipe.').optional(),
  recipe: value.describe('The recipe.'),
});
