/** The Signatures port: Standard Webhooks by its library, GitHub's and Stripe's on Web Crypto. */
import { Webhook } from 'standardwebhooks';
import { fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import type { Digests } from '../../runtime/ports.ts';
import type { SignedMessage, Signatures } from '../../runtime/ports/signatures.ts';

/** How far the sender's clock may be off, and how late a message may come. */
const WINDOW_MS = 5 * 60 * 1000;
const MAX_ID = 256;
/** A sender that changes its key signs with both; nobody needs more than a few. */
const MAX_SIGNATURES = 8;
const SECRET = /^whsec_[A-Za-z0-9+/]{32,128}={0,2}$/;

export function createSignatures({ digests }: { digests: Digests }): Signatures {
  return {
    async check(message) {
      switch (message.scheme) {
        case 'standard':
          return checkStandard(message, digests);
        case 'github':
          return checkGithub(message, digests);
        case 'stripe':
          return checkStripe(message, digests);
      }
    },
    sign({ secret, id, now, body }) {
      const at = new Date(now);
      return [
        ['webhook-id', id],
        ['webhook-timestamp', String(Math.floor(now / 1000))],
        ['webhook-signature', new Webhook(secret).sign(id, at, body)],
      ];
    },
    secretFault(scheme, secret) {
      if (scheme !== 'standard')
        return secret.length >= 8 ? undefined : 'must be 8 characters or more';
      const fault = 'must be "whsec_" and 24 bytes or more in base64';
      if (!SECRET.test(secret)) return fault;
      try {
        return new Webhook(secret).sign('a', new Date(0), '') === '' ? fault : undefined;
      } catch {
        return fault;
      }
    },
  };
}

/** The library's own check reads the system's clock; this one is told the time. */
function checkStandard(
  { secret, headers, body, now }: SignedMessage,
  digests: Digests,
): Result<string> {
  const id = headers.get('webhook-id') ?? '';
  const at = seconds(headers.get('webhook-timestamp'));
  if (id === '' || id.length > MAX_ID || at === undefined) {
    return invalid('"webhook-id" and "webhook-timestamp" are missing');
  }
  if (isStale(at, now)) return stale();
  const expected = new Webhook(secret).sign(id, new Date(at), body);
  const given = (headers.get('webhook-signature') ?? '').split(' ').slice(0, MAX_SIGNATURES);
  return given.some((one) => digests.equal(one, expected)) ? ok(id) : mismatch();
}

/** Nothing signed says when or which, so the body itself is what tells one from another. */
async function checkGithub(
  { secret, headers, body }: SignedMessage,
  digests: Digests,
): Promise<Result<string>> {
  const given = headers.get('x-hub-signature-256') ?? '';
  const expected = `sha256=${await hmac(secret, body)}`;
  return digests.equal(given, expected) ? ok(await digests.sha256(body)) : mismatch();
}

async function checkStripe(
  { secret, headers, body, now }: SignedMessage,
  digests: Digests,
): Promise<Result<string>> {
  const pairs = (headers.get('stripe-signature') ?? '').split(',').map((part) => part.trim());
  const valuesOf = (name: string) =>
    pairs.filter((pair) => pair.startsWith(`${name}=`)).map((pair) => pair.slice(name.length + 1));
  const [time = ''] = valuesOf('t');
  const at = seconds(time);
  if (at === undefined) return invalid('"stripe-signature" has no time');
  if (isStale(at, now)) return stale();
  const expected = await hmac(secret, `${time}.${body}`);
  const given = valuesOf('v1').slice(0, MAX_SIGNATURES);
  if (!given.some((one) => digests.equal(one, expected))) return mismatch();
  return ok(await digests.sha256(body));
}

function seconds(text: string | null): number | undefined {
  return text !== null && /^\d{1,12}$/.test(text) ? Number(text) * 1000 : undefined;
}

function isStale(at: number, now: number): boolean {
  return Math.abs(now - at) > WINDOW_MS;
}

function invalid(why: string): ReturnType<typeof fail> {
  return fail('signature_invalid', `Cannot take the message: ${why}`);
}

function stale(): ReturnType<typeof fail> {
  return invalid('it is more than five minutes old, or ahead');
}

function mismatch(): ReturnType<typeof fail> {
  return invalid('its signature is not that of the body');
}

async function hmac(secret: string, text: string): Promise<string> {
  const encoder = new TextEncoder();
  const how = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), how, false, ['sign']);
  const mac = await crypto.subtle.sign('HMAC', key, encoder.encode(text));
  return [...new Uint8Array(mac)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
