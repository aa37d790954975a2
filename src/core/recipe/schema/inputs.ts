/** The keys of one entry of `user_inputs`. */
import { z } from 'zod';
import { INPUT_TYPES } from '../plan.ts';
import { name, text, value } from './values.ts';

export const inputSchema = z.strictObject({
  id: name.max(100).describe('Name of the input.'),
  type: z.enum(INPUT_TYPES).describe('Type of the value.'),
  label: text.describe('Label in a form. Default: made from the id.').optional(),
  description: text.describe('What to fill in.').optional(),
  default: value.describe('Value when none is given.').optional(),
  required: z.boolean().describe('Whether a value is needed. Default true.').optional(),
  literal_values: z
    .array(value)
    .min(1)
    .max(1000)
    .describe('The allowed values of a literal.')
    .optional(),
  sensitive: z.boolean().describe('Never shown: it is *** in whatever tells of a run.').optional(),
  min: z.number().describe('Smallest number, shortest text or fewest files.').optional(),
  max: z.number().describe('Largest number, longest text or most files.').optional(),
  pattern: z.string().max(1000).describe('Regular expression that a text must match.').optional(),
  schema: value.describe('JSON Schema, draft-07, of the value.').optional(),
});
