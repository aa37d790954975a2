import { describe, expect, it } from 'vitest';
import { BUNDLED } from '../contracts/catalog.ts';
import { createMemoryCatalog } from '../../src/adapters/memory/catalog.ts';
import { LOOPBACK, makeApi, problemOf } from '../support/http/api.ts';
import type { Api } from '../support/http/api.ts';

const MODULE = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 0xff, 0x80]);

function put(api: Api, version: string, body: Uint8Array<ArrayBuffer> = MODULE): Promise<Response> {
  return api.request(`/v1/plugins/grader/versions/${version}`, {
    method: 'PUT',
    body,
    headers: { 'Content-Type': 'application/wasm' },
  });
}

function formOf(parts: Record<string, string | Uint8Array<ArrayBuffer>>): FormData {
  const form = new FormData();
  for (const [name, part] of Object.entries(parts)) {
    if (typeof part === 'string') form.append(name, part);
    else form.append(name, new Blob([part], { type: 'application/wasm' }), 'plugin.wasm');
  }
  return form;
}

describe('putting', () => {
  it('is 201 for new bytes, 200 for the same, 409 for others', async () => {
    const api = makeApi();
    const created = await put(api, '1.0.0');
    expect(created.status).toBe(201);
    expect(created.headers.get('Location')).toBe('/v1/plugins/grader/versions/1.0.0');
    expect(await created.json()).toMatchObject({
      name: 'grader',
      version: '1.0.0',
      size: 10,
      bundled: false,
    });
    expect((await put(api, '1.0.0')).status).toBe(200);
    const other = await put(api, '1.0.0', new Uint8Array([1]));
    expect([other.status, (await problemOf(other)).code]).toEqual([409, 'plugin_exists']);
  });

  it.each([
    '1',
    '1.0',
    'v1.0.0',
    '01.0.0',
    '1.0.0-',
    '1.0.0-01',
    '1.0.0+',
    '1.0.0.0',
    '^1.0.0',
    'latest',
    '1.0.0%00',
    `1.0.0-${'a'.repeat(64)}`,
  ])('"%s" is no version', async (version) => {
    expect((await put(makeApi(), version)).status).toBe(400);
  });

  it.each(['0.0.0', '1.2.3-rc.1', '1.2.3-0.a-b+build.05', '10.20.30', '1.0.0-a01'])(
    '"%s" is a version',
    async (version) => {
      expect((await put(makeApi(), version)).status).toBe(201);
    },
  );

  it.each(['A', '-a', 'a_b', 'a.b', 'a%2Fb', '..%2Fa', 'a'.repeat(65), '__proto__', 'a%00'])(
    '"%s" is no name',
    async (name) => {
      const { request } = makeApi();
      const headers = { 'Content-Type': 'application/wasm' };
      const response = await request(`/v1/plugins/${name}/versions/1.0.0`, {
        method: 'PUT',
        body: MODULE,
        headers,
      });
      expect([response.status, (await problemOf(response)).code]).toEqual([
        422,
        'plugin_name_invalid',
      ]);
    },
  );
});

describe('JavaScript', () => {
  it.each([
    ['text/javascript', 'javascript'],
    ['Text/JavaScript; charset=UTF-8', 'javascript'],
    ['application/javascript', 'javascript'],
    ['application/wasm', 'wasm'],
  ])('is told from a module by the type "%s"', async (type, language) => {
    const answer = await makeApi().request('/v1/plugins/inspect', {
      method: 'POST',
      body: 'export function f() {}',
      headers: { 'Content-Type': type },
    });
    expect(await answer.json()).toMatchObject({ received: { size: 22, language } });
  });

  it('in another encoding is refused', async () => {
    const headers = { 'Content-Type': 'text/javascript; charset=latin1' };
    const init = { method: 'POST', body: 'x', headers };
    expect((await makeApi().request('/v1/plugins/inspect', init)).status).toBe(415);
  });
});

describe('forms', () => {
  async function inspect(parts: Parameters<typeof formOf>[0]) {
    const response = await makeApi().request('/v1/plugins/inspect', {
      method: 'POST',
      body: formOf(parts),
    });
    return {
      status: response.status,
      body: (await response.json()) as { received?: unknown; code?: string },
    };
  }

  it('carry the module byte for byte, and the manifest as text or file', async () => {
    expect(await inspect({ module: MODULE })).toMatchObject({
      status: 200,
      body: { received: { size: 10, language: 'wasm', manifestText: null } },
    });
    const manifest = '{name: grader, description: ä 語}';
    const received = { size: 10, language: 'wasm', manifestText: manifest };
    expect((await inspect({ module: MODULE, manifest })).body.received).toEqual(received);
    const file = new Uint8Array(new TextEncoder().encode(manifest));
    expect((await inspect({ module: MODULE, manifest: file })).body.received).toEqual(received);
  });

  it.each([
    ['plugin.js', '', 'javascript'],
    ['plugin.mjs', 'application/octet-stream', 'javascript'],
    ['plugin', 'text/javascript; charset=utf-8', 'javascript'],
    ['plugin.js', 'application/wasm', 'wasm'],
    ['plugin.wasm', '', 'wasm'],
    ['plugin.json', 'application/json', 'wasm'],
  ])('hold by name "%s" and type "%s" %s', async (name, type, language) => {
    const body = new FormData();
    body.append('module', new Blob(['x'], { type }), name);
    const init = { method: 'POST', body };
    const answer = await makeApi().request('/v1/plugins/inspect', init);
    expect(await answer.json()).toMatchObject({ received: { size: 1, language } });
  });

  it.each([
    {},
    { manifest: 'a: 1' },
    { module: 'text' },
    { module: MODULE, other: 'x' },
    { module: MODULE, Manifest: 'x' },
    { module: MODULE, manifest: new Uint8Array([0xff]) },
  ])('with parts %j are refused', async (parts) => {
    expect(await inspect(parts as Record<string, string>)).toMatchObject({
      status: 400,
      body: { code: 'bad_request' },
    });
  });

  it('with a part twice are refused', async () => {
    const body = formOf({ module: MODULE });
    body.append('module', new Blob([MODULE]), 'other.wasm');
    expect((await makeApi().request('/v1/plugins/inspect', { method: 'POST', body })).status).toBe(
      400,
    );
  });

  it('with a manifest of more than 256 KiB are refused', async () => {
    expect((await inspect({ module: MODULE, manifest: 'x'.repeat(256 * 1024 + 1) })).status).toBe(
      413,
    );
  });

  it.each([
    'multipart/form-data',
    'multipart/form-data; boundary=x',
    'multipart/form-data; boundary=',
  ])('that are none, as "%s", are refused', async (type) => {
    const response = await makeApi().request('/v1/plugins/inspect', {
      method: 'POST',
      body: '--y\r\nnothing',
      headers: { 'Content-Type': type },
    });
    expect(response.status).toBe(400);
  });
});

describe('listing', () => {
  it('gives the newest of each, and every version of one', async () => {
    const api = makeApi(LOOPBACK, {
      catalog: createMemoryCatalog({ clock: { now: () => 0 }, bundled: [BUNDLED] }),
    });
    await put(api, '1.0.0');
    await put(api, '1.1.0');
    const read = async (path: string) =>
      (
        (await (await api.request(path)).json()) as { data: { name: string; version: string }[] }
      ).data.map(({ name, version }) => `${name}@${version}`);
    expect(await read('/v1/plugins')).toEqual(['grader@1.1.0', 'text-tools@1.0.0']);
    expect(await read('/v1/plugins/grader/versions')).toEqual(['grader@1.1.0', 'grader@1.0.0']);
    expect(await (await api.request('/v1/plugins/grader')).json()).toMatchObject({
      version: '1.1.0',
    });
    expect((await api.request('/v1/plugins/grader/versions/1.0.0')).status).toBe(200);
    for (const path of ['none', 'none/versions', 'grader/versions/2.0.0']) {
      expect((await problemOf(await api.request(`/v1/plugins/${path}`))).code).toBe(
        'plugin_not_found',
      );
    }
  });

  it('deletes a version, but no bundled one', async () => {
    const api = makeApi(LOOPBACK, {
      catalog: createMemoryCatalog({ clock: { now: () => 0 }, bundled: [BUNDLED] }),
    });
    await put(api, '1.0.0');
    const remove = async (path: string) =>
      (await api.request(`/v1/plugins/${path}`, { method: 'DELETE' })).status;
    expect(await remove('grader/versions/1.0.0')).toBe(204);
    expect(await remove('grader/versions/1.0.0')).toBe(404);
    expect(await remove('text-tools/versions/1.0.0')).toBe(403);
  });
});

describe('calling', () => {
  it('passes on the input, whatever JSON it is', async () => {
    const api = makeApi();
    for (const input of [{ text: 'ä' }, [1], 'x', 0, null, false]) {
      const response = await api.send('POST', '/v1/plugins/grader/functions/score/call', { input });
      expect(await response.json()).toEqual({
        output: input,
        fuel: 10,
        memory_pages: 1,
        wall_ms: 0,
        logs: [],
      });
    }
    await api.send('POST', '/v1/plugins/grader/functions/score/call', {
      input: 1,
      version: '1.0.0',
      config: { lang: 'de' },
    });
    expect(api.called.at(-1)).toEqual({
      plugin: 'grader',
      fn: 'score',
      call: { input: 1, version: '1.0.0', config: { lang: 'de' } },
    });
  });

  it.each([
    {},
    { input: 1, config: { a: 1 } },
    { input: 1, config: [] },
    { input: 1, version: 'latest' },
    { input: 1, fn: 'x' },
  ])('with %j is refused', async (body) => {
    const api = makeApi();
    const response = await api.send('POST', '/v1/plugins/grader/functions/score/call', body);
    expect(response.status).toBe(400);
    expect(api.called).toEqual([]);
  });

  it.each(['__proto__%00', 'a b', '%2e%2e%2f', 'a'.repeat(129)])(
    'function "%s" is refused',
    async (fn) => {
      const api = makeApi();
      const response = await api.send('POST', `/v1/plugins/grader/functions/${fn}/call`, {
        input: 1,
      });
      expect([400, 404]).toContain(response.status);
      expect(api.called).toEqual([]);
    },
  );
});
