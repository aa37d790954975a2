/** Turns what went wrong into `application/problem+json` (RFC 9457). The only place that does. */
import { codeOf, ComposerError, ERRORS, failure, toFailure } from '../core/errors.ts';
import { shownPath } from './shown-path.ts';
import type { Context, ErrorHandler, NotFoundHandler } from 'hono';
import type { JsonObject } from '../core/json.ts';
import type { ErrorCode, Failure, Issue, Result } from '../core/errors.ts';
import type { Log } from '../runtime/ports.ts';
import type { ApiEnv } from './env.ts';

const MAX_ISSUES = 200;

export function problem(
  c: Context<ApiEnv>,
  { code, message }: Failure,
  issues: readonly Issue[] = [],
  /** Members besides, or instead of, those that all have. */
  more: JsonObject = {},
): Response {
  const { status, retryable } = ERRORS[code];
  const headers: Record<string, string> = { 'Content-Type': 'application/problem+json' };
  if (code === 'unauthorized') headers['WWW-Authenticate'] = 'Bearer realm="edge-composer"';
  if ((status === 503 || status === 429) && retryable) headers['Retry-After'] = '1';
  const body = {
    type: `/docs/errors#${code}`,
    title: titleOf(code),
    status,
    detail: message,
    instance: shownPath(new URL(c.req.url).pathname),
    code,
    request_id: c.get('requestId'),
    errors: issues.slice(0, MAX_ISSUES),
    ...more,
  };
  return new Response(JSON.stringify(body), { status, headers });
}

export function onError(log: Log): ErrorHandler<ApiEnv> {
  return (error, c) => {
    const found = toFailure(error);
    if (ERRORS[found.code].status >= 500) {
      // The text of a foreign error may quote a caller's values, so only its class is logged.
      log.write('error', 'http.failed', {
        request_id: c.get('requestId'),
        code: found.code,
        error: error.name,
      });
    }
    return problem(c, found, issuesOf(error));
  };
}

export function notFound(): NotFoundHandler<ApiEnv> {
  return (c) =>
    problem(c, failure('not_found', `Cannot find "${shownPath(c.req.path)}": no such route`));
}

/** The value of an expected outcome; its failure is thrown, for `onError` to answer. */
export function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new ComposerError(result.error.code, result.error.message);
}

function titleOf(code: ErrorCode): string {
  const words = code.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function issuesOf(error: unknown): readonly Issue[] {
  if (codeOf(error) === undefined || !(error instanceof Error) || !('issues' in error)) return [];
  // SAFETY: an error with a code of ours is a ComposerError, here or before it crossed an isolate.
  return Array.isArray(error.issues) ? (error.issues as Issue[]) : [];
}
