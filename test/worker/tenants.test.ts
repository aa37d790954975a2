/** Two tenants of one server, with keys of their own, over HTTP in workerd. */
import { beforeAll, describe, expect, it } from 'vitest';
import { bodyOf, call, post } from '../support/api-client.ts';

const keys: Record<string, string> = {};
const as = (tenant: string) => ({ authorization: `Bearer ${keys[tenant]}` });

async function makeKey(
  tenant: string,
  scopes: readonly string[],
): Promise<{ id: string; key: string }> {
  return bodyOf(await post('/v1/keys', { name: 'test', tenant, scopes }), 201);
}

beforeAll(async () => {
  for (const tenant of ['north', 'south']) {
    keys[tenant] = (await makeKey(tenant, ['admin'])).key;
  }
}, 60_000);

async function get(tenant: string, path: string): Promise<number> {
  const answer = await call(path, { headers: as(tenant) });
  await answer.body?.cancel();
  return answer.status;
}

describe('what one tenant has is not there for the other', () => {
  it('recipes, runs and their outputs', async () => {
    const recipe = 'name: r\nnodes: [{id: ask, type: hitl, prompt: Well?}]';
    const put = await call('/v1/recipes/r', {
      method: 'PUT',
      body: recipe,
      headers: { ...as('north'), 'content-type': 'application/yaml' },
    });
    expect(put.status).toBe(201);
    const started = await post('/v1/recipes/r/runs', {}, as('north'));
    const { id } = await bodyOf<{ id: string }>(started, 202);
    const paths = ['/v1/recipes/r', `/v1/runs/${id}`, `/v1/runs/${id}/events`];
    for (const path of paths) {
      expect(await get('north', path), path).toBe(200);
      expect(await get('south', path), path).toBe(404);
    }
    const list = async (tenant: string, path: string) =>
      (await bodyOf<{ data: unknown[] }>(await call(path, { headers: as(tenant) }), 200)).data;
    expect(await list('north', '/v1/runs')).toHaveLength(1);
    expect(await list('south', '/v1/runs')).toEqual([]);
    expect((await post(`/v1/runs/${id}/cancel`, {}, as('south'))).status).toBe(404);
    expect((await post(`/v1/runs/${id}/cancel`, {}, as('north'))).status).toBe(202);
  });

  it('approvals, prompts and files', async () => {
    const recipe = 'name: q\nnodes: [{id: ask, type: hitl, prompt: Well?}]';
    const started = await post('/v1/runs', { recipe }, as('north'));
    await bodyOf(started, 202);
    const waiting = async (tenant: string) => {
      const answer = await call('/v1/approvals', { headers: as(tenant) });
      return (await bodyOf<{ data: { id: string }[] }>(answer, 200)).data;
    };
    const [approval] = await waiting('north');
    expect(approval).toBeDefined();
    expect(await waiting('south')).toEqual([]);
    expect(
      (await post(`/v1/approvals/${approval?.id}`, { approved: true }, as('south'))).status,
    ).toBe(404);
    const put = (path: string, type: string) =>
      call(path, {
        method: 'PUT',
        body: 'text',
        headers: { ...as('north'), 'content-type': type },
      });
    expect((await put('/v1/prompts/p.jinja', 'text/plain')).status).toBe(201);
    expect((await put('/v1/files/f', 'text/plain')).status).toBe(201);
    for (const path of [`/v1/approvals/${approval?.id}`, '/v1/prompts/p.jinja', '/v1/files/f']) {
      expect(await get('north', path), path).toBe(200);
      expect(await get('south', path), path).toBe(404);
    }
  });

  it('secrets, settings and keys', async () => {
    const secret = { value: 'value of north', hosts: ['a.example'] };
    const put = await call('/v1/secrets/S', {
      method: 'PUT',
      body: JSON.stringify(secret),
      headers: { ...as('north'), 'content-type': 'application/json' },
    });
    expect(put.status).toBe(201);
    expect(await get('north', '/v1/secrets/S')).toBe(200);
    expect(await get('south', '/v1/secrets/S')).toBe(404);
    const { id } = await makeKey('north', ['runs:read']);
    expect(await get('north', `/v1/keys/${id}`)).toBe(200);
    expect(await get('south', `/v1/keys/${id}`)).toBe(404);
    expect(await get('south', `/v1/keys/${id}?tenant=north`)).toBe(403);
  });
});

it('a revoked key is nobody any more', async () => {
  const { id, key } = await makeKey('north', ['runs:read']);
  const headers = { authorization: `Bearer ${key}` };
  expect((await call('/v1/runs', { headers })).status).toBe(200);
  const gone = await call(`/v1/keys/${id}`, { method: 'DELETE', headers: as('north') });
  expect(gone.status).toBe(204);
  expect((await call('/v1/runs', { headers })).status).toBe(401);
});
