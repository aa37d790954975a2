/** Checks bodies and query strings against schemas; every finding names its key. */
import { ComposerError } from '../core/errors.ts';
import { isJsonObject } from '../core/json.ts';
import { closest } from '../core/recipe/suggest.ts';
import * as z from 'zod';
import type { Context } from 'hono';
import type { Issue } from '../core/errors.ts';
import type { JsonObject, JsonValue } from '../core/json.ts';

/** JSON passed on as it is: zod would copy it. */
export const anyJson = z.custom<JsonValue>((value) => value !== undefined);
export const anyObject = z.custom<JsonObject>(
  // SAFETY: bodies come from `parseJson`, so whatever is here is JSON.
  (value) => isJsonObject(value as JsonValue | undefined),
  'must be an object',
);

export function checkBody<S extends z.ZodObject>(schema: S, value: JsonValue): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw refused('body', issuesOf(schema, parsed.error, ''));
}

/** Each parameter at most once. Pointers start with `/query`. */
export function checkQuery<S extends z.ZodObject>(c: Context, schema: S): z.output<S> {
  const pairs = [...new URL(c.req.url).searchParams];
  const names = pairs.map(([name]) => name);
  const repeated = names.find((name, at) => names.indexOf(name) !== at);
  if (repeated !== undefined) {
    const pointer = `/query/${escape(repeated)}`;
    throw refused('query', [
      issue('repeated_key', pointer, `"${repeated.slice(0, 64)}" is given twice`),
    ]);
  }
  const given = Object.fromEntries(pairs);
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw refused('query', issuesOf(schema, parsed.error, '/query'));
}

function refused(where: 'body' | 'query', issues: readonly Issue[]): ComposerError {
  const first = issues[0];
  const about = first === undefined ? '' : `: ${first.detail}`;
  return new ComposerError('bad_request', `Cannot read the ${where}${about}`, { issues });
}

function issuesOf(schema: z.ZodObject, error: z.ZodError, base: string): Issue[] {
  return error.issues.flatMap((found) => {
    const pointer = base + found.path.map((key) => `/${escape(String(key))}`).join('');
    if (found.code !== 'unrecognized_keys')
      return [issue('invalid_value', pointer, describe(found, pointer))];
    const known = found.path.length === 0 ? Object.keys(schema.shape) : [];
    return found.keys.map((key) => unknownKey(`${pointer}/${escape(key)}`, key, known));
  });
}

function describe(found: z.core.$ZodIssue, pointer: string): string {
  return `"${pointer === '' ? '/' : pointer}" is not valid: ${found.message}`;
}

function unknownKey(pointer: string, key: string, known: readonly string[]): Issue {
  const detail = `"${key.slice(0, 64)}" is not a known key`;
  const suggestion = closest(key, known);
  return {
    ...issue('unknown_key', pointer, detail),
    ...(suggestion !== undefined && { suggestion }),
  };
}

function issue(code: string, pointer: string, detail: string): Issue {
  return { severity: 'error', code, detail, pointer };
}

/** A segment of a JSON pointer (RFC 6901). */
function escape(segment: string): string {
  return segment.replaceAll('~', '~0').replaceAll('/', '~1');
}
