/** Query parameters that several listings take. */
import { parseInstant } from '../core/recipe/instant.ts';
import * as z from 'zod';

export const positive = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, 'must be a whole number from 1')
  .transform(Number);

export const limit = positive.refine((value) => value <= 100, 'must be at most 100').default(20);

export const cursor = z.string().min(1).max(160).optional();

export const pageQuery = z.strictObject({ limit, cursor });

/** A time with its zone, in epoch milliseconds. */
export const instant = z
  .string()
  .refine((text) => /T.*(?:Z|[+-]\d\d:?\d\d)$/.test(text) && parseInstant(text) !== undefined, {
    error: 'must be a date and time of ISO 8601 with its zone, such as 2026-05-01T08:00:00Z',
  })
  .transform((text) => parseInstant(text) ?? 0);

/** `name:value`; only the first colon parts them. */
export const labelPair = z
  .string()
  .max(400)
  .regex(/^[^:]{1,64}:/, 'must be the name of a label, a colon, and its value')
  .transform((text) => {
    const at = text.indexOf(':');
    return { name: text.slice(0, at), value: text.slice(at + 1) };
  });
