/** Headers of requests and answers: what may be sent, what another origin may see, what is kept. */
import { fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';

/** Names in lower case. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

const MAX_HEADERS = 64;
const MAX_HEADER_BYTES = 16 * 1024;
const MAX_ANSWER_HEADERS = 256;
const MAX_ANSWER_HEADER_BYTES = 64 * 1024;

/** Says which server sent a request, so that it can refuse to serve itself. */
export const SENDER_HEADER = 'edge-composer-sender';
/** Of a server without a name of its own. */
export const DEFAULT_SENDER = 'edge-composer';

/** Belong to the connection, or tell a server who asks: not an author's to set. */
const DENIED = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'keep-alive',
  'upgrade',
  'te',
  'trailer',
  'expect',
  'via',
  'forwarded',
  'x-real-ip',
  'true-client-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  // The answer is measured decoded: only encodings that the platform decodes may be asked for.
  'accept-encoding',
  SENDER_HEADER,
]);
const DENIED_PREFIX = /^(?:cf-|x-forwarded-|proxy-|sec-|mf-)/;
const NAME = /^[\w!#$%&'*+\-.^`|~]+$/;
const VALUE = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;

/** Headers as they are to be sent. */
export function checkHeaders(headers: HeaderList): Result<HeaderList> {
  const checked = headers.map(([name, value]) => [name.toLowerCase(), value.trim()] as const);
  if (checked.length > MAX_HEADERS || sizeOf(checked) > MAX_HEADER_BYTES) {
    return fail(
      'http_denied',
      `Cannot send more than ${MAX_HEADERS} headers, or ${MAX_HEADER_BYTES} bytes of them`,
    );
  }
  const names = new Set<string>();
  for (const [name, value] of checked) {
    const why = whyDenied(name, value, names);
    if (why !== undefined) {
      const shown = JSON.stringify(name.slice(0, 80));
      return fail('http_denied', `Cannot send header ${shown}: ${why}`);
    }
    names.add(name);
  }
  return ok(checked);
}

function whyDenied(name: string, value: string, names: ReadonlySet<string>): string | undefined {
  if (!NAME.test(name)) return 'its name is not one of a header';
  if (DENIED.has(name) || DENIED_PREFIX.test(name)) return 'it is not for a recipe to set';
  if (names.has(name)) return 'it is there twice';
  // Line breaks above all: they would begin another header.
  if (!VALUE.test(value)) return 'its value has a character that a header cannot hold';
  return undefined;
}

function sizeOf(headers: HeaderList): number {
  return headers.reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0);
}

/** What another origin may see. Any other header may be a key, whatever its name. */
const HARMLESS = new Set(['accept', 'accept-language', 'cache-control', 'range', 'user-agent']);

export function forOtherOrigin(headers: HeaderList): HeaderList {
  return headers.filter(([name]) => HARMLESS.has(name));
}

/** For a request that has lost its body on the way. */
export function withoutBody(headers: HeaderList): HeaderList {
  return headers.filter(([name]) => !name.startsWith('content-') && name !== 'idempotency-key');
}

/** The headers of an answer; nothing when they are too many. */
export function readHeaders(headers: Headers): HeaderList | undefined {
  const list: (readonly [string, string])[] = [];
  for (const entry of headers) {
    list.push(entry);
    if (list.length > MAX_ANSWER_HEADERS) return undefined;
  }
  return sizeOf(list) > MAX_ANSWER_HEADER_BYTES ? undefined : list;
}
