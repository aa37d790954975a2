/** Plugins that reach for the network: a grant opens one door, and no other. */
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { bodyOf, call, post } from '../support/api-client.ts';

const { first, second, denied } = inject('hosts');
const hostOf = (origin: string) => origin.replace('http://', '');
const SECRET = 'k3y-of-"north"/+=';

/** Asks what its input says. */
const GUEST = `
export function ask(request) {
  const { status, headers, body } = Http.request(request, request.body);
  return { status, headers, body };
}
export function many({ url, times }) {
  let last = 0;
  for (let i = 0; i < times; i += 1) last = Http.request({ url, method: 'GET' }).status;
  return last;
}
export function key() { return Config.get('key'); }
`;

async function put(path: string, body: unknown): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return call(path, { method: 'PUT', body: JSON.stringify(body), headers });
}

async function upload(name: string, source = GUEST): Promise<void> {
  const answer = await call(`/v1/plugins/${name}/versions/1.0.0`, {
    method: 'PUT',
    body: source,
    headers: { 'content-type': 'text/javascript' },
  });
  expect(answer.status, await answer.text()).toBeLessThan(300);
}

interface Answer {
  readonly output?: {
    readonly status: number;
    readonly headers: Record<string, string>;
    readonly body: string;
  };
  readonly code?: string;
  readonly detail?: string;
}

async function ask(plugin: string, request: object, fn = 'ask'): Promise<Answer> {
  const answer = await post(`/v1/plugins/${plugin}/functions/${fn}/call`, { input: request });
  return (await answer.json()) as Answer;
}

/** Whatever was tried, the plugin's next request to its own host is answered. */
async function stillWorks(plugin = 'asker'): Promise<void> {
  expect((await ask(plugin, { url: `${first}/ok` })).output?.status).toBe(200);
}

beforeAll(async () => {
  await upload('asker');
  await upload('ungranted');
  await put('/v1/secrets/KEY', { value: SECRET, hosts: [first], in: ['header', 'body'] });
  await put('/v1/secrets/ELSE', { value: 'a key for another host', hosts: [second] });
  await put('/v1/secrets/MINE', { value: 'a key of nobody here', hosts: [first] });
  const grant = { hosts: [first], secrets: ['KEY', 'ELSE'], config: { key: '{{secret:KEY}}' } };
  expect((await put('/v1/plugins/asker/grant', grant)).status).toBe(201);
}, 60_000);

describe('without a grant', () => {
  it('a plugin reaches nobody', async () => {
    expect((await ask('ungranted', { url: `${first}/` })).code).toBe('http_denied');
    await stillWorks();
  });

  it('a secret has no name and a setting no value', async () => {
    expect((await ask('ungranted', {}, 'key')).output).toBeNull();
  });
});

describe('with a grant for one host', () => {
  it('a plugin reaches it, with a method, headers and a body', async () => {
    const { output } = await ask('asker', {
      url: `${first}/path?x=1`,
      method: 'post',
      headers: { 'X-Own': 'yes' },
      body: 'hello',
    });
    const seen = JSON.parse(output?.body ?? '') as Record<string, unknown>;
    expect(output?.status).toBe(200);
    expect(output?.headers['content-type']).toBe('application/json');
    expect(seen).toMatchObject({ method: 'POST', path: '/path', body: 'hello' });
    expect(seen['headers']).toMatchObject({ 'x-own': 'yes' });
  });

  const port = new URL(first).port;
  it.each([
    ['another port', second],
    ['another address of this machine', denied],
    ['the same host by https', first.replace('http:', 'https:')],
    ['the same host by another scheme', first.replace('http:', 'ws:')],
    ['a file', 'file:///etc/passwd'],
    ['data', 'data:text/plain,x'],
    ['a name of this machine', `http://localhost:${port}`],
    ['a name that begins as it does', `http://127.77.0.1.nip.io:${port}`],
    ['the host as a user name', `http://${hostOf(first)}@example.com/`],
    ['a user name', first.replace('://', '://user:word@')],
    ['an address in one number', `http://${127 * 2 ** 24 + 77 * 2 ** 16 + 2}:${port}`],
    ['an address in hex', `http://0x7f.0x4d.0.2:${port}`],
    ['an address in octal', `http://0177.0115.0.2:${port}`],
    ['a short address', `http://127.1:${port}`],
    ['an IPv4 address in an IPv6 one', `http://[::ffff:127.77.0.2]:${port}`],
    ['IPv6 loopback', `http://[::1]:${port}`],
    ['nothing at all', `http://0.0.0.0:${port}`],
    ['metadata', 'http://169.254.169.254/latest/meta-data'],
    ['metadata by name', 'http://metadata.google.internal/'],
    ['a private network', 'http://10.0.0.1/'],
    ['a public host', 'https://example.com/'],
    ['no address', 'not an address'],
    ['an empty one', ''],
    ['a line break', `${first}/\r\nHost: evil`],
    ['one that is far too long', `${first}/${'x'.repeat(20_000)}`],
  ])('it does not reach %s', async (_what, url) => {
    const { code, detail } = await ask('asker', { url });
    expect(code, detail).toBe('http_denied');
    await stillWorks();
  });

  it('the same host in other spellings is that host', async () => {
    const spelled = [
      `http://127.0x4d.0.1:${port}/ok`,
      `http://127.77.1:${port}/ok`,
      `${first}./ok`,
    ];
    for (const url of spelled.slice(0, 2)) {
      expect((await ask('asker', { url })).output?.status).toBe(200);
    }
  });

  it.each([
    [second],
    [denied],
    ['http://169.254.169.254/'],
    ['https://example.com/'],
    ['file:///etc/passwd'],
    ['//localhost/'],
    [`http://user@${hostOf(first)}/`],
  ])('a redirect to %s is not followed', async (to) => {
    const url = `${first}/redirect?to=${encodeURIComponent(to)}`;
    expect((await ask('asker', { url })).code).toBe('http_denied');
    await stillWorks();
  });

  it('a redirect to itself is followed, and not for ever', async () => {
    const followed = await ask('asker', { url: `${first}/redirect?to=/ok` });
    expect(JSON.parse(followed.output?.body ?? '')).toMatchObject({ path: '/ok' });
    let url = '/ok';
    for (let hops = 0; hops < 4; hops += 1) url = `/redirect?to=${encodeURIComponent(url)}`;
    expect((await ask('asker', { url: first + url })).code).toBe('http_denied');
  });

  it.each(['TRACE', 'CONNECT', 'PROPFIND', 'GET HTTP/1.1\r\nX: y', ''])(
    'method %j is refused or none',
    async (method) => {
      const { code } = await ask('asker', { url: `${first}/`, method });
      expect(code).toBe('http_denied');
      await stillWorks();
    },
  );

  it.each([
    ['Host', 'evil.example'],
    ['Connection', 'keep-alive'],
    ['Transfer-Encoding', 'chunked'],
    ['Content-Length', '1'],
    ['X-Forwarded-For', '127.0.0.1'],
    ['CF-Connecting-IP', '127.0.0.1'],
    ['Proxy-Authorization', 'x'],
    ['Accept-Encoding', 'zstd'],
    ['Edge-Composer-Sender', 'somebody'],
    ['X-Split', 'a\r\nHost: evil'],
    ['X Space', 'a'],
    ['', 'a'],
  ])('header %j is not for a plugin', async (name, value) => {
    const { code } = await ask('asker', { url: `${first}/`, headers: { [name]: value } });
    expect(code).toBe('http_denied');
    await stillWorks();
  });

  it('a body with GET is refused', async () => {
    expect((await ask('asker', { url: `${first}/`, body: 'x' })).code).toBe('http_denied');
  });

  it.each(['/endless', '/bomb'])('the answer of %s is given up', async (path) => {
    expect((await ask('asker', { url: first + path })).code).toBe('http_too_large');
    await stillWorks();
  });

  it('ten requests in a call and no more', async () => {
    const url = `${first}/ok`;
    expect((await ask('asker', { url, times: 10 }, 'many')).output).toBe(200);
    expect((await ask('asker', { url, times: 11 }, 'many')).code).toBe('http_limit');
    await stillWorks();
  });
});

describe('a secret', () => {
  const key = { 'X-Key': '{{secret:KEY}}' };

  it('is a placeholder for the guest, and a value for its host', async () => {
    expect((await ask('asker', {}, 'key')).output).toBe('{{secret:KEY}}');
    const { output } = await ask('asker', { url: `${first}/base64`, headers: key });
    // The host has seen it: what it sends back in base64 is of the right length, and unread.
    expect(output?.body).toMatch(/^dXNlcj\w{0,2}\*\*\*/);
  });

  it.each(['/', '/echo-headers'])('does not come back from %s', async (path) => {
    const reply = await ask('asker', { url: first + path, headers: key });
    expect(reply.output?.body).toContain('"x-key":"***"');
    const text = JSON.stringify(reply);
    expect(text).not.toContain('k3y-of');
    expect(text).not.toContain('north');
  });

  it('does not come back from a body either, and fits JSON', async () => {
    const reply = await ask('asker', {
      url: `${first}/`,
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{"key":"{{secret:KEY}}"}',
    });
    const { body } = JSON.parse(reply.output?.body ?? '') as { body: string };
    expect(body).toBe('{"key":"***"}');
  });

  it.each([
    ['for another host', { 'X-Key': '{{secret:ELSE}}' }],
    ['that is not granted', { 'X-Key': '{{secret:MINE}}' }],
    ['that does not exist', { 'X-Key': '{{secret:NONE}}' }],
  ])('%s is not sent', async (_what, headers) => {
    const { code, detail } = await ask('asker', { url: `${first}/`, headers });
    expect(code).toBe('http_denied');
    expect(detail).not.toContain('key for another');
    await stillWorks();
  });

  it('is not sent in an address', async () => {
    expect((await ask('asker', { url: `${first}/?{{secret:KEY}}` })).code).toBe('http_denied');
  });
});

describe('two tenants with the same bytes', () => {
  const keys: Record<string, string> = {};
  const as = (tenant: string) => ({ authorization: `Bearer ${keys[tenant]}` });
  const send = (tenant: string, method: string, path: string, body: unknown) =>
    call(path, {
      method,
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: {
        ...as(tenant),
        'content-type': typeof body === 'string' ? 'text/javascript' : 'application/json',
      },
    });

  beforeAll(async () => {
    for (const tenant of ['east', 'west']) {
      const made = await post('/v1/keys', { name: 'test', tenant, scopes: ['admin'] });
      keys[tenant] = (await bodyOf<{ key: string }>(made, 201)).key;
      const put = await send(tenant, 'PUT', '/v1/plugins/asker/versions/1.0.0', GUEST);
      expect(put.status).toBe(201);
    }
    const secret = { value: 'east-value-0123', hosts: [first] };
    await send('east', 'PUT', '/v1/secrets/KEY', secret);
    const grant = { hosts: [first], secrets: ['KEY'], config: { key: 'east config' } };
    await send('east', 'PUT', '/v1/plugins/asker/grant', grant);
  }, 60_000);

  const asks = async (tenant: string, input: object, fn = 'ask') => {
    const path = `/v1/plugins/asker/functions/${fn}/call`;
    return (await (await send(tenant, 'POST', path, { input })).json()) as Answer;
  };

  it('the grant, secret and settings of one are none of the other', async () => {
    const headers = { 'X-Key': '{{secret:KEY}}' };
    expect((await asks('east', { url: `${first}/`, headers })).output?.status).toBe(200);
    expect((await asks('west', { url: `${first}/`, headers })).code).toBe('http_denied');
    expect((await asks('east', {}, 'key')).output).toBe('east config');
    expect((await asks('west', {}, 'key')).output).toBeNull();
    const seen = await call('/v1/plugins/asker/grant', { headers: as('west') });
    expect(await seen.json()).toMatchObject({ hosts: [], secrets: [], config: {} });
  });

  it('what the guest keeps and says in one is not there in the other', async () => {
    const source = `
      let calls = 0;
      export function remember(word) {
        calls += 1;
        const before = Var.getString('word');
        Var.set('word', word);
        console.log('said ' + word);
        return { calls, before, kept: globalThis.kept ?? null, now: (globalThis.kept = word) };
      }`;
    const path = '/v1/plugins/memory/functions/remember/call';
    for (const tenant of ['east', 'west']) {
      expect((await send(tenant, 'PUT', '/v1/plugins/memory/versions/1.0.0', source)).status).toBe(
        201,
      );
    }
    for (const tenant of ['east', 'west', 'east']) {
      const reply = await (await send(tenant, 'POST', path, { input: `of ${tenant}` })).json();
      expect(reply).toMatchObject({
        output: { calls: 1, before: null, kept: null },
        logs: [{ text: `said of ${tenant}` }],
      });
    }
  });

  it('that one has deleted the plugin is nothing to the other', async () => {
    const gone = await call('/v1/plugins/memory/versions/1.0.0', {
      method: 'DELETE',
      headers: as('east'),
    });
    expect(gone.status).toBe(204);
    const statusOf = async (tenant: string) =>
      (await call('/v1/plugins/memory', { headers: as(tenant) })).status;
    expect([await statusOf('east'), await statusOf('west')]).toEqual([404, 200]);
  });

  it('a quota of one is none of the other', async () => {
    const quota = await call('/v1/settings/plugins?tenant=east', {
      method: 'PUT',
      body: '{"max_versions": 1}',
      headers: { 'content-type': 'application/json' },
    });
    expect(quota.status).toBe(200);
    const put = (tenant: string) =>
      send(
        tenant,
        'PUT',
        '/v1/plugins/another/versions/1.0.0',
        'export function f() { return 1; }',
      );
    const refused = await bodyOf<Answer>(await put('east'), 403);
    expect(refused.code).toBe('quota_exceeded');
    expect((await put('west')).status).toBe(201);
  });

  it('a grant that is taken back is gone with the next call here', async () => {
    const gone = await call('/v1/plugins/asker/grant', { method: 'DELETE', headers: as('east') });
    expect(gone.status).toBe(204);
    expect((await asks('east', { url: `${first}/` })).code).toBe('http_denied');
  });
});
