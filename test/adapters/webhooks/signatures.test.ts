/** Signatures, against the examples that their inventors publish, and against those who forge them. */
import { describe, expect, it } from 'vitest';
import { createSignatures } from '../../../src/adapters/webhooks/signatures.ts';
import type { SignatureScheme } from '../../../src/runtime/ports/signatures.ts';
import { digests } from '../../support/http/api.ts';

const signatures = createSignatures({ digests });

const STANDARD = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  body: '{"test": 2432232314}',
  now: 1_614_265_330_000,
  headers: {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  },
};
const GITHUB = {
  secret: "It's a Secret to Everybody",
  body: 'Hello, World!',
  now: 0,
  headers: {
    'x-hub-signature-256':
      'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
  },
};
const stripe = async (at: number, body: string, secret: string) => {
  const key = await crypto.subtle.importKey(
    'raw',
    new TextEncoder().encode(secret),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  );
  const mac = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(`${at}.${body}`));
  return Buffer.from(mac).toString('hex');
};

function check(
  scheme: SignatureScheme,
  message: typeof STANDARD | typeof GITHUB,
  more: object = {},
) {
  const { headers, ...rest } = { ...message, ...more };
  return signatures.check({ scheme, ...rest, headers: new Headers(headers) });
}

describe('Standard Webhooks', () => {
  it('takes the example of its specification, and signs the same', async () => {
    expect(await check('standard', STANDARD)).toEqual({
      ok: true,
      value: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    });
    const { secret, body, now, headers } = STANDARD;
    const id = headers['webhook-id'];
    expect(Object.fromEntries(signatures.sign({ secret, id, now, body }))).toEqual(headers);
  });

  it('takes one good signature among others, as when a key is changed', async () => {
    const { headers } = STANDARD;
    const both = `v1,AAAA v1a,x ${headers['webhook-signature']}`;
    expect(
      await check('standard', STANDARD, { headers: { ...headers, 'webhook-signature': both } }),
    ).toMatchObject({ ok: true });
    const late = `${'v1,AAAA '.repeat(9)}${headers['webhook-signature']}`;
    expect(
      await check('standard', STANDARD, { headers: { ...headers, 'webhook-signature': late } }),
    ).toMatchObject({ ok: false });
  });

  const { headers, now } = STANDARD;
  it.each<[string, object]>([
    ['another body', { body: '{"test": 2432232315}' }],
    ['another secret', { secret: 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }],
    ['another id', { headers: { ...headers, 'webhook-id': 'msg_2' } }],
    ['no id', { headers: { ...headers, 'webhook-id': '' } }],
    ['another time', { headers: { ...headers, 'webhook-timestamp': '1614265331' } }],
    ['a time that is none', { headers: { ...headers, 'webhook-timestamp': '1614265330 ' + 'x' } }],
    ['no signature', { headers: { ...headers, 'webhook-signature': '' } }],
    ['no headers', { headers: {} }],
    ['more than five minutes old', { now: now + 300_001 }],
    ['more than five minutes ahead', { now: now - 300_001 }],
  ])('refuses %s', async (_what, more) => {
    expect(await check('standard', STANDARD, more)).toMatchObject({
      ok: false,
      error: { code: 'signature_invalid' },
    });
  });

  it('takes what is not quite five minutes old', async () => {
    expect(await check('standard', STANDARD, { now: now + 300_000 })).toMatchObject({ ok: true });
  });
});

describe('GitHub', () => {
  it('takes the example of its documentation', async () => {
    expect(await check('github', GITHUB)).toEqual({
      ok: true,
      value: await digests.sha256('Hello, World!'),
    });
  });

  it.each<[string, object]>([
    ['another body', { body: 'Hello, World?' }],
    ['SHA-1', { headers: { 'x-hub-signature': GITHUB.headers['x-hub-signature-256'] } }],
    ['no signature', { headers: {} }],
    ['an empty signature', { headers: { 'x-hub-signature-256': 'sha256=' } }],
  ])('refuses %s', async (_what, more) => {
    expect(await check('github', GITHUB, more)).toMatchObject({ ok: false });
  });
});

describe('Stripe', () => {
  const body = '{"id":"evt_1"}';
  const secret = 'whsec_of_stripe';
  const at = 1_700_000_000;
  const message = async (header?: string) => ({
    scheme: 'stripe' as const,
    secret,
    body,
    now: at * 1000,
    headers: new Headers({
      'stripe-signature':
        header ?? `t=${at},v1=${'0'.repeat(64)},v1=${await stripe(at, body, secret)}`,
    }),
  });

  it('takes what is signed with one of its keys', async () => {
    expect(await signatures.check(await message())).toMatchObject({ ok: true });
  });

  it('refuses what is old, forged, or of another scheme', async () => {
    const good = await stripe(at, body, secret);
    for (const header of [
      `t=${at + 1},v1=${good}`,
      `t=${at},v0=${good}`,
      `v1=${good}`,
      `t=,v1=${good}`,
      '',
    ]) {
      expect([header, (await signatures.check(await message(header))).ok]).toEqual([header, false]);
    }
    const old = { ...(await message()), now: at * 1000 + 300_001 };
    expect(await signatures.check(old)).toMatchObject({ ok: false });
  });
});

describe('a secret', () => {
  it.each([
    ['standard', STANDARD.secret, true],
    ['standard', 'whsec_short', false],
    ['standard', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', false],
    ['standard', `whsec_${'*'.repeat(40)}`, false],
    ['github', 'longer-than-8', true],
    ['github', 'short', false],
    ['stripe', 'whsec_anything', true],
  ] as const)('of %s: %s', (scheme, secret, isGood) => {
    expect(signatures.secretFault(scheme, secret) === undefined).toBe(isGood);
  });
});
