/** Keys of tenants over HTTP: whose things they see, what they may do, and when they end. */
import { describe, expect, it } from 'vitest';
import { createMemoryKeys } from '../../src/adapters/memory/keys.ts';
import { createVault } from '../../src/adapters/system/vault.ts';
import { ACCESS } from '../../src/http/access.ts';
import { digests, LOOPBACK, makeApi, problemOf } from '../support/http/api.ts';
import type { Api } from '../support/http/api.ts';
import type { Scope } from '../../src/core/scopes.ts';
import type { Settings } from '../../src/http/env.ts';
import type { Ports } from '../../src/runtime/ports.ts';

const ROOT = 'root-key-of-the-operator';

interface KeyBody {
  readonly id: string;
  readonly key: string;
  readonly tenant: string;
  readonly scopes: readonly string[];
}

async function withRoot(more: Partial<Settings> = {}, ports: Partial<Ports> = {}): Promise<Api> {
  return makeApi({ version: '1', adminKeySha256: await digests.sha256(ROOT), ...more }, ports);
}

const bearer = (key: string) => ({ Authorization: `Bearer ${key}` });

async function makeKey(api: Api, body: object, by = ROOT): Promise<KeyBody> {
  const answer = await api.send('POST', '/v1/keys', { name: 'test', ...body }, bearer(by));
  expect(answer.status).toBe(201);
  return (await answer.json()) as KeyBody;
}

async function statusOf(api: Api, key: string, path = '/v1/recipes'): Promise<number> {
  return (await api.request(path, { headers: bearer(key) })).status;
}

describe('a key', () => {
  it('is shown once, when it is made', async () => {
    const api = await withRoot();
    const made = await makeKey(api, { tenant: 'acme', scopes: ['admin', 'admin'] });
    expect(made).toMatchObject({ tenant: 'acme', name: 'test', scopes: ['admin'] });
    expect(made.key).toMatch(/^ec_acme_\w+_[\w-]{44}$/);
    const seen = [
      await api.request(`/v1/keys/${made.id}`, { headers: bearer(made.key) }),
      await api.request('/v1/keys', { headers: bearer(made.key) }),
      await api.request('/v1/keys?tenant=acme', { headers: bearer(ROOT) }),
    ];
    for (const answer of seen) {
      expect(answer.status).toBe(200);
      const text = await answer.text();
      expect(text).toContain(made.id);
      expect(text).not.toContain(made.key.slice(-44));
    }
    expect(JSON.stringify(api.logs)).not.toContain(made.key.slice(-44));
  });

  it('one character off is no key', async () => {
    const api = await withRoot();
    const { key } = await makeKey(api, { tenant: 'acme', scopes: ['runs:read'] });
    expect(await statusOf(api, key)).toBe(200);
    for (let at = 0; at < key.length; at += 1) {
      const other = key[at] === 'x' ? 'y' : 'x';
      const wrong = key.slice(0, at) + other + key.slice(at + 1);
      expect(await statusOf(api, wrong), wrong).toBe(401);
    }
    for (const wrong of [key.slice(0, -1), `${key}x`, key.toUpperCase(), key.replace('acme', '')]) {
      expect(await statusOf(api, wrong), wrong).toBe(401);
    }
  });

  it('that was never issued reaches the store of no tenant', async () => {
    const keys = new Proxy(createMemoryKeys({ clock: { now: () => 0 }, digests }), {
      get: () => () => expect.unreachable(),
    });
    const api = await withRoot({}, { keys });
    for (const tenant of ['acme', 'x', '../etc', 'a'.repeat(63)]) {
      expect(await statusOf(api, `ec_${tenant}_01J_${'A'.repeat(44)}`)).toBe(401);
    }
  });

  it('of another server is not known here', async () => {
    const there = await withRoot({}, { vault: createVault([{ id: 'x', bytes: filled(9) }]) });
    const { key } = await makeKey(there, { tenant: 'acme', scopes: ['admin'] });
    expect(await statusOf(await withRoot(), key)).toBe(401);
  });

  it('ends when it is deleted or expires', async () => {
    let now = 0;
    const clock = { ...makeApi().services.ports.clock, now: () => now };
    const keys = createMemoryKeys({ clock, digests });
    const api = await withRoot({}, { clock, keys });
    const first = await makeKey(api, { scopes: ['runs:read'], tenant: 'acme' });
    const second = await makeKey(api, {
      scopes: ['runs:read'],
      tenant: 'acme',
      expires_at: '1970-01-01T00:00:10Z',
    });
    const path = `/v1/keys/${first.id}?tenant=acme`;
    expect((await api.request(path, { method: 'DELETE', headers: bearer(ROOT) })).status).toBe(204);
    expect((await api.request(path, { method: 'DELETE', headers: bearer(ROOT) })).status).toBe(404);
    expect(await statusOf(api, first.key)).toBe(401);
    now = 9_999;
    expect(await statusOf(api, second.key)).toBe(200);
    now = 10_000;
    expect(await statusOf(api, second.key)).toBe(401);
  });

  it('can be renamed, narrowed and given an end', async () => {
    const api = await withRoot();
    const made = await makeKey(api, { scopes: ['runs:write'], tenant: 'acme' });
    const change = (body: object) =>
      api.send('PATCH', `/v1/keys/${made.id}?tenant=acme`, body, bearer(ROOT));
    expect(await (await change({ name: ' laptop ' })).json()).toMatchObject({ name: 'laptop' });
    const narrowed = await change({ scopes: ['runs:read'], expires_at: '2040-01-01T00:00:00Z' });
    expect(await narrowed.json()).toMatchObject({
      name: 'laptop',
      scopes: ['runs:read'],
      expires_at: '2040-01-01T00:00:00.000Z',
    });
    expect(await (await change({ expires_at: null })).json()).toMatchObject({ expires_at: null });
    const started = await api.send('POST', '/v1/runs', { recipe: 'x' }, bearer(made.key));
    expect(started.status).toBe(403);
  });

  it.each([
    [{ scopes: ['admin'] }, '/name'],
    [{ name: '', scopes: ['admin'] }, '/name'],
    [{ name: 'x'.repeat(101), scopes: ['admin'] }, '/name'],
    [{ name: 'x' }, '/scopes'],
    [{ name: 'x', scopes: [] }, '/scopes'],
    [{ name: 'x', scopes: ['root'] }, '/scopes/0'],
    [{ name: 'x', scopes: ['__proto__'] }, '/scopes/0'],
    [{ name: 'x', scopes: ['admin'], expires_at: 'soon' }, '/expires_at'],
    [{ name: 'x', scopes: ['admin'], expires_at: '1969-01-01T00:00:00Z' }, '/expires_at'],
    [{ name: 'x', scopes: ['admin'], tenant: 'Ümläut' }, '/tenant'],
    [{ name: 'x', scopes: ['admin'], tenant: '-x' }, '/tenant'],
    [{ name: 'x', scopes: ['admin'], tenant: 'a_b' }, '/tenant'],
    [{ name: 'x', scopes: ['admin'], tenant: 'a'.repeat(64) }, '/tenant'],
    [{ name: 'x', scopes: ['admin'], digest: 'x' }, '/digest'],
  ])('of %j is not made', async (body, pointer) => {
    const api = await withRoot();
    const answer = await api.send('POST', '/v1/keys', body, bearer(ROOT));
    expect(answer.status).toBe(400);
    expect((await problemOf(answer)).errors[0]?.pointer).toBe(pointer);
    expect(
      (await (await api.request('/v1/keys', { headers: bearer(ROOT) })).json()) as object,
    ).toMatchObject({ data: [] });
  });

  it('cannot be made by a server that has nothing to sign it with', async () => {
    const api = await withRoot({}, { vault: createVault([]) });
    const answer = await api.send(
      'POST',
      '/v1/keys',
      { name: 'x', scopes: ['admin'] },
      bearer(ROOT),
    );
    expect(answer.status).toBe(503);
    expect((await problemOf(answer)).code).toBe('not_set_up');
  });
});

describe('a tenant', () => {
  it('is made by its first key, which only the operator makes', async () => {
    const api = await withRoot();
    const acme = await makeKey(api, { tenant: 'acme', scopes: ['admin'] });
    const own = await makeKey(api, { scopes: ['admin'] }, acme.key);
    expect(own.tenant).toBe('acme');
    const body = { name: 'x', scopes: ['admin'], tenant: 'other' };
    for (const key of [acme.key, own.key]) {
      const refused = await api.send('POST', '/v1/keys', body, bearer(key));
      expect(refused.status).toBe(403);
    }
    for (const path of ['/v1/keys?tenant=other', '/v1/settings/plugins?tenant=default']) {
      expect(await statusOf(api, acme.key, path)).toBe(403);
    }
    expect(await statusOf(api, acme.key, '/v1/keys?tenant=acme')).toBe(200);
  });

  it('default is no operator for all its scopes', async () => {
    const api = await withRoot();
    const { key } = await makeKey(api, { scopes: ['admin'] });
    expect(key).toMatch(/^ec_default_/);
    const body = { name: 'x', scopes: ['admin'], tenant: 'acme' };
    expect((await api.send('POST', '/v1/keys', body, bearer(key))).status).toBe(403);
    const quota = await api.send('PUT', '/v1/settings/plugins', { max_versions: 9 }, bearer(key));
    expect(quota.status).toBe(403);
  });

  it('sees nothing of another', async () => {
    const api = await withRoot();
    const [a, b] = [
      await makeKey(api, { tenant: 'a', scopes: ['admin'] }),
      await makeKey(api, { tenant: 'b', scopes: ['admin'] }),
    ];
    const put = (path: string, type: string, body: string) =>
      api.request(path, {
        method: 'PUT',
        body,
        headers: { ...bearer(a.key), 'Content-Type': type },
      });
    const secret = '{"value":"value of a secret","hosts":["x.example"]}';
    expect((await put('/v1/recipes/r', 'text/yaml', 'name: r')).status).toBe(201);
    expect((await put('/v1/prompts/p.jinja', 'text/plain', 'x')).status).toBe(201);
    expect((await put('/v1/files/f', 'text/plain', 'x')).status).toBe(201);
    expect((await put('/v1/secrets/S', 'application/json', secret)).status).toBe(201);
    const mine = [
      '/v1/recipes/r',
      '/v1/prompts/p.jinja',
      '/v1/files/f',
      '/v1/secrets/S',
      `/v1/keys/${a.id}`,
    ];
    for (const path of mine) {
      expect(await statusOf(api, a.key, path), path).toBe(200);
      expect(await statusOf(api, b.key, path), path).toBe(404);
      const deleted = await api.request(path, { method: 'DELETE', headers: bearer(b.key) });
      expect(deleted.status, path).toBe(404);
      expect(await statusOf(api, a.key, path), path).toBe(200);
    }
    for (const list of ['/v1/recipes', '/v1/prompts', '/v1/secrets']) {
      const seen = await api.request(list, { headers: bearer(b.key) });
      expect(await seen.json(), list).toMatchObject({ data: [] });
    }
  });
});

describe('scopes', () => {
  const path = (pattern: string) =>
    pattern.replaceAll(':version', '1.0.0').replaceAll(/:\w+/g, 'x');

  const guarded = Object.entries(ACCESS).flatMap(([route, need]) =>
    typeof need === 'string' ? [] : [[route, need] as const],
  );

  it.each(guarded)('%s asks for one of %j', async (route, need) => {
    const api = await withRoot();
    const [method = '', pattern = ''] = route.split(' ');
    const none = await makeKey(api, { tenant: 'acme', scopes: othersThan(need) });
    const init = { method, headers: bearer(none.key) };
    const refused = await api.request(path(pattern), init);
    const problem = await problemOf(refused);
    expect([refused.status, problem.code]).toEqual([403, 'forbidden']);
    for (const scope of need) expect(problem.detail).toContain(`"${scope}"`);
    for (const scope of [...need, 'admin']) {
      const { key } = await makeKey(api, { tenant: 'acme', scopes: [scope] });
      const served = await api.request(path(pattern), { method, headers: bearer(key) });
      if (served.status === 403) expect((await problemOf(served)).detail).not.toContain('scope');
    }
  });

  it('whoever may start runs may read them', async () => {
    const api = await withRoot();
    const { key } = await makeKey(api, { tenant: 'acme', scopes: ['runs:write'] });
    expect(await statusOf(api, key, '/v1/runs')).toBe(200);
  });

  it('are not asked for where there is no route', async () => {
    const api = await withRoot();
    const { key } = await makeKey(api, { tenant: 'acme', scopes: ['runs:read'] });
    expect(await statusOf(api, key, '/v1/nowhere')).toBe(404);
    const put = await api.request('/v1/runs', { method: 'PUT', headers: bearer(key) });
    expect(put.status).toBe(405);
  });

  it('HEAD asks for what GET asks for', async () => {
    const api = await withRoot();
    const { key } = await makeKey(api, { tenant: 'acme', scopes: ['recipes:write'] });
    const head = await api.request('/v1/runs', { method: 'HEAD', headers: bearer(key) });
    expect(head.status).toBe(403);
  });
});

describe('on an open server', () => {
  it('a key is its tenant all the same, and a wrong one is nobody', async () => {
    const api = makeApi(LOOPBACK);
    const made = await api.send('POST', '/v1/keys', {
      name: 'x',
      tenant: 'acme',
      scopes: ['runs:read'],
    });
    const { key } = (await made.json()) as KeyBody;
    await api.request('/v1/recipes/r', {
      method: 'PUT',
      body: 'name: r',
      headers: { 'Content-Type': 'text/yaml' },
    });
    expect(await statusOf(api, key, '/v1/recipes/r')).toBe(404);
    expect(await statusOf(api, key.slice(0, -1))).toBe(401);
    const foreign = { ...bearer(key), Host: 'evil.example' };
    expect((await api.request('/v1/recipes', { headers: foreign })).status).toBe(403);
  });
});

function filled(byte: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(32).fill(byte);
}

function othersThan(need: readonly Scope[]): Scope[] {
  const all: Scope[] = ['runs:read', 'recipes:write', 'plugins:write', 'approvals:write'];
  return all.filter((scope) => !need.includes(scope));
}
