/** The seed's rows about requests, S14, S15 and S18: over hosts that the test writes, on a clock of its own. */
import { describe, expect, it } from 'vitest';
import { createFakeNet, hangs, json } from '../support/fake-net.ts';
import { A, runAsk } from '../support/http-task.ts';
import { EPOCH } from '../support/manual-clock.ts';
import { runRecipe } from '../support/run-recipe.ts';

describe('S14 fetches side by side, a result for each address', () => {
  it('keeps their order, and one failure loses none of the rest', async () => {
    const addresses = [
      'https://a.example.com/',
      'https://gone.example.com/',
      'https://c.example.com/',
    ];
    const { egress } = createFakeNet({
      'https://a.example.com': json({ n: 1 }),
      'https://gone.example.com': () => new Response('no', { status: 404 }),
      'https://c.example.com': json({ n: 3 }),
    });
    const run = await runRecipe(
      JSON.stringify({
        name: 's14',
        user_inputs: [{ id: 'urls', type: 'json' }],
        nodes: [
          {
            id: 'pages',
            type: 'map',
            over: 'urls',
            on_error: 'skip',
            collect: 'values',
            task: { type: 'http_task', url: '{{ item }}' },
          },
        ],
      }),
      { egress, inputs: { urls: addresses } },
    );
    expect(run.output('pages')).toMatchObject([
      { body: { n: 1 } },
      { status: 'failed', error: { code: 'http_status' } },
      { body: { n: 3 } },
    ]);
    expect(run.view()).toMatchObject({ status: 'completed', metrics: { error_count: 1 } });
  });
});

describe('S15 a time in all, and other answers than 2xx', () => {
  it('ends a request that takes too long', async () => {
    const { state, clock } = await runAsk(
      { timeout: 7, retry: { max_attempts: 1 } },
      { [A]: hangs },
    );
    expect(state.failure?.code).toBe('timeout');
    expect(clock.now() - EPOCH).toBe(7_000);
  });

  it.each([301, 404, 500])('takes %i for a failure', async (status) => {
    const headers = status === 301 ? { location: 'https://nowhere.example.com/' } : {};
    const { state } = await runAsk(
      { retry: { max_attempts: 1 } },
      { [A]: () => new Response('', { status, headers }) },
    );
    expect(state.status).toBe('failed');
  });

  it('takes what `expect` allows', async () => {
    const { state, output } = await runAsk(
      { expect: { status: [404] } },
      { [A]: () => new Response('gone', { status: 404 }) },
    );
    expect(state.status).toBe('completed');
    expect(output('ask')).toMatchObject({ status: 404 });
  });
});

describe('S18 backoff that grows, with jitter', () => {
  const retry = { max_attempts: 4, initial_delay: 1, backoff: 2, jitter: 0.5 };

  it.each([429, 500, 503])(
    'tries again after %i, later each time, and holds no request',
    async (status) => {
      const host = () => new Response('', { status });
      const { events } = await runAsk({ retry }, { [A]: host }, { random: () => 1 });
      const waits = events().flatMap((event) =>
        event.type === 'node.retrying' ? [event.retryAt - event.at] : [],
      );
      expect(waits).toHaveLength(3);
      expect(waits.toSorted((a, b) => a - b)).toEqual(waits);
      const { events: others } = await runAsk({ retry }, { [A]: host }, { random: () => 0 });
      const other = others().flatMap((event) =>
        event.type === 'node.retrying' ? [event.retryAt - event.at] : [],
      );
      expect(other).not.toEqual(waits);
    },
  );

  it('waits as long as Retry-After says', async () => {
    const { events } = await runAsk(
      { retry },
      {
        [A]: (_, { count }) =>
          count === 1
            ? new Response('', { status: 429, headers: { 'retry-after': '30' } })
            : new Response('{}'),
      },
    );
    const [first] = events().flatMap((event) =>
      event.type === 'node.retrying' ? [event.retryAt - event.at] : [],
    );
    expect(first).toBe(30_000);
  });

  it('tries again after a timeout', async () => {
    const { events, state } = await runAsk({ timeout: 1, retry }, { [A]: hangs });
    expect(events().filter(({ type }) => type === 'node.retrying')).toHaveLength(3);
    expect(state.failure?.code).toBe('timeout');
  });
});
