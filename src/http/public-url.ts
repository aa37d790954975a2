/** Where people outside reach this server: a setting, or else where this request came in. */
import type { Context } from 'hono';
import type { Settings } from './env.ts';

/** Without a slash at its end. */
export function publicUrl(c: Context, { publicUrl: set }: Settings): string {
  return (set ?? new URL(c.req.url).origin).replace(/\/+$/, '');
}
