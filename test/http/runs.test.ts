import { describe, expect, it } from 'vitest';
import { BROKEN, makeApi, problemOf } from '../support/http/api.ts';
import type { Api } from '../support/http/api.ts';

async function start(api: Api, headers: Record<string, string> = {}): Promise<string> {
  const response = await api.send('POST', '/v1/runs', { recipe: 'a: 1' }, headers);
  return ((await response.json()) as { id: string }).id;
}

describe('starting', () => {
  it('answers 202 with the place to look', async () => {
    const api = makeApi();
    const response = await api.send('POST', '/v1/recipes/news%2Fdigest/runs', {
      inputs: { topic: 'ä 語', n: [1, { deep: null }] },
      version: 3,
      labels: { team: 'x', nr: 1, ok: true },
    });
    expect(response.status).toBe(202);
    expect(response.headers.get('Location')).toBe('/v1/runs/run_001');
    expect(await response.json()).toMatchObject({
      id: 'run_001',
      status: 'queued',
      queue_position: 1,
    });
    expect(api.submitted).toEqual([
      {
        recipe: 'news/digest',
        version: 3,
        inputs: { topic: 'ä 語', n: [1, { deep: null }] },
        labels: { team: 'x', nr: 1, ok: true },
        mode: 'durable',
      },
    ]);
  });

  it('takes an inline recipe as YAML text or as an object', async () => {
    const api = makeApi();
    await api.send('POST', '/v1/runs', { recipe: 'name: x', inputs: { a: 1 } });
    await api.send('POST', '/v1/runs', { recipe: { name: 'x', graph: { nodes: [] } } });
    expect(api.submitted.map(({ source }) => source)).toEqual([
      'name: x',
      '{"name":"x","graph":{"nodes":[]}}',
    ]);
  });

  it('of a stored recipe needs no body', async () => {
    const api = makeApi();
    const response = await api.request('/v1/recipes/a/runs', { method: 'POST' });
    expect(response.status).toBe(202);
    expect(api.submitted).toEqual([{ recipe: 'a', inputs: {}, labels: {}, mode: 'durable' }]);
  });

  it('inline answers 200 with the result', async () => {
    const api = makeApi();
    const response = await api.send('POST', '/v1/runs', { recipe: 'a', mode: 'inline' });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      status: 'completed',
      mode: 'inline',
      result: {},
    });
  });

  it.each([
    ['/v1/runs', {}],
    ['/v1/runs', { recipe: '' }],
    ['/v1/runs', { recipe: 1 }],
    ['/v1/runs', { recipe: ['a'] }],
    ['/v1/runs', { recipe: 'a', inputs: [] }],
    ['/v1/runs', { recipe: 'a', inputs: null }],
    ['/v1/runs', { recipe: 'a', inputs: 'x' }],
    ['/v1/runs', { recipe: 'a', mode: 'fast' }],
    ['/v1/runs', { recipe: 'a', version: 1 }],
    ['/v1/runs', { recipe: 'a', labels: { x: {} } }],
    ['/v1/runs', { recipe: 'a', labels: { x: 'y'.repeat(257) } }],
    [
      '/v1/runs',
      { recipe: 'a', labels: Object.fromEntries(Array.from({ length: 17 }, (_, at) => [at, 1])) },
    ],
    ['/v1/recipes/a/runs', { version: 0 }],
    ['/v1/recipes/a/runs', { version: '1' }],
    ['/v1/recipes/a/runs', { version: 1.5 }],
    ['/v1/recipes/a/runs', { recipe: 'b' }],
    ['/v1/recipes/a/runs', { constructor: 1 }],
    ['/v1/recipes/..%2Fa/runs', {}],
  ])('%s with %j is refused', async (path, body) => {
    const api = makeApi();
    const response = await api.send('POST', path, body);
    expect(response.status).toBe(400);
    expect(api.submitted).toEqual([]);
  });

  it('of a recipe with faults names them', async () => {
    const api = makeApi();
    const response = await api.send('POST', '/v1/runs', { recipe: BROKEN });
    expect(response.status).toBe(422);
    expect((await problemOf(response)).errors).toMatchObject([{ pointer: '/broken', line: 1 }]);
  });
});

describe('Prefer: wait', () => {
  it('answers 200 when the run ends in time', async () => {
    const api = makeApi();
    api.runs.onWait = (id) => api.runs.end(id, 'completed');
    const response = await api.send('POST', '/v1/runs', { recipe: 'a' }, { Prefer: 'wait=30' });
    expect(response.status).toBe(200);
    expect(response.headers.get('Preference-Applied')).toBe('wait=30');
    expect(response.headers.get('Location')).toBe('/v1/runs/run_001');
    expect(await response.json()).toMatchObject({
      status: 'completed',
      result: { camelCase: true },
    });
    expect(api.runs.waits).toEqual([30_000]);
  });

  it('answers 202 when it does not', async () => {
    const api = makeApi();
    const response = await api.send(
      'POST',
      '/v1/runs',
      { recipe: 'a' },
      { Prefer: 'respond-async, wait=1' },
    );
    expect([response.status, api.runs.waits]).toEqual([202, [1000]]);
  });

  it('waits a minute at most, and not at all for what it cannot read', async () => {
    const api = makeApi();
    for (const Prefer of ['wait=999999', 'wait="5"; x']) await start(api, { Prefer });
    expect(api.runs.waits).toEqual([60_000, 5_000]);
    for (const Prefer of [
      'wait=-1',
      'wait=x',
      'wait',
      'nowait=3',
      'wait=1e3',
      'wait=99999999999',
    ]) {
      await start(api, { Prefer });
    }
    expect(api.runs.waits).toHaveLength(2);
  });

  it('does not wait for a run that has ended', async () => {
    const api = makeApi();
    await api.send('POST', '/v1/runs', { recipe: 'a', mode: 'inline' }, { Prefer: 'wait=5' });
    expect(api.runs.waits).toEqual([]);
  });
});

describe('Idempotency-Key', () => {
  const key = { 'Idempotency-Key': 'order-17' };

  it('the same request again is the same run', async () => {
    const api = makeApi();
    const first = await api.send('POST', '/v1/runs', { recipe: 'a' }, key);
    const again = await api.send('POST', '/v1/runs', { recipe: 'a' }, key);
    expect(first.headers.get('Idempotent-Replayed')).toBeNull();
    expect(again.headers.get('Idempotent-Replayed')).toBe('true');
    expect(again.status).toBe(202);
    expect(await again.json()).toEqual(await first.json());
    api.runs.end('run_001', 'completed');
    expect((await api.send('POST', '/v1/runs', { recipe: 'a' }, key)).status).toBe(200);
  });

  it('another body is a mismatch, byte for byte', async () => {
    const api = makeApi();
    const post = (body: string) =>
      api.request('/v1/runs', {
        method: 'POST',
        body,
        headers: { 'Content-Type': 'application/json', ...key },
      });
    await post('{"recipe":"a"}');
    const response = await post('{"recipe": "a"}');
    expect(response.status).toBe(422);
    expect((await problemOf(response)).code).toBe('idempotency_mismatch');
  });

  it('is another key on another route', async () => {
    const api = makeApi();
    await api.send('POST', '/v1/recipes/a/runs', {}, key);
    await api.send('POST', '/v1/recipes/b/runs', {}, key);
    const keys = api.submitted.map(({ idempotency }) => idempotency?.key);
    expect(new Set(keys).size).toBe(2);
    expect((await api.runs.list('default', { limit: 10 })).length).toBe(2);
  });

  it.each(['', 'a b', 'ä', 'x'.repeat(256), 'a\tb'])('%j is no key', async (odd) => {
    const api = makeApi();
    const response = await api.send(
      'POST',
      '/v1/runs',
      { recipe: 'a' },
      { 'Idempotency-Key': odd },
    );
    expect(response.status).toBe(400);
    expect(api.submitted).toEqual([]);
  });
});

describe('reading', () => {
  it('lists newest first, in pages that meet, and says when none is left', async () => {
    const api = makeApi();
    for (let at = 0; at < 4; at++) await start(api);
    const first = await api.request('/v1/runs?limit=2');
    expect(await first.json()).toMatchObject({
      data: [{ id: 'run_004' }, { id: 'run_003' }],
      has_more: true,
      next_cursor: 'run_003',
    });
    const next = /<(.*)>/.exec(first.headers.get('Link') ?? '')?.[1] ?? '';
    expect(await (await api.request(next)).json()).toMatchObject({
      data: [{ id: 'run_002' }, { id: 'run_001' }],
      has_more: false,
      next_cursor: null,
    });
  });

  it('filters by recipe and status, and keeps the filter in the link', async () => {
    const api = makeApi();
    for (const name of ['a', 'b', 'a', 'a']) await api.send('POST', `/v1/recipes/${name}/runs`, {});
    api.runs.end('run_001', 'failed');
    const failed = (await (await api.request('/v1/runs?status=failed')).json()) as {
      data: unknown[];
    };
    expect(failed.data).toMatchObject([{ id: 'run_001', recipe: 'a' }]);
    const page = await api.request('/v1/runs?recipe=a&limit=1');
    expect(page.headers.get('Link')).toContain('recipe=a');
  });

  it('gives the status, its metrics and its result', async () => {
    const api = makeApi();
    const id = await start(api);
    expect(await (await api.request(`/v1/runs/${id}`)).json()).toMatchObject({ status: 'queued' });
    expect((await problemOf(await api.request(`/v1/runs/${id}/metrics`))).code).toBe(
      'run_not_finished',
    );
    const early = await api.request(`/v1/runs/${id}/result`);
    expect([early.status, (await problemOf(early)).code]).toEqual([409, 'run_not_finished']);
    api.runs.end(id, 'completed');
    expect(await (await api.request(`/v1/runs/${id}/metrics`)).json()).toMatchObject({
      total_time_ms: 10,
    });
    expect(await (await api.request(`/v1/runs/${id}/result`)).json()).toEqual({ camelCase: true });
  });

  it.each(['failed', 'cancelled'] as const)('a run that %s has no result', async (status) => {
    const api = makeApi();
    const id = await start(api);
    api.runs.end(id, status);
    const response = await api.request(`/v1/runs/${id}/result`);
    expect([response.status, (await problemOf(response)).code]).toEqual([409, 'run_finished']);
  });

  it('spells our fields with underscores, and leaves a user’s keys alone', async () => {
    const api = makeApi();
    const id = await start(api);
    expect(await (await api.request(`/v1/runs/${id}/nodes/draft`)).json()).toMatchObject({
      data: [{ stats: { wall_ms: 5, memory_pages: 2 }, output: { camelCase: 1 } }],
    });
    expect((await api.request(`/v1/runs/${id}/nodes/none`)).status).toBe(404);
  });

  it.each([
    'run_none',
    'run_',
    'x',
    '..%2Frun_001',
    'run_001%00',
    `run_${'x'.repeat(100)}`,
    '__proto__',
  ])('"%s" is not found on any route', async (id) => {
    const api = makeApi();
    await start(api);
    for (const rest of ['', '/events', '/metrics', '/result', '/nodes/draft']) {
      expect((await api.request(`/v1/runs/${id}${rest}`)).status).toBe(404);
    }
    expect((await api.request(`/v1/runs/${id}/cancel`, { method: 'POST' })).status).toBe(404);
  });

  it('a run of another tenant is not found', async () => {
    const api = makeApi();
    await api.runs.start('other', { recipe: 'a', inputs: {}, labels: {}, mode: 'durable' });
    expect((await api.request('/v1/runs/run_001')).status).toBe(404);
    expect((await api.request('/v1/runs/run_001/events')).status).toBe(404);
    expect(await (await api.request('/v1/runs')).json()).toMatchObject({ data: [] });
  });
});

describe('cancelling', () => {
  it('is 202 however often, and 409 once the run has ended otherwise', async () => {
    const api = makeApi();
    const id = await start(api);
    for (let at = 0; at < 2; at++) {
      const response = await api.request(`/v1/runs/${id}/cancel`, { method: 'POST' });
      expect(response.status).toBe(202);
      expect(await response.json()).toMatchObject({ status: 'cancelled' });
    }
    const ended = await start(api);
    api.runs.end(ended, 'completed');
    const late = await api.request(`/v1/runs/${ended}/cancel`, { method: 'POST' });
    expect([late.status, (await problemOf(late)).code]).toEqual([409, 'run_finished']);
  });
});
