/** The Egress port over the platform's `fetch`: every hop checked, every answer bounded. */
import { fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import { checkUrl, showUrl } from '../../runtime/egress/check-url.ts';
import { checkHeaders, readHeaders, SENDER_HEADER } from '../../runtime/egress/headers.ts';
import type { HeaderList } from '../../runtime/egress/headers.ts';
import { readBody } from '../../runtime/egress/read-body.ts';
import { secretNames } from '../../runtime/egress/secret-text.ts';
import { followRedirect, isRedirect, MAX_REDIRECTS } from '../../runtime/egress/redirect.ts';
import type { Hop } from '../../runtime/egress/redirect.ts';
import type { Egress, EgressPolicy, EgressReply, EgressRequest } from '../../runtime/ports.ts';
import type { Secrets } from '../../runtime/ports/settings.ts';
import { fillHop, findSecrets, withoutSecrets } from './secrets.ts';
import type { SendableSecret } from './secrets.ts';

/** What is asked of `fetch`. */
export type Send = (
  url: string,
  init: {
    readonly method: string;
    readonly headers: Headers;
    readonly body?: Uint8Array<ArrayBuffer> | string;
    readonly redirect: 'manual';
    readonly signal: AbortSignal;
  },
) => Promise<Response>;

export interface EgressDeps {
  readonly send: Send;
  /** The server's own, for tasks. */
  readonly policy: EgressPolicy;
  /** Names this server to others and to itself. */
  readonly sender: string;
  readonly secrets: Pick<Secrets, 'reveal'>;
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const MAX_BODY = 4 * 1024 * 1024;

export function createEgress(deps: EgressDeps): Egress {
  return {
    policy: deps.policy,
    async fetch(request, signal) {
      const first = firstHop(request);
      if (!first.ok) return first;
      const secrets = await findSecrets(deps.secrets, request.secrets, first.value);
      if (!secrets.ok) return secrets;
      const reply = await follow(
        deps,
        { request, first: first.value, secrets: secrets.value },
        signal,
      );
      return reply.ok ? withoutSecrets(reply.value, secrets.value) : reply;
    },
  };
}

function firstHop({ method, url, headers, body, policy }: EgressRequest): Result<Hop> {
  if (!METHODS.has(method)) {
    return fail('http_denied', `Cannot request with method ${JSON.stringify(method.slice(0, 40))}`);
  }
  if (body !== undefined && (method === 'GET' || method === 'HEAD')) {
    return fail('http_denied', `Cannot send a body with ${method}`);
  }
  if (body !== undefined && body.length > MAX_BODY) {
    return fail('http_too_large', `Cannot send a body of more than ${MAX_BODY} bytes`);
  }
  const checked = checkUrl(url, policy);
  if (!checked.ok) return checked;
  const sent = checkHeaders(headers);
  if (!sent.ok) return sent;
  const [secret] = secretNames(checked.value.href);
  if (secret !== undefined) {
    return fail('http_denied', `Cannot send secret "${secret}": an address is no place for one`);
  }
  return ok({
    method,
    url: checked.value,
    headers: sent.value,
    ...(body !== undefined && { body }),
  });
}

interface Sending {
  readonly request: EgressRequest;
  readonly first: Hop;
  readonly secrets: readonly SendableSecret[];
}

async function follow(
  { send, sender }: EgressDeps,
  { request, first, secrets }: Sending,
  signal: AbortSignal,
): Promise<Result<EgressReply>> {
  let hop = first;
  for (let redirects = 0; ; redirects += 1) {
    const filled = fillHop(hop, secrets);
    if (!filled.ok) return filled;
    const answered = await sendHop(send, { hop: filled.value, sender }, signal);
    if (!answered.ok) return answered;
    const { value: response } = answered;
    const { status } = response;
    const location = isRedirect(status) ? response.headers.get('location') : null;
    if (location === null || request.redirect === 'manual') {
      return readReply(response, { hop, maxBytes: request.maxBytes }, signal);
    }
    await response.body?.cancel().catch(() => undefined);
    if (redirects === MAX_REDIRECTS) {
      const shown = showUrl(first.url.href);
      return fail(
        'http_denied',
        `Cannot follow more than ${MAX_REDIRECTS} redirects from "${shown}"`,
      );
    }
    const next = followRedirect(hop, { status, location }, request.policy);
    if (!next.ok) return next;
    hop = next.value;
  }
}

async function sendHop(
  send: Send,
  { hop, sender }: { readonly hop: Hop; readonly sender: string },
  signal: AbortSignal,
): Promise<Result<Response>> {
  const { method, url, body } = hop;
  if (signal.aborted) return broken(url, signal);
  try {
    const response = await send(url.href, {
      method,
      headers: headersOf(hop.headers, sender),
      redirect: 'manual',
      signal,
      ...(body !== undefined && { body: typeof body === 'string' ? body : Uint8Array.from(body) }),
    });
    return ok(response);
  } catch {
    return broken(url, signal);
  }
}

function headersOf(list: HeaderList, sender: string): Headers {
  const headers = new Headers([...list].map(([name, value]) => [name, value]));
  // Some services refuse a request that does not say what it comes from.
  if (!headers.has('user-agent')) headers.set('user-agent', 'edge-composer');
  headers.set(SENDER_HEADER, sender);
  return headers;
}

async function readReply(
  response: Response,
  { hop, maxBytes }: { readonly hop: Hop; readonly maxBytes: number },
  signal: AbortSignal,
): Promise<Result<EgressReply>> {
  const { url } = hop;
  const headers = readHeaders(response.headers);
  try {
    if (headers === undefined) {
      await response.body?.cancel();
      return fail('http_too_large', `Cannot read the headers of "${showUrl(url.href)}"`);
    }
    const body = await readBody(response.body, maxBytes, signal);
    if (body === undefined) {
      const message = `Cannot read more than ${maxBytes} bytes from "${showUrl(url.href)}"`;
      return fail('http_too_large', message);
    }
    return ok({ status: response.status, headers, body, url: url.href });
  } catch {
    return broken(url, signal);
  }
}

/** What the platform says of a broken connection stays in: it may tell of the network behind. */
function broken(url: URL, signal: AbortSignal): Result<never> {
  const shown = showUrl(url.href);
  if (signal.aborted) return fail('timeout', `Cannot wait longer for "${shown}"`);
  return fail('http_unreachable', `Cannot reach "${shown}"`);
}
