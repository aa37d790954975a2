/** `http_task` in runs: failures, patience, timeouts, maps. */
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/core/json.ts';
import { createFakeNet, hangs, json } from '../../support/fake-net.ts';
import type { Host } from '../../support/fake-net.ts';
import { A, askRecipe, failureOf, runAsk } from '../../support/http-task.ts';
import type { Hosts } from '../../support/http-task.ts';
import { EPOCH } from '../../support/manual-clock.ts';
import { runRecipe, startRun } from '../../support/run-recipe.ts';

describe('a failed http_task', () => {
  it.each([408, 425, 429, 500, 502, 503, 504, 599])('is tried again after %i', async (code) => {
    const hosts: Hosts = { [A]: () => new Response('busy', { status: code }) };
    expect(await failureOf({}, hosts)).toEqual({
      code: 'http_status',
      attempts: 3,
      details: { status: code, body: 'busy' },
    });
  });

  it.each([400, 401, 403, 404, 409, 410, 422, 501, 505, 508])('is final after %i', async (code) => {
    const hosts: Hosts = { [A]: json({ why: 'no' }, { status: code }) };
    expect(await failureOf({}, hosts)).toEqual({
      code: 'http_status',
      attempts: 1,
      details: { status: code, body: '{"why":"no"}' },
    });
  });

  it('shows little of what the host said', async () => {
    const hosts: Hosts = { [A]: () => new Response('x'.repeat(100_000), { status: 400 }) };
    const { details } = await failureOf({}, hosts);
    expect(JSON.stringify(details).length).toBeLessThan(1_100);
  });

  it('is tried again when the host cannot be reached, and is final when it may not be', async () => {
    expect(await failureOf({}, {})).toEqual({ code: 'http_unreachable', attempts: 3 });
    expect(await failureOf({ url: 'https://127.0.0.1/' })).toEqual({
      code: 'http_denied',
      attempts: 1,
    });
  });

  it('is tried as often as its author says', async () => {
    const hosts: Hosts = { [A]: () => new Response('', { status: 404 }) };
    const retry = { max_attempts: 2, retry_on: ['http_status'] };
    expect(await failureOf({ retry }, hosts)).toMatchObject({ attempts: 2 });
    expect(await failureOf({ retry: { max_attempts: 1 } }, {})).toMatchObject({ attempts: 1 });
  });

  it('ends at its timeout, which stops the request', async () => {
    let stopped = 0;
    const host: Host = (request, about) => {
      about.signal.addEventListener('abort', () => (stopped += 1));
      return hangs(request, about);
    };
    const { state, clock } = await runAsk(
      { timeout: 5, retry: { max_attempts: 1 } },
      { [A]: host },
    );
    expect(state.failure?.code).toBe('timeout');
    expect(stopped).toBe(1);
    expect(clock.now() - EPOCH).toBe(5_000);
  });

  it('stops its request when the run is cancelled', async () => {
    let stopped = 0;
    const host: Host = (request, about) => {
      about.signal.addEventListener('abort', () => (stopped += 1));
      return hangs(request, about);
    };
    const { egress } = createFakeNet({ [A]: host });
    const { driver, status } = await startRun(askRecipe({}), { egress });
    driver.post({ type: 'cancel' });
    expect(status()).toBe('cancelled');
    expect(stopped).toBe(1);
  });
});

describe('Retry-After', () => {
  const date = (ms: number) => new Date(EPOCH + ms).toUTCString();

  async function waits(header: string, code = 429): Promise<number | undefined> {
    const { egress } = createFakeNet({
      [A]: () => new Response('', { status: code, headers: { 'retry-after': header } }),
    });
    const { events, clock } = await startRun(askRecipe({ retry: { jitter: 0 } }), { egress });
    const retrying = events().find((event) => event.type === 'node.retrying');
    return retrying?.type === 'node.retrying' ? retrying.retryAt - clock.now() : undefined;
  }

  it.each([
    ['120', 120_000],
    ['0', 1_000],
    [date(90_000), 90_000],
    [date(-90_000), 1_000],
    ['86400', 86_400_000],
    ['soon', 1_000],
    ['-5', 1_000],
    ['1.5', 1_000],
    ['2030', 2_030_000],
    ['1e9', 1_000],
  ])('%s means a wait of %i ms', async (header, ms) => {
    expect(await waits(header)).toBe(ms);
  });

  it('is honoured for 503 too', async () => {
    expect(await waits('30', 503)).toBe(30_000);
  });

  it('of more than a day makes the failure final', async () => {
    for (const header of ['86401', '9999999999', date(86_401_000)]) {
      expect(await waits(header)).toBeUndefined();
    }
  });

  it('is waited for by a timer: nothing is in flight, and the second attempt comes in time', async () => {
    const { egress, seen } = createFakeNet({
      [A]: (_request, { count }) =>
        count === 1
          ? new Response('', { status: 429, headers: { 'retry-after': '3600' } })
          : Response.json('done'),
    });
    const { clock, status, output, records } = await startRun(askRecipe({}), { egress });
    expect(records.at(-1)?.run.dueAt).toBe(EPOCH + 3_600_000);
    await clock.advance(3_599_999);
    expect(seen).toHaveLength(1);
    await clock.advance(1);
    expect(seen).toHaveLength(2);
    expect(status()).toBe('completed');
    expect(output('ask')).toMatchObject({ body: 'done' });
  });

  it('is not part of the failure that is kept', async () => {
    const { egress } = createFakeNet({
      [A]: () => new Response('', { status: 404, headers: { 'retry-after': '5' } }),
    });
    const { state } = await runRecipe(askRecipe({}), { egress });
    expect(Object.keys(state.failure ?? {}).toSorted()).toEqual([
      'code',
      'details',
      'message',
      'node',
      'retryable',
    ]);
  });
});

describe('a map over addresses', () => {
  const map = (more: JsonObject = {}) =>
    JSON.stringify({
      name: 'map',
      user_inputs: [{ id: 'urls', type: 'json' }],
      nodes: [
        {
          id: 'pages',
          type: 'map',
          over: 'urls',
          on_error: 'skip',
          collect: 'values',
          task: { type: 'http_task', url: '{{ item }}', retry: { max_attempts: 1 } },
          ...more,
        },
      ],
    });
  const urls = ['slow', 'good', 'missing', 'denied', 'gone', 'large', 'late'].map((name) =>
    name === 'denied' ? 'https://10.0.0.1/' : `${A}/${name}`,
  );
  const opened = Promise.withResolvers<Response>();
  const hosts: Hosts = {
    [`${A}/slow`]: () => opened.promise,
    [`${A}/good`]: json('good'),
    [`${A}/missing`]: json('no', { status: 404 }),
    [`${A}/large`]: () => new Response('x'.repeat(2 * 1024 * 1024)),
    [`${A}/late`]: json('late'),
  };

  it('has a result for each in their order, and one failure loses nothing', async () => {
    const { egress, seen } = createFakeNet(hosts);
    const started = await startRun(map(), { egress, inputs: { urls } });
    // The first has not been answered, and the others have been asked meanwhile.
    expect(seen.map(({ url }) => url)).toEqual(expect.arrayContaining([`${A}/slow`, `${A}/late`]));
    opened.resolve(Response.json('slow'));
    await started.clock.advance(0);
    expect(started.status()).toBe('completed');
    const failed = (code: string) => ({
      status: 'failed',
      error: expect.objectContaining({ code }) as unknown,
    });
    expect(started.output('pages')).toEqual([
      expect.objectContaining({ body: 'slow' }),
      expect.objectContaining({ body: 'good' }),
      failed('http_status'),
      failed('http_denied'),
      failed('http_unreachable'),
      failed('http_too_large'),
      expect.objectContaining({ body: 'late' }),
    ]);
  });

  it('is bounded by the timeout of its items: a host that hangs costs its own place', async () => {
    const { egress } = createFakeNet({ [`${A}/1`]: hangs, [`${A}/2`]: json('two') });
    const { output, clock } = await runRecipe(map({ item_timeout: 10 }), {
      egress,
      inputs: { urls: [`${A}/1`, `${A}/2`] },
    });
    expect(clock.now() - EPOCH).toBe(10_000);
    expect(output('pages')).toEqual([
      { status: 'failed', error: expect.objectContaining({ code: 'timeout' }) as unknown },
      expect.objectContaining({ body: 'two' }),
    ]);
  });
});
