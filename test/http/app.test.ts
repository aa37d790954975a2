import { describe, expect, it } from 'vitest';
import { ERRORS } from '../../src/core/errors.ts';
import { LOOPBACK, makeApi, problemOf } from '../support/http/api.ts';

const ANSWERS = [
  ['GET', '/healthz', 200],
  ['GET', '/v1/recipes', 200],
  ['GET', '/v1/recipes/none', 404],
  ['GET', '/nope', 404],
  ['PATCH', '/v1/recipes/a', 405],
  ['POST', '/v1/validate', 415],
  ['GET', '/v1/runs?limit=0', 400],
] as const;

describe('every answer', () => {
  it.each(ANSWERS)('%s %s (%i) is stamped and not to be kept', async (method, path, status) => {
    const { request } = makeApi();
    const response = await request(path, { method });
    expect(response.status).toBe(status);
    expect(response.headers.get('X-Request-Id')).toMatch(/^req_/);
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect(response.headers.get('Content-Security-Policy')).toContain("default-src 'none'");
    expect(response.headers.get('Referrer-Policy')).toBe('no-referrer');
    expect(response.headers.get('X-Frame-Options')).toBe('DENY');
    expect(response.headers.get('Access-Control-Allow-Origin')).toBeNull();
  });

  it('carries the caller’s request id if it is a plain one', async () => {
    const { request } = makeApi();
    const idOf = async (id: string) =>
      (await request('/healthz', { headers: { 'X-Request-Id': id } })).headers.get('X-Request-Id');
    expect(await idOf('abc-DEF_1')).toBe('abc-DEF_1');
    for (const odd of ['', 'a b', 'a<script>', 'x'.repeat(65), 'ä', 'a,b']) {
      expect(await idOf(odd)).toMatch(/^req_/);
    }
  });

  it('leaves one line in the log: ids, codes and numbers, no path and no query', async () => {
    const { request, logs } = makeApi();
    await request('/v1/recipes/secret-name?version=7');
    expect(logs).toHaveLength(1);
    expect(logs[0]).toMatchObject({
      event: 'http.request',
      fields: { method: 'GET', status: 404 },
    });
    expect(JSON.stringify(logs)).not.toContain('secret-name');
  });
});

describe('problem documents', () => {
  it('have all their members', async () => {
    const { request } = makeApi();
    const response = await request('/v1/recipes/a%2Fb?version=3', {
      headers: { 'X-Request-Id': 'me' },
    });
    expect(response.headers.get('Content-Type')).toBe('application/problem+json');
    expect(await response.json()).toEqual({
      type: '/docs/errors#recipe_not_found',
      title: 'Recipe not found',
      status: 404,
      detail: expect.stringContaining('"a/b"'),
      instance: '/v1/recipes/a%2Fb',
      code: 'recipe_not_found',
      request_id: 'me',
      errors: [],
    });
  });

  it('have a type that leads to the code on a page of ours', async () => {
    const { request } = makeApi();
    const { type } = await problemOf(await request('/nope'));
    const [page = '', anchor] = type.split('#');
    const response = await request(page);
    expect(response.headers.get('Content-Type')).toBe('text/html; charset=UTF-8');
    expect(await response.text()).toContain(`id="${anchor}"`);
  });

  it('name every finding, with its place', async () => {
    const { request } = makeApi();
    const response = await request('/v1/recipes/a', {
      method: 'PUT',
      body: 'broken: true',
      headers: { 'Content-Type': 'application/yaml' },
    });
    expect(response.status).toBe(422);
    expect((await problemOf(response)).errors).toMatchObject([{ pointer: '/broken', line: 1 }]);
  });

  it.each(['Error', 'TypeError'])('tell nothing of a foreign %s', async (name) => {
    const catalog = {
      ...makeApi().services.ports.catalog,
      listRecipes: () => Promise.reject(Object.assign(new Error('password=hunter2'), { name })),
    };
    const { request, logs } = makeApi(LOOPBACK, { catalog });
    const response = await request('/v1/recipes');
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(JSON.parse(text)).toMatchObject({ code: 'internal', errors: [] });
    expect(text).not.toMatch(/hunter2|\bat \/|\.ts/);
    expect(JSON.stringify(logs)).not.toContain('hunter2');
    expect(logs.some(({ level, event }) => level === 'error' && event === 'http.failed')).toBe(
      true,
    );
  });

  it('read the code of an error whose class was lost on the way', async () => {
    const lost = Object.assign(new Error('Cannot enqueue'), { code: 'queue_full' });
    const catalog = {
      ...makeApi().services.ports.catalog,
      listRecipes: () => Promise.reject(lost),
    };
    const response = await makeApi(LOOPBACK, { catalog }).request('/v1/recipes');
    expect(response.status).toBe(ERRORS.queue_full.status);
    expect(response.headers.get('Retry-After')).toBe('1');
    expect((await problemOf(response)).code).toBe('queue_full');
  });

  it('are not fooled by a code that is a property of every object', async () => {
    for (const code of ['constructor', '__proto__', 'toString']) {
      const odd = Object.assign(new Error('odd'), { code });
      const catalog = {
        ...makeApi().services.ports.catalog,
        listRecipes: () => Promise.reject(odd),
      };
      expect((await makeApi(LOOPBACK, { catalog }).request('/v1/recipes')).status).toBe(500);
    }
  });
});

describe('methods', () => {
  it.each([
    ['DELETE', '/v1/recipes', 'GET, HEAD'],
    ['PATCH', '/v1/recipes/a', 'DELETE, GET, HEAD, PUT'],
    ['PUT', '/v1/runs', 'GET, HEAD, POST'],
    ['GET', '/v1/runs/run_1/cancel', 'POST'],
    ['GET', '/v1/plugins/a/functions/b/call', 'POST'],
    ['POST', '/healthz', 'GET, HEAD'],
  ])('%s %s is refused, and told what is allowed', async (method, path, allow) => {
    const { request } = makeApi();
    const response = await request(path, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get('Allow')?.split(', ').toSorted().join(', ')).toBe(allow);
    expect((await problemOf(response)).code).toBe('method_not_allowed');
  });

  it('HEAD answers like GET, without a body', async () => {
    const { request } = makeApi();
    const response = await request('/v1/recipes', { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('');
  });

  it('a resource that is not there is 404, not 405', async () => {
    const { request } = makeApi();
    expect((await request('/v1/recipes/none', { method: 'DELETE' })).status).toBe(404);
    for (const path of [
      '/v1',
      '/v1/',
      '/v1/runs/',
      '/v1/recipes/a/b',
      '/v2/runs',
      '/V1/runs',
      '/.env',
    ]) {
      const response = await request(path);
      expect(response.status).toBe(404);
      expect((await problemOf(response)).code).toBe('not_found');
    }
  });
});

describe('query parameters', () => {
  it.each([
    ['/v1/recipes?limt=3', '/query/limt', 'limit'],
    ['/v1/recipes/a?vresion=3', '/query/vresion', 'version'],
    ['/v1/runs?stauts=failed', '/query/stauts', 'status'],
    ['/v1/runs/run_1/events?aftr=1', '/query/aftr', 'after'],
    ['/v1/recipes?__proto__=1', '/query/__proto__', undefined],
    ['/v1/recipes?constructor=1', '/query/constructor', undefined],
    ['/v1/recipes?a/b~c=1', '/query/a~1b~0c', undefined],
  ])('%s names the unknown one', async (path, pointer, suggestion) => {
    const { request } = makeApi();
    const response = await request(path);
    expect(response.status).toBe(400);
    const { code, errors } = await problemOf(response);
    expect(code).toBe('bad_request');
    expect(errors[0]).toMatchObject({ code: 'unknown_key', pointer });
    expect(errors[0]?.suggestion).toBe(suggestion);
  });

  it.each([
    '/v1/recipes?limit=0',
    '/v1/recipes?limit=101',
    '/v1/recipes?limit=1e1',
    '/v1/recipes?limit=-1',
    '/v1/recipes?limit=',
    '/v1/recipes?limit=1&limit=2',
    '/v1/recipes/a?version=0',
    '/v1/recipes/a?version=1.5',
    '/v1/runs?status=done',
    '/v1/runs?recipe=..%2Fa',
    '/v1/runs/run_1/events?after=-1',
    '/v1/runs/run_1/events?after=99999999999999999',
    '/v1/runs/run_1?x',
  ])('%s is refused', async (path) => {
    const { request } = makeApi();
    const response = await request(path);
    expect(response.status).toBe(400);
    expect((await problemOf(response)).code).toBe('bad_request');
  });
});
