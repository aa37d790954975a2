/** Secrets on the way out and back: filled in for hosts that they are for, taken out of answers. */
import { fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import { showUrl } from '../../runtime/egress/check-url.ts';
import type { HeaderList } from '../../runtime/egress/headers.ts';
import { grantsUrl, parseHostGrant } from '../../runtime/egress/hosts.ts';
import type { Hop } from '../../runtime/egress/redirect.ts';
import { createScrubber } from '../../runtime/egress/scrub.ts';
import { escapeFor, fillSecrets, secretNames } from '../../runtime/egress/secret-text.ts';
import type { EgressReply, SecretUse } from '../../runtime/ports.ts';
import type { SecretEntry, Secrets } from '../../runtime/ports/settings.ts';

export interface SendableSecret extends SecretEntry {
  readonly value: string;
}

/** Encodings that the platform has taken off before we see the answer. */
const DECODED = /^(?:identity|gzip|x-gzip|br|deflate)?$/i;

/** All that are used in a request, and all that may be: a host may send back what it got before. */
export async function findSecrets(
  secrets: Pick<Secrets, 'reveal'>,
  use: SecretUse | undefined,
  hop: Hop,
): Promise<Result<readonly SendableSecret[]>> {
  const used = new Set(
    [...hop.headers.map(([, value]) => value), textOf(hop)].flatMap(secretNames),
  );
  const denied = [...used].find((name) => use === undefined || use.names?.includes(name) === false);
  if (denied !== undefined) return noSecret(denied, 'it may not be used here');
  const found: SendableSecret[] = [];
  if (use === undefined) return ok(found);
  for (const name of new Set([...used, ...(use.names ?? [])])) {
    const secret = await secrets.reveal(use.tenant, name);
    if (secret !== undefined) found.push(secret);
    else if (used.has(name)) return noSecret(name, 'there is none of this name');
  }
  return ok(found);
}

/** Each value in its place, if this very address may have it. */
export function fillHop(hop: Hop, secrets: readonly SendableSecret[]): Result<Hop> {
  const values = new Map(secrets.map(({ name, value }) => [name, value]));
  const text = textOf(hop);
  const inBody = secretNames(text);
  const inHeaders = hop.headers.flatMap(([, value]) => secretNames(value));
  for (const [place, names] of [['header', inHeaders] as const, ['body', inBody] as const]) {
    for (const name of names) {
      const secret = secrets.find((each) => each.name === name);
      const why =
        secret === undefined ? 'there is none of this name' : whyNot(secret, hop.url, place);
      if (why !== undefined) return noSecret(name, why);
    }
  }
  const headers: HeaderList = hop.headers.map(([name, value]) => [
    name,
    fillSecrets(value, values),
  ]);
  if (inBody.length === 0) return ok({ ...hop, headers });
  const type = hop.headers.find(([name]) => name === 'content-type')?.[1] ?? '';
  return ok({ ...hop, headers, body: fillSecrets(text, values, escapeFor(type)) });
}

function whyNot(secret: SendableSecret, url: URL, place: 'header' | 'body'): string | undefined {
  if (!secret.in.includes(place)) return `it is not for a ${place}`;
  const grants = secret.hosts.flatMap((host) => parseHostGrant(host) ?? []);
  return grants.some((grant) => grantsUrl(grant, url))
    ? undefined
    : `it is not for "${showUrl(url.origin)}"`;
}

export function withoutSecrets(
  reply: EgressReply,
  secrets: readonly SendableSecret[],
): Result<EgressReply> {
  if (secrets.length === 0) return ok(reply);
  const encoding = reply.headers.find(([name]) => name === 'content-encoding')?.[1] ?? '';
  if (!DECODED.test(encoding.trim())) {
    const shown = showUrl(reply.url);
    return fail(
      'http_denied',
      `Cannot read the answer of "${shown}": its encoding may hide secrets`,
    );
  }
  const scrubber = createScrubber(secrets.map(({ value }) => value));
  return ok({
    ...reply,
    headers: reply.headers.map(([name, value]) => [scrubber.text(name), scrubber.text(value)]),
    body: scrubber.bytes(reply.body),
    url: scrubber.text(reply.url),
  });
}

/** Bytes that are not UTF-8 hold no placeholder. */
function textOf({ body }: Hop): string {
  if (body === undefined || typeof body === 'string') return body ?? '';
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return '';
  }
}

function noSecret(name: string, why: string): Result<never> {
  return fail('http_denied', `Cannot send secret "${name}": ${why}`);
}
