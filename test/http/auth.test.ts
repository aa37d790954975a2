import { describe, expect, it } from 'vitest';
import { digests, LOOPBACK, makeApi, problemOf } from '../support/http/api.ts';

const KEY = 'ec_a-key-of-the-administrator';
const ROUTES = [
  '/readyz',
  '/v1/recipes',
  '/v1/runs',
  '/v1/plugins',
  '/nope',
  '/',
  '//healthz',
  '/healthz/',
];

async function withKey(boundHost?: string) {
  const adminKeySha256 = await digests.sha256(KEY);
  return makeApi({ version: '1', adminKeySha256, ...(boundHost !== undefined && { boundHost }) });
}

describe('with an admin key', () => {
  it.each(ROUTES)('%s needs it, also from loopback', async (route) => {
    const { request } = await withKey('127.0.0.1');
    const response = await request(route);
    expect(response.status).toBe(401);
    expect(response.headers.get('WWW-Authenticate')).toMatch(/^Bearer /);
    expect((await problemOf(response)).code).toBe('unauthorized');
  });

  it('a request that bears it is served, whatever its Host and Origin', async () => {
    const { request } = await withKey();
    const headers = {
      Authorization: `Bearer ${KEY}`,
      Host: 'api.example.com',
      Origin: 'https://evil.example',
    };
    expect((await request('/v1/recipes', { headers })).status).toBe(200);
    const lower = { ...headers, Authorization: `bearer ${KEY}` };
    expect((await request('/v1/recipes', { headers: lower })).status).toBe(200);
  });

  it.each([
    '',
    'Bearer',
    'Bearer ',
    `Bearer ${KEY}x`,
    `Bearer ${KEY.slice(0, -1)}`,
    `Bearer ${KEY} ${KEY}`,
    `Bearer ${KEY.toUpperCase()}`,
    `Basic ${KEY}`,
    `Basic Bearer ${KEY}`,
    KEY,
    `Bearer ${'x'.repeat(10_000)}`,
  ])('"%s" is refused', async (authorization) => {
    const { request } = await withKey();
    const response = await request('/v1/recipes', { headers: { Authorization: authorization } });
    expect(response.status).toBe(401);
  });

  it('the hash of the key is not the key, and an empty setting opens nothing', async () => {
    const hash = await digests.sha256(KEY);
    const { request } = await withKey();
    expect(
      (await request('/v1/recipes', { headers: { Authorization: `Bearer ${hash}` } })).status,
    ).toBe(401);
    const empty = makeApi({ ...LOOPBACK, adminKeySha256: '' });
    expect((await empty.request('/v1/recipes')).status).toBe(401);
  });

  it('a refusal says nothing of the key, in its body or in the log', async () => {
    const { request, logs } = await withKey();
    const response = await request('/v1/recipes', {
      headers: { Authorization: 'Bearer guessed-key' },
    });
    expect(await response.text()).not.toContain('guessed');
    expect(JSON.stringify(logs)).not.toContain('guessed');
  });
});

describe('without a key, behind a launcher on loopback', () => {
  it.each([
    'localhost',
    'localhost:8787',
    'LocalHost:1',
    '127.0.0.1',
    '127.0.0.1:8787',
    '127.255.0.1',
    '[::1]',
    '[::1]:8787',
  ])('Host "%s" is served', async (host) => {
    const { request } = makeApi();
    expect((await request('/v1/recipes', { headers: { Host: host } })).status).toBe(200);
  });

  it.each([
    'evil.com',
    '127.0.0.1.evil.com',
    'localhost.evil.com',
    'evil.com:8787',
    'localhost:80@evil.com',
    'localhost@evil.com',
    'user@localhost',
    'localhost.',
    'localhost:',
    'localhost:123456',
    'localhost:8787 evil.com',
    'localhost, evil.com',
    'localhost/evil.com',
    'localhost#evil',
    '2130706433',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '127.1',
    '127.0.0.256',
    '127.0.0.01',
    '128.0.0.1',
    '0.0.0.0',
    '[::]',
    '::1',
    '[::1',
    '[::1].evil.com',
    '[::ffff:127.0.0.1]',
    '[::2]',
    '192.168.1.2:8787',
    'a.localhost',
    'xlocalhost',
    '',
  ])('Host "%s" is foreign', async (host) => {
    const { request } = makeApi();
    const response = await request('/v1/recipes', { headers: { Host: host } });
    expect(response.status).toBe(403);
    expect((await problemOf(response)).code).toBe('foreign_host');
  });

  it('no Host at all is foreign', async () => {
    const { app } = makeApi();
    expect((await app.request('http://localhost/v1/recipes')).status).toBe(403);
  });

  it.each(['http://localhost:3000', 'https://127.0.0.1', 'http://[::1]:8787', 'HTTP://LOCALHOST'])(
    'Origin "%s" is served',
    async (origin) => {
      const { request } = makeApi();
      expect((await request('/v1/recipes', { headers: { Origin: origin } })).status).toBe(200);
    },
  );

  it.each([
    'null',
    '',
    'https://evil.com',
    'http://localhost.evil.com',
    'http://127.0.0.1.evil.com',
    'http://localhost@evil.com',
    'http://evil.com/localhost',
    'http://evil.com#localhost',
    'file://localhost',
    'chrome-extension://localhost',
    'localhost',
    'http://localhost http://evil.com',
  ])('Origin "%s" is foreign', async (origin) => {
    const { request } = makeApi();
    const response = await request('/v1/recipes', { headers: { Origin: origin } });
    expect(response.status).toBe(403);
    expect((await problemOf(response)).code).toBe('foreign_origin');
  });

  it('headers of proxies open nothing and close nothing', async () => {
    const { request } = makeApi();
    const forged = {
      'X-Forwarded-Host': 'localhost',
      'CF-Connecting-IP': '127.0.0.1',
      Host: 'evil.com',
    };
    expect((await request('/v1/recipes', { headers: forged })).status).toBe(403);
  });

  it('no page of another site may read an answer', async () => {
    const { request } = makeApi();
    const response = await request('/v1/recipes', {
      method: 'OPTIONS',
      headers: { Origin: 'http://localhost:3000', 'Access-Control-Request-Method': 'PUT' },
    });
    const names = [...response.headers.keys()];
    expect(response.status).toBe(405);
    expect(names.filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

describe('without a key, on any other address', () => {
  it.each([
    undefined,
    '',
    '0.0.0.0',
    '::',
    '192.168.1.2',
    '127.0.0.1.evil.com',
    'localhost:8787',
    '127.0.0.1 ',
  ])('bound to "%s" nothing is set up, though the Host is loopback', async (boundHost) => {
    const { request } = makeApi({ version: '1', ...(boundHost !== undefined && { boundHost }) });
    for (const route of ROUTES) {
      const response = await request(route, {
        headers: { Host: 'localhost', Authorization: 'Bearer x' },
      });
      expect(response.status).toBe(503);
      expect((await problemOf(response)).code).toBe('not_set_up');
    }
  });

  it.each(['127.0.0.1', '127.0.0.53', '::1', '[::1]', 'localhost', 'LOCALHOST'])(
    'bound to "%s" it is open',
    async (boundHost) => {
      const { request } = makeApi({ version: '1', boundHost });
      expect((await request('/v1/recipes')).status).toBe(200);
    },
  );
});

describe('/healthz', () => {
  it('answers whoever asks, and asks nothing', async () => {
    const catalog = new Proxy(makeApi().services.ports.catalog, {
      get: () => () => expect.unreachable(),
    });
    const { request } = makeApi({ version: '1.2.3', instance: 'a-b' }, { catalog });
    const response = await request('/healthz', { headers: { Host: 'evil.com', Origin: 'null' } });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: 'ok', version: '1.2.3', instance: 'a-b' });
  });

  it('/readyz is not ready while the catalog does not answer', async () => {
    const { request, services } = makeApi();
    expect((await request('/readyz')).status).toBe(200);
    const catalog = {
      ...services.ports.catalog,
      findRecipe: () => Promise.reject(new Error('secret detail')),
    };
    const response = await makeApi(LOOPBACK, { catalog }).request('/readyz');
    expect(response.status).toBe(503);
    const problem = await problemOf(response);
    expect(problem.code).toBe('not_ready');
    expect(JSON.stringify(problem)).not.toContain('secret');
  });
});
