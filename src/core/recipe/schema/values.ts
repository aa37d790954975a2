/** Schemas that several parts of the language share. */
import { z } from 'zod';
import type { JsonValue } from '../../json.ts';
import { parseDuration } from '../duration.ts';

/** Any value: literals, templates, names, and lists and maps of them. */
export const value = z.custom<JsonValue>((given) => given !== undefined);

/** A map of any values. */
export const values = z.record(z.string(), value);

export const duration = z
  .union([z.number(), z.string()])
  .refine((given) => parseDuration(given) !== undefined, {
    error: 'write seconds, or a duration such as "30s", "5m" or "1h30m", at most 366 days',
  })
  .meta({
    description: 'Seconds, or a duration such as "500ms", "30s", "5m", "1h30m", "2d".',
    // For the JSON Schema, which cannot see into a refinement.
    form: 'duration',
  });

/** A duration that is not nothing. */
export const positiveDuration = duration
  .refine((given) => parseDuration(given) !== 0, { error: 'it must be more than 0' })
  .meta({ form: 'positive_duration' });

/** An expression, bare or inside one `{{ }}`. */
export const condition = z
  .union([z.string(), z.boolean(), z.number()])
  .describe('An expression, bare or inside one {{ }}. An error in it counts as false.');

export const text = z.union([z.string(), z.number(), z.boolean()]);

export const name = z.string().regex(/^[A-Za-z_][\w-]*$/, {
  error: 'a name has letters, digits, "_" and "-", and starts with a letter or "_"',
});

export const count = z.number().int().min(1);
