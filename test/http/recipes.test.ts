import { describe, expect, it } from 'vitest';
import { BROKEN, digests, makeApi, problemOf } from '../support/http/api.ts';
import type { Api } from '../support/http/api.ts';

const YAML = { 'Content-Type': 'application/yaml' };

function put(
  api: Api,
  name: string,
  body: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  return api.request(`/v1/recipes/${encodeURIComponent(name)}`, {
    method: 'PUT',
    body,
    headers: { ...YAML, ...headers },
  });
}

async function namesOf(response: Response): Promise<string[]> {
  const { data } = (await response.json()) as { data: { name: string }[] };
  return data.map(({ name }) => name);
}

describe('PUT and GET', () => {
  it('keep a text as it is, with comments', async () => {
    const api = makeApi();
    const text = '# a comment\nname: "ä 語 🎧"\n';
    const created = await put(api, 'news/digest', text);
    expect(created.status).toBe(201);
    expect(created.headers.get('Location')).toBe('/v1/recipes/news%2Fdigest');
    expect(created.headers.get('ETag')).toBe(`"${await digests.sha256(text)}"`);
    expect(await created.json()).toMatchObject({
      name: 'news/digest',
      version: 1,
      diagnostics: [],
    });
    const read = await api.request('/v1/recipes/news%2Fdigest');
    expect(read.headers.get('Content-Type')).toBe('application/yaml');
    expect(read.headers.get('ETag')).toBe(created.headers.get('ETag'));
    expect(read.headers.get('Recipe-Version')).toBe('1');
    expect(await read.text()).toBe(text);
  });

  it('the same text again is the same version; another is the next', async () => {
    const api = makeApi();
    await put(api, 'a', 'one');
    const same = await put(api, 'a', 'one');
    expect([same.status, await same.json()]).toMatchObject([200, { version: 1 }]);
    expect(await (await put(api, 'a', 'two')).json()).toMatchObject({ version: 2 });
    expect(await (await api.request('/v1/recipes/a?version=1')).text()).toBe('one');
    expect((await api.request('/v1/recipes/a?version=3')).status).toBe(404);
  });

  it('JSON comes back as JSON; what only starts like it does not', async () => {
    const api = makeApi();
    await put(api, 'json', ' {"a": 1}', { 'Content-Type': 'application/json' });
    await put(api, 'flow', '{a: 1}');
    const typeOf = async (name: string) =>
      (await api.request(`/v1/recipes/${name}`)).headers.get('Content-Type');
    expect(await typeOf('json')).toBe('application/json');
    expect(await typeOf('flow')).toBe('application/yaml');
  });

  it('a text with faults is not kept', async () => {
    const api = makeApi();
    const response = await put(api, 'a', BROKEN);
    expect(response.status).toBe(422);
    expect((await problemOf(response)).code).toBe('recipe_invalid');
    expect((await api.request('/v1/recipes/a')).status).toBe(404);
  });

  it.each([
    'A',
    '..',
    '.a',
    '-a',
    'a//b',
    'a/',
    '/a',
    'a/../b',
    'a..b',
    'a b',
    'a\u0000',
    'a\n',
    'ä',
    'a%2Fb',
    'a'.repeat(129),
    '__proto__',
  ])('%j is no name', async (name) => {
    const api = makeApi();
    const response = await put(api, name, 'one');
    expect([400, 404]).toContain(response.status);
    expect((await api.services.ports.catalog.listRecipes('default')).length).toBe(0);
  });

  it.each(['a', '0', 'a.b', 'a/b/c', 'a-b_c.d/e', 'a'.repeat(128), 'constructor'])(
    '"%s" is a name',
    async (name) => {
      const api = makeApi();
      expect((await put(api, name, 'one')).status).toBe(201);
      expect((await api.request(`/v1/recipes/${encodeURIComponent(name)}`)).status).toBe(200);
    },
  );
});

describe('conditions', () => {
  it('If-Match lets a write through only over the text that it names', async () => {
    const api = makeApi();
    const tag = (await put(api, 'a', 'one')).headers.get('ETag') ?? '';
    expect((await put(api, 'a', 'two', { 'If-Match': `"${'0'.repeat(64)}"` })).status).toBe(412);
    expect((await put(api, 'a', 'two', { 'If-Match': `W/${tag}` })).status).toBe(412);
    expect((await put(api, 'a', 'two', { 'If-Match': `"other", ${tag}` })).status).toBe(200);
    const late = await put(api, 'a', 'three', { 'If-Match': tag });
    expect((await problemOf(late)).code).toBe('precondition_failed');
    expect((await put(api, 'b', 'one', { 'If-Match': '*' })).status).toBe(412);
    expect((await put(api, 'a', 'three', { 'If-Match': '*' })).status).toBe(200);
  });

  it('If-None-Match: * creates and never overwrites', async () => {
    const api = makeApi();
    expect((await put(api, 'a', 'one', { 'If-None-Match': '*' })).status).toBe(201);
    expect((await put(api, 'a', 'two', { 'If-None-Match': '*' })).status).toBe(412);
    expect(await (await api.request('/v1/recipes/a')).text()).toBe('one');
  });

  it.each([
    { 'If-Match': 'abc' },
    { 'If-Match': '' },
    { 'If-Match': '"a" "b"' },
    { 'If-Match': '"a' },
    { 'If-None-Match': '"abc"' },
    { 'If-Match': '*', 'If-None-Match': '*' },
  ])('%j is refused', async (headers) => {
    const api = makeApi();
    expect((await put(api, 'a', 'one', headers as Record<string, string>)).status).toBe(400);
  });

  it('If-None-Match on a read spares the text', async () => {
    const api = makeApi();
    const tag = (await put(api, 'a', 'one')).headers.get('ETag') ?? '';
    for (const condition of [tag, `W/${tag}`, `"x", ${tag}`, '*']) {
      const response = await api.request('/v1/recipes/a', {
        headers: { 'If-None-Match': condition },
      });
      expect([response.status, await response.text()]).toEqual([304, '']);
      expect(response.headers.get('ETag')).toBe(tag);
    }
    const other = await api.request('/v1/recipes/a', { headers: { 'If-None-Match': '"x"' } });
    expect(other.status).toBe(200);
  });
});

describe('lists', () => {
  it('come in pages that meet', async () => {
    const api = makeApi();
    for (const name of ['e', 'b', 'a', 'd', 'c']) await put(api, name, name);
    const first = await api.request('/v1/recipes?limit=2');
    const link = first.headers.get('Link') ?? '';
    expect(await first.json()).toMatchObject({ has_more: true, next_cursor: 'b' });
    const next = /^<(.*)>; rel="next"$/.exec(link)?.[1] ?? '';
    expect(await namesOf(await api.request(next))).toEqual(['c', 'd']);
    const last = await api.request('/v1/recipes?limit=2&cursor=d');
    expect(last.headers.get('Link')).toBeNull();
    expect(await last.json()).toMatchObject({
      data: [{ name: 'e' }],
      has_more: false,
      next_cursor: null,
    });
    expect(await namesOf(await api.request('/v1/recipes?cursor=zzz'))).toEqual([]);
  });

  it('of versions are newest first', async () => {
    const api = makeApi();
    for (let version = 1; version <= 12; version++) await put(api, 'a', `text ${version}`);
    const read = async (path: string) =>
      (await (await api.request(path)).json()) as {
        data: { version: number }[];
        next_cursor: string | null;
      };
    const first = await read('/v1/recipes/a/versions?limit=5');
    const second = await read(`/v1/recipes/a/versions?limit=10&cursor=${first.next_cursor}`);
    const versions = [...first.data, ...second.data].map(({ version }) => version);
    expect(versions).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(second.next_cursor).toBeNull();
    expect((await api.request('/v1/recipes/b/versions')).status).toBe(404);
  });
});

describe('the rest', () => {
  it('DELETE answers 204 once, then 404', async () => {
    const api = makeApi();
    await put(api, 'a/b', 'one');
    expect((await api.request('/v1/recipes/a%2Fb', { method: 'DELETE' })).status).toBe(204);
    const again = await api.request('/v1/recipes/a%2Fb', { method: 'DELETE' });
    expect((await problemOf(again)).code).toBe('recipe_not_found');
  });

  it('DELETE with If-Match deletes the text that it names, and no other', async () => {
    const api = makeApi();
    const tag = (await put(api, 'a', 'one')).headers.get('ETag') ?? '';
    const remove = (name: string, ifMatch: string) =>
      api.request(`/v1/recipes/${name}`, { method: 'DELETE', headers: { 'If-Match': ifMatch } });
    expect((await remove('a', '"x"')).status).toBe(412);
    expect((await remove('a', '"x", "y"')).status).toBe(412);
    expect((await remove('a', 'x')).status).toBe(400);
    expect((await remove('b', tag)).status).toBe(404);
    expect((await api.request('/v1/recipes/a')).status).toBe(200);
    const none = { method: 'DELETE', headers: { 'If-None-Match': '*' } };
    expect((await api.request('/v1/recipes/a', none)).status).toBe(400);
    expect((await remove('a', `"x", ${tag}`)).status).toBe(204);
  });

  it('the schema of the inputs is JSON', async () => {
    const api = makeApi();
    await put(api, 'a', 'one');
    expect(await (await api.request('/v1/recipes/a/schema')).json()).toEqual({ type: 'object' });
  });

  it('POST /v1/validate answers 200 for good and bad texts alike', async () => {
    const { request } = makeApi();
    const validate = (body: string) =>
      request('/v1/validate', { method: 'POST', body, headers: YAML });
    expect(await (await validate('fine')).json()).toEqual({ valid: true, diagnostics: [] });
    const bad = await validate(BROKEN);
    expect(bad.status).toBe(200);
    expect(await bad.json()).toMatchObject({
      valid: false,
      diagnostics: [{ pointer: '/broken', line: 1 }],
    });
    for (const strict of ['1', 'yes', 'True']) {
      const odd = await request(`/v1/validate?strict=${strict}`, {
        method: 'POST',
        body: 'a',
        headers: YAML,
      });
      expect(odd.status).toBe(400);
    }
  });
});
