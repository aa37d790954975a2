/** A network that is a table: the real Egress adapter over hosts that tests write. */
import { createEgress } from '../../src/adapters/egress/egress.ts';
import type { Send } from '../../src/adapters/egress/egress.ts';
import { PUBLIC_HTTPS } from '../../src/runtime/egress/settings.ts';
import type { Egress, EgressPolicy } from '../../src/runtime/ports.ts';
import type { Secrets } from '../../src/runtime/ports/settings.ts';

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  readonly body?: string;
}

/** What a host answers; `count` is how often this address was asked, from 1. */
export type Host = (
  request: Seen,
  about: { readonly signal: AbortSignal; readonly count: number },
) => Response | Promise<Response>;

export interface FakeNet {
  readonly egress: Egress;
  /** Every request that reached a host, in order. */
  readonly seen: Seen[];
}

/** Hosts by origin, or by origin and path. Any other address cannot be reached. */
export function createFakeNet(
  hosts: { readonly [address: string]: Host } = {},
  policy: Partial<EgressPolicy> = {},
  secrets: Pick<Secrets, 'reveal'> = { reveal: async () => undefined },
): FakeNet {
  const seen: Seen[] = [];
  const send: Send = async (url, { method, headers, body, signal, redirect }) => {
    if (redirect !== 'manual') throw new Error('the platform may not follow redirects');
    const { origin, pathname } = new URL(url);
    const request = {
      method,
      url,
      headers: Object.fromEntries(headers),
      ...(body !== undefined && {
        body: typeof body === 'string' ? body : new TextDecoder().decode(body),
      }),
    };
    const host = hosts[origin + pathname] ?? hosts[origin];
    if (host === undefined) throw new TypeError('fetch failed');
    seen.push(request);
    const count = seen.filter((each) => each.url === url).length;
    return host(request, { signal, count });
  };
  const egress = createEgress({
    send,
    policy: { ...PUBLIC_HTTPS, ...policy },
    sender: 'here',
    secrets,
  });
  return { egress, seen };
}

/** Answers only by giving up, when the signal says so. */
export const hangs: Host = (_request, { signal }) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
  });

export const redirects =
  (location: string, status = 302): Host =>
  () =>
    new Response(null, { status, headers: { location } });

export const json =
  (value: unknown, init: ResponseInit = {}): Host =>
  () =>
    Response.json(value, init);
