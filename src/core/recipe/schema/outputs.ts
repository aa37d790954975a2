/** The keys of one entry of `final_outputs`. */
import { z } from 'zod';
import { condition, text, value } from './values.ts';

export const outputSchema = z.strictObject({
  id: z.string().min(1).describe('Name of the output, or the dotted path of a value.'),
  value: value
    .describe('The value: a template, a name, or any of the two in lists and maps.')
    .optional(),
  condition: condition.nullable().describe('The output is left out when false.').optional(),
  sensitive: z
    .boolean()
    .describe('Never shown: it is *** in whatever tells of the run.')
    .optional(),
  description: text.describe('What the output is.').optional(),
});
