/** Query parameters that several listings take. */
import * as z from 'zod';

export const positive = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, 'must be a whole number from 1')
  .transform(Number);

export const limit = positive.refine((value) => value <= 100, 'must be at most 100').default(20);

export const cursor = z.string().min(1).max(160).optional();

export const pageQuery = z.strictObject({ limit, cursor });
