/** Grants and deprecation over HTTP. */
import { describe, expect, it } from 'vitest';
import { findPinned } from '../../src/core/plugin/find-function.ts';
import { makeApi, problemOf } from '../support/http/api.ts';
import type { Api } from '../support/http/api.ts';

const manifest = {
  name: 'asker',
  version: '1.0.0',
  description: '',
  functions: [
    {
      id: 'ask',
      export: 'ask',
      description: '',
      content_type: 'json' as const,
      pure: false,
      batch: false,
      fold: false,
      chunk: false,
    },
  ],
  capabilities: {
    hosts: ['a.example.com', 'b.example.com'],
    secrets: ['KEY'],
    config: ['x'],
    wasi: false,
  },
  limits: { fuel: 1_000 },
};

async function withPlugin(...versions: string[]): Promise<Api> {
  const api = makeApi();
  for (const version of versions) {
    await api.services.ports.catalog.putPlugin('default', {
      name: 'asker',
      version,
      hash: `hash of ${version}`,
      upload: `upload of ${version}`,
      size: 1,
      usesWasi: false,
      manifest: { ...manifest, version },
    });
  }
  return api;
}

const jsonOf = async (answer: Response) => (await answer.json()) as Record<string, unknown>;

describe('a grant', () => {
  it('is put, read, replaced and taken back', async () => {
    const api = await withPlugin('1.0.0');
    const path = '/v1/plugins/asker/grant';
    const none = { hosts: [], secrets: [], config: {}, wasi: true, limits: {} };
    expect(await jsonOf(await api.request(path))).toEqual(none);
    expect((await api.send('PUT', path, { hosts: ['a.example.com'] })).status).toBe(201);
    const put = await api.send('PUT', path, { secrets: ['KEY'], limits: { fuel: 5 } });
    expect(put.status).toBe(200);
    const grant = { ...none, secrets: ['KEY'], limits: { fuel: 5 } };
    expect(await jsonOf(put)).toEqual(grant);
    expect(await jsonOf(await api.request(path))).toEqual(grant);
    expect((await api.request(path, { method: 'DELETE' })).status).toBe(204);
    expect((await api.request(path, { method: 'DELETE' })).status).toBe(404);
    expect(await jsonOf(await api.request(path))).toEqual(none);
  });

  it('shows what comes of it, and of settings no value', async () => {
    const api = await withPlugin('1.0.0');
    const grant = { hosts: ['*.example.com', 'c.example.org'], config: { x: 'private', y: 'z' } };
    await api.send('PUT', '/v1/plugins/asker/grant', { ...grant, limits: { fuel: 2_000 } });
    for (const path of ['/v1/plugins/asker', '/v1/plugins/asker/versions/1.0.0']) {
      const seen = await jsonOf(await api.request(path));
      expect(seen['rights']).toEqual({
        hosts: ['a.example.com', 'b.example.com'],
        secrets: [],
        config: ['x'],
        wasi: false,
        limits: { fuel: 1_000 },
      });
      expect(seen['not_granted']).toEqual(['secret "KEY"']);
      expect(JSON.stringify(seen)).not.toContain('private');
    }
  });

  it.each([
    [{ hosts: ['https://a.example.com'] }, '/hosts/0'],
    [{ hosts: ['*'] }, '/hosts/0'],
    [{ hosts: ['a b'] }, '/hosts/0'],
    [{ hosts: Array.from({ length: 65 }, () => 'a.example.com') }, '/hosts'],
    [{ secrets: ['a b'] }, '/secrets/0'],
    [{ config: { 'a b': 'x' } }, '/config/a b'],
    [{ config: { a: 1 } }, '/config/a'],
    [{ wasi: 'yes' }, '/wasi'],
    [{ limits: { fuel: 200_000_001 } }, '/limits/fuel'],
    [{ limits: { fuel: -1 } }, '/limits/fuel'],
    [{ limits: { cpu: 1 } }, '/limits/cpu'],
    [{ network: true }, '/network'],
  ])('of %j is refused', async (body, pointer) => {
    const api = await withPlugin('1.0.0');
    const answer = await api.send('PUT', '/v1/plugins/asker/grant', body);
    expect(answer.status).toBe(400);
    expect((await problemOf(answer)).errors[0]?.pointer).toBe(pointer);
  });
});

describe('a deprecated version', () => {
  const deprecate = (api: Api, version: string, deprecated: unknown) =>
    api.send('PATCH', `/v1/plugins/asker/versions/${version}`, { deprecated });

  it('gives way to another that fits, and serves where none does', async () => {
    const api = await withPlugin('1.0.0', '1.1.0');
    const answer = await deprecate(api, '1.1.0', ' wrong results ');
    expect(answer.status).toBe(200);
    expect(await jsonOf(answer)).toMatchObject({ version: '1.1.0', deprecated: 'wrong results' });
    const plugins = await api.services.ports.catalog.listPlugins('default');
    const found = (reference: string) => {
      const pinned = findPinned(plugins, reference);
      return pinned.ok ? pinned.value.version : pinned.error.code;
    };
    expect(found('asker.ask')).toBe('1.0.0');
    expect(found('asker.ask@^1.0.0')).toBe('1.0.0');
    expect(found('asker.ask@^1.1.0')).toBe('1.1.0');
    expect(found('asker.ask@1.1.0')).toBe('1.1.0');
    expect(await jsonOf(await api.request('/v1/plugins/asker'))).toMatchObject({
      version: '1.0.0',
    });
    await deprecate(api, '1.1.0', null);
    expect(await jsonOf(await api.request('/v1/plugins/asker'))).toMatchObject({
      version: '1.1.0',
      deprecated: null,
    });
  });

  it.each([[''], [1], [undefined], ['x'.repeat(1_001)]])(
    'for the reason %j is refused',
    async (why) => {
      const api = await withPlugin('1.0.0');
      expect((await deprecate(api, '1.0.0', why)).status).toBe(400);
    },
  );

  it('must exist', async () => {
    const api = await withPlugin('1.0.0');
    const missing = await deprecate(api, '2.0.0', 'x');
    expect((await problemOf(missing)).code).toBe('plugin_not_found');
  });
});
