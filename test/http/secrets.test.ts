/** Secrets and settings over HTTP. */
import { describe, expect, it } from 'vitest';
import { makeApi, problemOf } from '../support/http/api.ts';

const VALUE = 'sk-live-0123456789';
const good = { value: VALUE, hosts: ['api.example.com', '*.example.org:8443'] };

describe('a secret', () => {
  it('goes in and never comes out', async () => {
    const api = makeApi();
    const put = await api.send('PUT', '/v1/secrets/TOKEN', good);
    expect(put.status).toBe(201);
    const entry = {
      name: 'TOKEN',
      hosts: ['api.example.com', '*.example.org:8443'],
      in: ['header'],
      updated_at: '1970-01-01T00:00:00.000Z',
    };
    expect(await put.json()).toEqual(entry);
    const again = await api.send('PUT', '/v1/secrets/TOKEN', { ...good, in: ['body', 'header'] });
    expect(again.status).toBe(200);
    const seen = [
      await (await api.request('/v1/secrets/TOKEN')).text(),
      await (await api.request('/v1/secrets')).text(),
    ];
    for (const text of seen) expect(text).toContain('"in":["body","header"]');
    expect(seen.join('') + JSON.stringify(api.logs)).not.toContain(VALUE);
    const gone = await api.request('/v1/secrets/TOKEN', { method: 'DELETE' });
    expect(gone.status).toBe(204);
    for (const method of ['GET', 'DELETE']) {
      const missing = await api.request('/v1/secrets/TOKEN', { method });
      expect((await problemOf(missing)).code).toBe('secret_not_found');
    }
  });

  it.each([
    ['no value', { hosts: good.hosts }, '/value'],
    ['a value too short to be found again', { ...good, value: '1234567' }, '/value'],
    ['a value too long', { ...good, value: 'x'.repeat(4_097) }, '/value'],
    ['a value that would begin another header', { ...good, value: `${VALUE}\r\nX: y` }, '/value'],
    ['a value beyond Latin-1 for a header', { ...good, value: `${VALUE}語` }, '/value'],
    ['a value that ends in a space', { ...good, value: `${VALUE} ` }, '/value'],
    ['no hosts', { value: VALUE }, '/hosts'],
    ['an empty list of hosts', { ...good, hosts: [] }, '/hosts'],
    ['an address for a host', { ...good, hosts: ['https://a.example'] }, '/hosts/0'],
    ['any host', { ...good, hosts: ['*'] }, '/hosts/0'],
    ['a host with a path', { ...good, hosts: ['a.example/x'] }, '/hosts/0'],
    ['a host with a user', { ...good, hosts: ['u@a.example'] }, '/hosts/0'],
    ['two hosts in one', { ...good, hosts: ['a.example b.example'] }, '/hosts/0'],
    ['a place that is none', { ...good, in: ['query'] }, '/in/0'],
    ['no place', { ...good, in: [] }, '/in'],
    ['a key that is none', { ...good, note: 'x' }, '/note'],
  ])('with %s is refused, and its value is not told', async (_what, body, pointer) => {
    const api = makeApi();
    const answer = await api.send('PUT', '/v1/secrets/TOKEN', body);
    expect(answer.status).toBe(400);
    const problem = await problemOf(answer);
    expect(problem.errors[0]?.pointer).toBe(pointer);
    expect(JSON.stringify(problem) + JSON.stringify(api.logs)).not.toContain(VALUE);
    expect((await api.request('/v1/secrets/TOKEN')).status).toBe(404);
  });

  it('for bodies may hold any text', async () => {
    const body = { ...good, value: '-----BEGIN KEY-----\n語\n', in: ['body'] };
    expect((await makeApi().send('PUT', '/v1/secrets/PEM', body)).status).toBe(201);
  });

  it.each(['1A', 'a-b', 'a.b', '%20', 'a%2Fb', '..%2Fx', 'a'.repeat(101), 'ä'])(
    'cannot be called "%s"',
    async (name) => {
      const answer = await makeApi().send('PUT', `/v1/secrets/${name}`, good);
      expect(answer.status).toBe(400);
    },
  );
});

describe('settings', () => {
  it('start with their defaults, and keep what is put', async () => {
    const api = makeApi();
    const before = (await (await api.request('/v1/settings/plugins')).json()) as object;
    expect(before).toMatchObject({ max_versions: 2_000, max_new_per_day: 2_000 });
    const put = await api.send('PUT', '/v1/settings/plugins', { max_versions: 3 });
    expect(put.status).toBe(200);
    const after = { ...before, max_versions: 3 };
    expect(await put.json()).toEqual(after);
    expect(await (await api.request('/v1/settings/plugins')).json()).toEqual(after);
    const other = await api.request('/v1/settings/plugins?tenant=acme');
    expect(await other.json()).toEqual(before);
  });

  it.each([
    [{ max_versions: -1 }, '/max_versions'],
    [{ max_versions: 1.5 }, '/max_versions'],
    [{ max_versions: '3' }, '/max_versions'],
    [{ max_version: 3 }, '/max_version'],
    [[], ''],
    [null, ''],
  ])('refuse %j', async (body, pointer) => {
    const answer = await makeApi().send('PUT', '/v1/settings/plugins', body);
    expect(answer.status).toBe(400);
    expect((await problemOf(answer)).errors[0]?.pointer).toBe(pointer);
  });

  it.each(['nothing', '__proto__', 'constructor', 'Plugins'])(
    'know no section "%s"',
    async (name) => {
      const api = makeApi();
      expect((await api.request(`/v1/settings/${name}`)).status).toBe(404);
      expect((await api.send('PUT', `/v1/settings/${name}`, {})).status).toBe(404);
    },
  );

  it('that an earlier release took and this one does not are as if never put', async () => {
    const api = makeApi();
    await api.services.ports.settings.put('default', 'plugins', { max_versions: 'many' });
    const read = await api.request('/v1/settings/plugins');
    expect(await read.json()).toMatchObject({ max_versions: 2_000 });
  });
});
