/** What the Egress port promises, whatever hosts answer. Run on every platform. */
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../src/core/errors.ts';
import type { EgressPolicy, EgressReply, EgressRequest } from '../../src/runtime/ports.ts';
import { hangs, redirects } from '../support/fake-net.ts';
import type { FakeNet, Host } from '../support/fake-net.ts';
import { bomb, endless } from '../support/large-answers.ts';

type Make = (
  hosts: { readonly [address: string]: Host },
  policy?: Partial<EgressPolicy>,
) => FakeNet;

const A = 'https://a.example.com';
const B = 'https://b.example.org';
const never = new AbortController().signal;
const text =
  (body: string): Host =>
  () =>
    new Response(body);

function ask(
  { egress }: FakeNet,
  request: Partial<EgressRequest> = {},
  signal = never,
): ReturnType<FakeNet['egress']['fetch']> {
  const usual = { method: 'GET', url: `${A}/`, headers: [], maxBytes: 1_000 };
  return egress.fetch({ ...usual, policy: egress.policy, ...request }, signal);
}

async function replyOf(...given: Parameters<typeof ask>): Promise<EgressReply & { text: string }> {
  const reply = await ask(...given);
  if (!reply.ok) throw new Error(`${reply.error.code}: ${reply.error.message}`);
  return { ...reply.value, text: new TextDecoder().decode(reply.value.body) };
}

async function codeOf(...given: Parameters<typeof ask>): Promise<ErrorCode | 'answered'> {
  const reply = await ask(...given);
  return reply.ok ? 'answered' : reply.error.code;
}

export function describeEgress(name: string, make: Make): void {
  describe(`Egress contract: ${name}`, () => {
    describeRequests(make);
    describeRedirects(make);
    describeAnswers(make);
  });
}

function describeRequests(make: Make): void {
  it('hands on method, headers and body, and says who sends', async () => {
    const net = make({ [A]: text('yes') });
    const reply = await replyOf(net, {
      method: 'POST',
      url: `${A}/x?y=1`,
      headers: [['X-Own', ' 1 ']],
      body: 'hello',
    });
    expect(reply).toMatchObject({ status: 200, text: 'yes', url: `${A}/x?y=1` });
    expect(net.seen).toEqual([
      expect.objectContaining({ method: 'POST', url: `${A}/x?y=1`, body: 'hello' }),
    ]);
    expect(net.seen[0]!.headers).toMatchObject({
      'x-own': '1',
      'user-agent': 'edge-composer',
      'edge-composer-sender': 'here',
    });
  });

  it('sends bytes as they are', async () => {
    const net = make({ [A]: text('') });
    await replyOf(net, { method: 'PUT', body: new TextEncoder().encode('ü') });
    expect(net.seen[0]!.body).toBe('ü');
  });

  it.each([
    'get',
    'TRACE',
    'CONNECT',
    'PROPFIND',
    '',
    'GET ',
    'GET / HTTP/1.1\r\nX: y',
    'toString',
  ])('refuses the method %j', async (method) => {
    const net = make({ [A]: text('') });
    expect(await codeOf(net, { method })).toBe('http_denied');
    expect(net.seen).toEqual([]);
  });

  it.each(['GET', 'HEAD'])('refuses a body with %s', async (method) => {
    expect(await codeOf(make({ [A]: text('') }), { method, body: 'x' })).toBe('http_denied');
  });

  it.each([
    'Host',
    'HOST',
    'Content-Length',
    'Transfer-Encoding',
    'Connection',
    'Upgrade',
    'Proxy-Authorization',
    'CF-Connecting-IP',
    'cf-worker',
    'X-Forwarded-For',
    'X-Forwarded-Host',
    'Forwarded',
    'X-Real-IP',
    'Accept-Encoding',
    'Edge-Composer-Sender',
    'Sec-Fetch-Mode',
    'MF-Original-URL',
    '',
    'a b',
    'a:b',
    'a\r\nHost',
    'a\n',
    'ä',
    'x\0',
  ])('refuses the header %j', async (header) => {
    const net = make({ [A]: text('') });
    expect(await codeOf(net, { headers: [[header, 'x']] })).toBe('http_denied');
    expect(net.seen).toEqual([]);
  });

  it.each(['a\r\nX-Other: b', 'a\nb', 'a\rb', 'a\0b', 'a\u007fb', '語'])(
    'refuses the header value %j',
    async (value) => {
      const net = make({ [A]: text('') });
      expect(await codeOf(net, { headers: [['x-a', value]] })).toBe('http_denied');
      expect(net.seen).toEqual([]);
    },
  );

  it('refuses a header twice, too many of them and too much of them', async () => {
    const net = make({ [A]: text('') });
    const many = Array.from({ length: 65 }, (_, index) => [`x-${index}`, ''] as const);
    const twice = [['x-a', '1'] as const, ['X-A', '2'] as const];
    for (const headers of [many, twice, [['x-a', 'a'.repeat(17_000)] as const]]) {
      expect(await codeOf(net, { headers })).toBe('http_denied');
    }
  });

  it('sends no placeholder of a secret as if it were the secret', async () => {
    const net = make({ [A]: text('') });
    const headers = [['Authorization', 'Bearer {{secret:TOKEN}}'] as const];
    expect(await codeOf(net, { headers })).toBe('http_denied');
    expect(await codeOf(net, { url: `${A}/?key={{secret:TOKEN}}` })).toBe('http_denied');
    expect(net.seen).toEqual([]);
  });

  it('refuses what the policy does not allow, before anything is sent', async () => {
    const net = make({ 'https://127.0.0.1': text('secret') });
    expect(await codeOf(net, { url: 'https://127.0.0.1/' })).toBe('http_denied');
    expect(await codeOf(net, { url: 'https://2130706433/' })).toBe('http_denied');
    expect(net.seen).toEqual([]);
  });

  it('goes by the policy of the request', async () => {
    const net = make({ [A]: text('yes') });
    const denyHosts = [{ name: 'a.example.com', isSuffix: false }];
    expect(await codeOf(net, { policy: { ...net.egress.policy, denyHosts } })).toBe('http_denied');
    expect(await codeOf(net)).toBe('answered');
  });

  it('tells that a host cannot be reached, and that this may pass', async () => {
    const reply = await ask(make({}));
    expect(reply).toMatchObject({
      ok: false,
      error: { code: 'http_unreachable', retryable: true },
    });
  });
}

function describeRedirects(make: Make): void {
  it('follows a redirect, and says where it has led', async () => {
    const net = make({ [`${A}/`]: redirects('/next?a=1'), [`${A}/next`]: text('there') });
    expect(await replyOf(net)).toMatchObject({ text: 'there', url: `${A}/next?a=1` });
  });

  it('follows three redirects and no fourth', async () => {
    const chain = (length: number) =>
      Object.fromEntries(
        Array.from({ length }, (_, index) => [`${A}/${index}`, redirects(`/${index + 1}`)]),
      );
    const url = `${A}/0`;
    expect((await replyOf(make({ ...chain(3), [`${A}/3`]: text('end') }), { url })).text).toBe(
      'end',
    );
    const four = make({ ...chain(4), [`${A}/4`]: text('end') });
    expect(await codeOf(four, { url })).toBe('http_denied');
    expect(four.seen).toHaveLength(4);
  });

  it.each([
    'http://b.example.org/',
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://0x7f.1/',
    '//169.254.169.254/latest/meta-data',
    'https://localhost/',
    'https://metadata.google.internal/',
    'https://user:pass@b.example.org/',
    'https://b.example.org:25/',
    'file:///etc/passwd',
    'data:text/plain,x',
    'https://',
    '///',
  ])('refuses a redirect to %s', async (location) => {
    const net = make({ [A]: redirects(location) });
    expect(await codeOf(net)).toBe('http_denied');
    expect(net.seen).toHaveLength(1);
  });

  it('checks every hop, not the first alone', async () => {
    const net = make({
      [A]: redirects(`${B}/1`),
      [`${B}/1`]: redirects('/2'),
      [`${B}/2`]: redirects('https://10.0.0.1/'),
    });
    expect(await codeOf(net)).toBe('http_denied');
    expect(net.seen.map(({ url }) => url)).toEqual([`${A}/`, `${B}/1`, `${B}/2`]);
  });

  it('keeps keys from another origin, also on the way back', async () => {
    const net = make({
      [`${A}/`]: redirects(`${B}/`),
      [`${B}/`]: redirects(`${A}/back`),
      [`${A}/back`]: text('done'),
    });
    const headers = [
      ['Authorization', 'Bearer k'],
      ['Cookie', 'k'],
      ['X-Api-Key', 'k'],
      ['Private-Token', 'k'],
      ['Accept', 'text/plain'],
    ] as const;
    await replyOf(net, { headers });
    expect(net.seen[0]!.headers).toMatchObject({ authorization: 'Bearer k', 'private-token': 'k' });
    for (const { headers: sent } of net.seen.slice(1)) {
      expect(Object.values(sent).filter((value) => value.includes('k') && value !== 'k')).toEqual(
        [],
      );
      expect(Object.keys(sent).toSorted()).toEqual([
        'accept',
        'edge-composer-sender',
        'user-agent',
      ]);
    }
  });

  it.each([`http://a.example.com/`, `https://a.example.com:8443/`, `https://www.a.example.com/`])(
    'takes %s for another origin',
    async (location) => {
      const net = make(
        { [A]: redirects(location), [new URL(location).origin]: text('') },
        { allowHttp: true },
      );
      await replyOf(net, { headers: [['Authorization', 'k']] });
      expect(net.seen[1]!.headers['authorization']).toBeUndefined();
    },
  );

  it('keeps keys within the origin', async () => {
    const net = make({ [`${A}/`]: redirects(`${A}:443/next`), [`${A}/next`]: text('') });
    await replyOf(net, { headers: [['Authorization', 'k']] });
    expect(net.seen[1]!.headers['authorization']).toBe('k');
  });

  it.each([
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'POST', 'GET'],
    [303, 'PUT', 'GET'],
    [303, 'DELETE', 'GET'],
  ])('drops the body after %i: %s becomes %s', async (status, method, then) => {
    const net = make({ [`${A}/`]: redirects('/n', status), [`${A}/n`]: text('') });
    const headers = [
      ['Content-Type', 'text/plain'],
      ['Idempotency-Key', 'k'],
    ] as const;
    await replyOf(net, { method, body: 'secret', headers });
    const { method: used, body, headers: sent } = net.seen[1]!;
    expect({ used, body }).toEqual({ used: then, body: undefined });
    expect(sent).not.toHaveProperty('content-type');
    expect(sent).not.toHaveProperty('idempotency-key');
  });

  it.each([
    [307, 'POST'],
    [308, 'POST'],
    [301, 'PUT'],
    [302, 'PATCH'],
  ])('sends the body again within the origin after %i of %s', async (status, method) => {
    const net = make({ [`${A}/`]: redirects('/n', status), [`${A}/n`]: text('') });
    await replyOf(net, { method, body: 'again' });
    expect(net.seen[1]).toMatchObject({ method, body: 'again' });
  });

  it.each([
    [307, 'POST'],
    [308, 'POST'],
    [301, 'PUT'],
    [302, 'PATCH'],
    [307, 'DELETE'],
  ])('refuses to repeat a request at another origin after %i of %s', async (status, method) => {
    const net = make({ [A]: redirects(`${B}/`, status), [B]: text('') });
    const body = method === 'DELETE' ? {} : { body: 'secret' };
    expect(await codeOf(net, { method, ...body })).toBe('http_denied');
    expect(net.seen).toHaveLength(1);
  });

  it('gives a redirect as an answer when asked to, and one that leads nowhere', async () => {
    const net = make({ [A]: redirects(`${B}/`) });
    expect((await replyOf(net, { redirect: 'manual' })).status).toBe(302);
    const bare = make({ [A]: () => new Response(null, { status: 302 }) });
    expect((await replyOf(bare)).status).toBe(302);
  });
}

function describeAnswers(make: Make): void {
  it('takes a body of just the bound, and none of one byte more', async () => {
    const net = make({ [A]: text('x'.repeat(1_000)), [B]: text('x'.repeat(1_001)) });
    expect((await replyOf(net)).body.byteLength).toBe(1_000);
    expect(await codeOf(net, { url: B })).toBe('http_too_large');
  });

  it('gives up an endless answer at the bound', async () => {
    const { host, made, isCancelled } = endless(new Uint8Array(100));
    expect(await codeOf(make({ [A]: host }))).toBe('http_too_large');
    expect(made()).toBeLessThan(2_000);
    expect(isCancelled()).toBe(true);
  });

  it('gives up an endless answer of single bytes', async () => {
    const { host } = endless(new Uint8Array(1));
    expect(await codeOf(make({ [A]: host }))).toBe('http_too_large');
  });

  it('counts decoded bytes: what is small on the wire cannot grow', async () => {
    expect(await codeOf(make({ [A]: bomb }), { maxBytes: 1024 * 1024 })).toBe('http_too_large');
  });

  it('refuses too many headers, and too much of them', async () => {
    const many = new Headers();
    for (let index = 0; index < 257; index += 1) many.set(`x-${index}`, '');
    const long = { 'x-long': 'a'.repeat(70_000) };
    for (const headers of [many, long]) {
      const net = make({ [A]: () => new Response('', { headers }) });
      expect(await codeOf(net)).toBe('http_too_large');
    }
  });

  it('gives up on a host that does not answer when the signal aborts', async () => {
    const stop = new AbortController();
    const asked = codeOf(make({ [A]: hangs }), {}, stop.signal);
    stop.abort();
    expect(await asked).toBe('timeout');
  });

  it('gives up on a body that stalls when the signal aborts', async () => {
    const stop = new AbortController();
    const stalled = Promise.withResolvers<void>();
    let isCancelled = false;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new Uint8Array(10));
      },
      pull: () => stalled.resolve(),
      cancel() {
        isCancelled = true;
      },
    });
    const asked = codeOf(make({ [A]: () => new Response(body) }), {}, stop.signal);
    // The next piece never comes.
    await stalled.promise;
    stop.abort();
    expect(await asked).toBe('timeout');
    expect(isCancelled).toBe(true);
  });

  it('sends nothing when the signal has aborted already', async () => {
    const net = make({ [A]: hangs });
    expect(await codeOf(net, {}, AbortSignal.abort())).toBe('timeout');
    expect(net.seen).toEqual([]);
  });

  it('tells that a host broke off in the middle', async () => {
    const body = () =>
      new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(new Uint8Array(10));
        },
        pull(controller) {
          controller.error(new Error('connection reset by 10.0.0.7'));
        },
      });
    const reply = await ask(make({ [A]: () => new Response(body()) }));
    expect(reply).toMatchObject({ ok: false, error: { code: 'http_unreachable' } });
    expect(JSON.stringify(reply)).not.toContain('10.0.0.7');
  });

  it('keeps cookies apart and names in lower case', async () => {
    const headers = new Headers({ 'X-One': '1' });
    headers.append('Set-Cookie', 'a=1, 2');
    headers.append('Set-Cookie', 'b=2');
    const { headers: list } = await replyOf(make({ [A]: () => new Response('', { headers }) }));
    expect(list.filter(([name]) => name === 'set-cookie')).toEqual([
      ['set-cookie', 'a=1, 2'],
      ['set-cookie', 'b=2'],
    ]);
    expect(list).toContainEqual(['x-one', '1']);
  });

  it.each([204, 304, 404, 500])('takes status %i for an answer', async (status) => {
    const net = make({ [A]: () => new Response(null, { status }) });
    expect(await replyOf(net)).toMatchObject({ status, text: '' });
  });
}
