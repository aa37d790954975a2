/** What a redirect asks for next, and what of the request may go there. */
import { fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import type { EgressPolicy } from '../ports.ts';
import { checkUrl, showUrl } from './check-url.ts';
import { forOtherOrigin, withoutBody } from './headers.ts';
import type { HeaderList } from './headers.ts';

/** One request on the wire. */
export interface Hop {
  readonly method: string;
  readonly url: URL;
  readonly headers: HeaderList;
  readonly body?: Uint8Array | string;
}

export const MAX_REDIRECTS = 3;

export function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}

/** A body, and a method that changes something, never go to another origin. */
export function followRedirect(
  from: Hop,
  { status, location }: { readonly status: number; readonly location: string },
  policy: EgressPolicy,
): Result<Hop> {
  const checked = checkUrl(location, policy, from.url);
  if (!checked.ok) return checked;
  const url = checked.value;
  const isSameOrigin = url.origin === from.url.origin;
  const kept = isRewritten(status, from.method) ? asGet(from) : from;
  if (isSameOrigin) return ok({ ...kept, url });
  if (kept.body !== undefined || !/^(?:GET|HEAD|OPTIONS)$/.test(kept.method)) {
    const shown = showUrl(url.href);
    return fail('http_denied', `Cannot follow a redirect of ${kept.method} to "${shown}"`);
  }
  return ok({ method: kept.method, url, headers: forOtherOrigin(kept.headers) });
}

/** After 303 everything but HEAD becomes GET; after 301 and 302 POST does, as browsers have it. */
function isRewritten(status: number, method: string): boolean {
  if (status === 303) return method !== 'HEAD' && method !== 'GET';
  return (status === 301 || status === 302) && method === 'POST';
}

function asGet({ url, headers }: Hop): Hop {
  return { method: 'GET', url, headers: withoutBody(headers) };
}
