/** `expires_in` of a link: a duration, in milliseconds once it is read. */
import * as z from 'zod';
import { parseDuration } from '../core/recipe/duration.ts';

export const MINUTE_MS = 60_000;
export const DAY_MS = 24 * 60 * MINUTE_MS;

export function expiry(byDefault: string, maxDays: number) {
  return z.union([z.string(), z.number()]).default(byDefault).pipe(lifetime(maxDays));
}

export function lifetime(maxDays: number) {
  return z.union([z.string(), z.number()]).transform((text, context) => {
    const ms = parseDuration(text);
    if (ms !== undefined && ms >= MINUTE_MS && ms <= maxDays * DAY_MS) return ms;
    const message = `must be a duration such as "2d", from a minute to ${maxDays} days`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
}
