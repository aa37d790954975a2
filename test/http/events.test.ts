import { describe, expect, it } from 'vitest';
import { ok } from '../../src/core/errors.ts';
import { LOOPBACK, makeApi, problemOf } from '../support/http/api.ts';
import { createRunsTwin } from '../support/http/runs-twin.ts';
import type { Api } from '../support/http/api.ts';

const STREAM = { Accept: 'text/event-stream' };

async function start(api: Api): Promise<string> {
  const response = await api.send('POST', '/v1/runs', { recipe: 'a: 1' });
  return ((await response.json()) as { id: string }).id;
}

function open(api: Api, id: string, headers: Record<string, string> = {}): Promise<Response> {
  return api.request(`/v1/runs/${id}/events`, { headers: { ...STREAM, ...headers } });
}

function readerOf(response: Response) {
  const reader = response.body!.getReader();
  return {
    next: async () => {
      const { done, value } = await reader.read();
      return done ? undefined : new TextDecoder().decode(value);
    },
    cancel: () => reader.cancel(),
  };
}

/** The ids of the events in a text of server-sent events. */
function idsOf(text: string | undefined): number[] {
  return [...(text ?? '').matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
}

describe('as a stream', () => {
  it('replays what was, follows what comes, and ends with the run', async () => {
    const api = makeApi();
    const id = await start(api);
    api.runs.push(id, { type: 'run.started' });
    const response = await open(api, id);
    expect(response.status).toBe(200);
    expect(response.headers.get('Content-Type')).toBe('text/event-stream');
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    const stream = readerOf(response);
    expect(idsOf(await stream.next())).toEqual([1, 2]);
    const following = stream.next();
    api.runs.push(id, { type: 'node.started', key: 'a', node: 'a', visit: 1 });
    expect(idsOf(await following)).toEqual([3]);
    const ending = stream.next();
    api.runs.end(id, 'completed');
    expect(idsOf(await ending)).toEqual([4]);
    expect(await stream.next()).toBeUndefined();
  });

  it('tells of events that are gone, goes on behind them, and ends at what was read', async () => {
    const runs = createRunsTwin();
    const gone = {
      ...runs,
      events: async () => ok({ events: [], deltas: [], lostUntil: 9, finished: true }),
    };
    const api = makeApi(LOOPBACK, { runs: gone });
    const stream = await api.request('/v1/runs/run_1/events', { headers: STREAM });
    expect([stream.status, await stream.text()]).toEqual([
      200,
      'id: 9\nevent: history.lost\ndata: {"until":9}\n\n',
    ]);
    const page = await api.request('/v1/runs/run_1/events');
    expect(await page.json()).toMatchObject({ data: [], lost_until: 9, has_more: false });
    const read = { ...runs, events: async () => ok({ events: [], deltas: [], finished: true }) };
    const again = makeApi(LOOPBACK, { runs: read });
    expect((await again.request('/v1/runs/run_1/events', { headers: STREAM })).status).toBe(204);
  });

  it('frames an event with its number, its type and one line of JSON', async () => {
    const api = makeApi();
    const id = await start(api);
    const stats = { wallMs: 5, memoryPages: 2 };
    api.runs.push(id, { type: 'node.completed', key: 'a', node: 'line\nbreak', attempt: 1, stats });
    const text = (await readerOf(await open(api, id, { 'Last-Event-ID': '1' })).next()) ?? '';
    expect(text).toMatch(/^id: 2\nevent: node\.completed\ndata: \{[^\n]*\}\n\n$/);
    expect(JSON.parse(/data: (.*)/.exec(text)?.[1] ?? '')).toEqual({
      seq: 2,
      type: 'node.completed',
      at: '1970-01-01T00:00:02.000Z',
      key: 'a',
      node: 'line\nbreak',
      attempt: 1,
      stats: { wall_ms: 5, memory_pages: 2 },
    });
  });

  it('keeps the line alive with a comment while nothing happens', async () => {
    const api = makeApi();
    const id = await start(api);
    const stream = readerOf(await open(api, id));
    await stream.next();
    const waiting = stream.next();
    api.runs.lapse();
    expect(await waiting).toBe(': ping\n\n');
    expect(api.runs.polls).toEqual([15_000]);
  });

  it('resumes after Last-Event-ID, which wins over ?after=', async () => {
    const api = makeApi();
    const id = await start(api);
    for (let at = 0; at < 4; at++) api.runs.push(id, { type: 'run.started' });
    const first = async (path: string, headers: Record<string, string>) =>
      idsOf(await readerOf(await api.request(path, { headers: { ...STREAM, ...headers } })).next());
    expect(await first(`/v1/runs/${id}/events`, { 'Last-Event-ID': '3' })).toEqual([4, 5]);
    expect(await first(`/v1/runs/${id}/events?after=2`, {})).toEqual([3, 4, 5]);
    expect(await first(`/v1/runs/${id}/events?after=2`, { 'Last-Event-ID': '4' })).toEqual([5]);
  });

  it('a dropped stream that resumes misses nothing and repeats nothing', async () => {
    const api = makeApi();
    const id = await start(api);
    const seen: number[] = [];
    for (let at = 0; at < 5; at++) {
      const stream = readerOf(await open(api, id, { 'Last-Event-ID': String(seen.at(-1) ?? 0) }));
      seen.push(...idsOf(await stream.next()));
      await stream.cancel();
      api.runs.push(id, { type: 'run.started' });
    }
    expect(seen).toEqual([1, 2, 3, 4, 5]);
  });

  it('goes on over more events than one read holds', async () => {
    const api = makeApi();
    const id = await start(api);
    for (let at = 0; at < 1199; at++) api.runs.push(id, { type: 'run.started' });
    api.runs.end(id, 'completed');
    const stream = readerOf(await open(api, id));
    const seen: number[] = [];
    for (let text = await stream.next(); text !== undefined; text = await stream.next())
      seen.push(...idsOf(text));
    expect(seen).toEqual(Array.from({ length: 1201 }, (_, at) => at + 1));
  });

  it('is 204 once the run has ended and all is read, so that an EventSource stops', async () => {
    const api = makeApi();
    const id = await start(api);
    api.runs.end(id, 'failed');
    const response = await open(api, id, { 'Last-Event-ID': '2' });
    expect([response.status, await response.text()]).toEqual([204, '']);
  });

  it('asks for nothing while the client does not read', async () => {
    const api = makeApi();
    const id = await start(api);
    const response = await open(api, id);
    expect(api.runs.polls).toEqual([]);
    await response.body?.cancel();
    expect(api.runs.polls).toEqual([]);
  });

  it('asks for nothing more once the client has gone', async () => {
    const api = makeApi();
    const id = await start(api);
    const stream = readerOf(await open(api, id));
    await stream.next();
    const waiting = stream.next();
    await stream.cancel();
    expect(await waiting).toBeUndefined();
    for (let at = 0; at < 3; at++) api.runs.lapse();
    api.runs.push(id, { type: 'run.started' });
    expect(api.runs.polls).toHaveLength(1);
  });

  it.each(['', 'abc', '-1', '1.5.2', '1e3', '99999999999999999999', '1, 2', 'NaN'])(
    'Last-Event-ID "%s" is refused',
    async (last) => {
      const api = makeApi();
      const response = await open(api, await start(api), { 'Last-Event-ID': last });
      expect(response.status).toBe(400);
      expect((await problemOf(response)).code).toBe('bad_request');
    },
  );

  it('of a run that is not there is a problem, not a stream', async () => {
    const api = makeApi();
    const response = await open(api, 'run_none');
    expect(response.status).toBe(404);
    expect(response.headers.get('Content-Type')).toBe('application/problem+json');
  });
});

describe('as JSON', () => {
  it('is a page, and says where the next one starts', async () => {
    const api = makeApi();
    const id = await start(api);
    for (const accept of ['application/json', '*/*', 'text/html, text/event-streams']) {
      const response = await api.request(`/v1/runs/${id}/events`, { headers: { Accept: accept } });
      expect(await response.json()).toEqual({
        data: [{ seq: 1, type: 'run.queued', at: '1970-01-01T00:00:01.000Z' }],
        has_more: true,
        next_cursor: '1',
      });
    }
    const empty = await api.request(`/v1/runs/${id}/events?after=1`);
    expect(await empty.json()).toEqual({ data: [], has_more: true, next_cursor: '1' });
    api.runs.end(id, 'cancelled');
    const last = await api.request(`/v1/runs/${id}/events?after=1`);
    expect(await last.json()).toMatchObject({
      data: [{ seq: 2 }],
      has_more: false,
      next_cursor: null,
    });
  });

  it('gives the time of a retry as text', async () => {
    const api = makeApi();
    const id = await start(api);
    const failure = { code: 'timeout', message: 'Cannot wait', retryable: true } as const;
    api.runs.push(id, {
      type: 'node.retrying',
      key: 'a',
      node: 'a',
      attempt: 1,
      retryAt: 5000,
      failure,
    });
    const response = await api.request(`/v1/runs/${id}/events?after=1`);
    expect(await response.json()).toMatchObject({
      data: [{ retry_at: '1970-01-01T00:00:05.000Z' }],
    });
  });
});
