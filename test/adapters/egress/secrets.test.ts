/** Secrets in requests: where they may go, and that they never come back. */
import { describe, expect, it } from 'vitest';
import { createMemorySecrets } from '../../../src/adapters/memory/settings.ts';
import { createFakeNet, redirects } from '../../support/fake-net.ts';
import type { FakeNet, Host } from '../../support/fake-net.ts';
import type { EgressReply, EgressRequest } from '../../../src/runtime/ports.ts';
import type { Failure } from '../../../src/core/errors.ts';

const A = 'https://a.example.com';
const B = 'https://b.example.com';
const VALUE = 'k"ey/of+acme 1';
const never = new AbortController().signal;

const echo: Host = ({ headers, body }) =>
  Response.json({ headers, body: body ?? null }, { headers: { 'x-echo': headers['x-key'] ?? '' } });

async function makeNet(hosts: Record<string, Host> = { [A]: echo, [B]: echo }): Promise<FakeNet> {
  const secrets = createMemorySecrets({ clock: { now: () => 0 } });
  await secrets.put('acme', {
    name: 'KEY',
    value: VALUE,
    hosts: ['a.example.com'],
    in: ['header'],
  });
  await secrets.put('acme', {
    name: 'BODY',
    value: VALUE,
    hosts: ['*.example.com:8443', 'a.example.com', 'http://a.example.com'],
    in: ['body'],
  });
  await secrets.put('other', {
    name: 'ALIEN',
    value: 'x'.repeat(9),
    hosts: ['a.example.com'],
    in: ['header'],
  });
  return createFakeNet(hosts, { allowHttp: true }, secrets);
}

async function ask(net: FakeNet, request: Partial<EgressRequest>) {
  const usual = { method: 'GET', url: `${A}/`, headers: [], maxBytes: 100_000 };
  const secrets = { tenant: 'acme' };
  return net.egress.fetch({ ...usual, policy: net.egress.policy, secrets, ...request }, never);
}

async function replyOf(net: FakeNet, request: Partial<EgressRequest>): Promise<EgressReply> {
  const reply = await ask(net, request);
  if (reply.ok) return reply.value;
  throw new Error(`${reply.error.code}: ${reply.error.message}`);
}

async function refusalOf(net: FakeNet, request: Partial<EgressRequest>): Promise<Failure> {
  const reply = await ask(net, request);
  if (!reply.ok) return reply.error;
  throw new Error('it was sent');
}

const header = (value: string, name = 'X-Key') => [[name, value] as const];
const key = header('Bearer {{secret:KEY}}');

describe('a secret of a header', () => {
  it('reaches its host and does not come back', async () => {
    const net = await makeNet();
    const reply = await replyOf(net, { headers: key });
    expect(net.seen[0]?.headers['x-key']).toBe(`Bearer ${VALUE}`);
    expect(JSON.stringify(reply.headers)).not.toContain(VALUE);
    const text = new TextDecoder().decode(reply.body);
    expect(text).toContain('"x-key":"Bearer ***"');
    expect(reply.headers).toContainEqual(['x-echo', 'Bearer ***']);
  });

  it('may stand beside others and twice', async () => {
    const net = await makeNet();
    await replyOf(net, { headers: header('{{ secret:KEY }},{{secret:KEY}}') });
    expect(net.seen[0]?.headers['x-key']).toBe(`${VALUE},${VALUE}`);
  });

  it.each([
    ['another host', { url: `${B}/` }],
    ['a host of a similar name', { url: 'https://a.example.com.evil.example/' }],
    ['another port', { url: 'https://a.example.com:8443/' }],
    ['another protocol', { url: 'http://a.example.com/' }],
  ])('is not sent to %s', async (_what, request) => {
    const net = await makeNet();
    const refusal = await refusalOf(net, { headers: key, ...request });
    expect(refusal.code).toBe('http_denied');
    expect(refusal.message).not.toContain(VALUE);
    expect(net.seen).toEqual([]);
  });

  it('is not sent in a body, nor in an address', async () => {
    const net = await makeNet();
    const body = { method: 'POST', body: '{{secret:KEY}}' };
    expect((await refusalOf(net, body)).code).toBe('http_denied');
    for (const url of [`${A}/?key={{secret:KEY}}`, `${A}/%7b%7bsecret:KEY%7d%7d`]) {
      expect((await refusalOf(net, { url })).code).toBe('http_denied');
    }
    expect(net.seen).toEqual([]);
  });

  it('goes along to the same host and not to another', async () => {
    const hosts = {
      [`${A}/here`]: redirects('/there'),
      [`${A}/there`]: echo,
      [A]: redirects(B),
      [B]: echo,
    };
    const net = await makeNet(hosts);
    await replyOf(net, { url: `${A}/here`, headers: key });
    expect(net.seen[1]?.headers['x-key']).toBe(`Bearer ${VALUE}`);
    await replyOf(net, { headers: key });
    expect(net.seen[3]).toMatchObject({ url: `${B}/` });
    expect(JSON.stringify(net.seen[3])).not.toContain('acme 1');
  });

  it('in a header that other hosts may see stops at them', async () => {
    const net = await makeNet({ [A]: redirects(B), [B]: echo });
    const headers = header('{{secret:KEY}}', 'User-Agent');
    expect((await refusalOf(net, { headers })).code).toBe('http_denied');
    expect(net.seen).toHaveLength(1);
  });

  it('in the address of a redirect comes back unread', async () => {
    const host: Host = ({ headers }) =>
      new Response(null, {
        status: 302,
        headers: { location: `${A}/?${encodeURIComponent(headers['x-key'] ?? '')}` },
      });
    const net = await makeNet({ [A]: host });
    const reply = await replyOf(net, { headers: key, redirect: 'manual' });
    expect(JSON.stringify(reply.headers)).toContain('***');
    expect(JSON.stringify(reply.headers)).not.toContain('of%2Bacme');
  });
});

describe('a secret of a body', () => {
  it.each([
    ['text/plain', '<{{secret:BODY}}>', `<${VALUE}>`],
    ['application/json', '{"a":"{{secret:BODY}}"}', JSON.stringify({ a: VALUE })],
    ['application/x-www-form-urlencoded', 'a={{secret:BODY}}', `a=${encodeURIComponent(VALUE)}`],
    [
      'application/x-www-form-urlencoded',
      'a=%7B%7Bsecret%3ABODY%7D%7D&b=1',
      `a=${encodeURIComponent(VALUE)}&b=1`,
    ],
  ])('fits %s', async (type, body, sent) => {
    const net = await makeNet();
    const reply = await replyOf(net, {
      method: 'POST',
      body,
      headers: header(type, 'Content-Type'),
    });
    expect(net.seen[0]?.body).toBe(sent);
    expect(new TextDecoder().decode(reply.body)).not.toContain('acme 1');
  });

  it('may be bytes, and bytes that are no text are left alone', async () => {
    const net = await makeNet();
    await replyOf(net, { method: 'POST', body: new TextEncoder().encode('{{secret:BODY}}') });
    expect(net.seen[0]?.body).toBe(VALUE);
    const body = Uint8Array.of(0xff, ...new TextEncoder().encode('{{secret:BODY}}'));
    await replyOf(net, { method: 'POST', body });
    expect(net.seen[1]?.body).toBe('\ufffd{{secret:BODY}}');
  });

  it('is not for a header', async () => {
    const net = await makeNet();
    expect((await refusalOf(net, { headers: header('{{secret:BODY}}') })).code).toBe('http_denied');
  });
});

describe('whose secrets', () => {
  it.each(['NONE', 'ALIEN', '__proto__', 'constructor'])(
    '%s is none of this tenant',
    async (name) => {
      const net = await makeNet();
      const refusal = await refusalOf(net, { headers: header(`{{secret:${name}}}`) });
      expect(refusal).toMatchObject({ code: 'http_denied', retryable: false });
      expect(net.seen).toEqual([]);
    },
  );

  it('only those that are named, where names are given', async () => {
    const net = await makeNet();
    const secrets = { tenant: 'acme', names: ['BODY'] };
    expect((await refusalOf(net, { headers: key, secrets })).code).toBe('http_denied');
    await replyOf(net, { method: 'POST', body: '{{secret:BODY}}', secrets });
    expect(net.seen).toHaveLength(1);
  });

  it('one that was sent before is taken out as well', async () => {
    const net = await makeNet({ [A]: () => new Response(VALUE) });
    const secrets = { tenant: 'acme', names: ['KEY', 'GONE'] };
    expect(new TextDecoder().decode((await replyOf(net, { secrets })).body)).toBe('***');
  });
});

it('an answer in an encoding that nobody took off is not read', async () => {
  const host: Host = () => new Response('x', { headers: { 'content-encoding': 'rot13' } });
  const net = await makeNet({ [A]: host });
  expect((await refusalOf(net, { headers: key })).code).toBe('http_denied');
  expect((await replyOf(net, {})).status).toBe(200);
});
