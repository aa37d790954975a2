/** The seed's rows on caching and rate limits, over HTTP in workerd. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { bodyOf, call, post, run } from '../support/api-client.ts';
import type { RunBody } from '../support/api-client.ts';

// SAFETY: wrangler.toml binds it.
const { FILES } = env as unknown as { FILES: R2Bucket };

const words = (text: string, more: object = {}) => ({
  id: 'count',
  type: 'function_task',
  function_identifier: 'text-tools.word_count',
  input: { text },
  cache: '1h',
  ...more,
});
const recipe = (...nodes: object[]) => ({ name: 'seed-limits', nodes });
const statsOf = ({ nodes }: RunBody, key = 'count') =>
  nodes.find((node) => node.key === key)?.stats;

describe.each(['durable', 'inline'] as const)('%s runs', (mode) => {
  const complete = async (given: object): Promise<RunBody> => {
    const body = await run(given, {}, { mode });
    expect(body.status).toBe('completed');
    return body;
  };

  it('S11 a pure function is called once for an input: no fuel the second time', async () => {
    const text = `S11 in ${mode} runs`;
    expect(statsOf(await complete(recipe(words(text))))).toMatchObject({ cached: false });
    const second = await complete(recipe(words(text)));
    expect(statsOf(second)).toMatchObject({ cached: true, fuel: 0 });
    expect(second.metrics).toMatchObject({ cache_hits: 1, cache_hit_rate: 1, fuel: 0 });
    expect(statsOf(await complete(recipe(words(`${text} again`))))).toMatchObject({
      cached: false,
    });
  });

  it('S12 a model’s answer is found by its call, whatever the order of its keys', async () => {
    const ask = (options: object) => ({
      id: 'ask',
      type: 'language_task',
      prompt: `S12 in ${mode} runs`,
      model: options,
      cache: { ttl: '1h' },
    });
    const first = { provider: 'mock', model: 'digest', temperature: 0, top_p: 1 };
    const same = { top_p: 1, temperature: 0, model: 'digest', provider: 'mock' };
    await complete(recipe(ask(first)));
    const second = await complete(recipe(ask(same)));
    expect(statsOf(second, 'ask')).toMatchObject({
      cached: true,
      input_tokens: 0,
      output_tokens: 0,
    });
    const other = await complete(recipe(ask({ ...first, temperature: 1 })));
    expect(statsOf(other, 'ask')).toMatchObject({ cached: false });
  });

  it('S13 a large value lies in R2 by its hash; corrupt, it is made anew', async () => {
    const large = `S13 in ${mode} runs `.repeat(10_000);
    const node = {
      id: 'large',
      type: 'language_task',
      prompt: `S13 ${mode}`,
      examples: large,
      model: 'mock/digest',
      cache: '1h',
    };
    await complete(recipe(node));
    expect(statsOf(await complete(recipe(node)), 'large')).toMatchObject({ cached: true });
    const { objects } = await FILES.list({ prefix: 'cache/default/' });
    expect(objects.length).toBeGreaterThan(0);
    for (const { key } of objects) await FILES.put(key, 'corrupt');
    expect(statsOf(await complete(recipe(node)), 'large')).toMatchObject({ cached: false });
    expect(statsOf(await complete(recipe(node)), 'large')).toMatchObject({ cached: true });
  });

  it('S37 what is invalidated is made anew, and nothing else is', async () => {
    const keep = words(`S37 kept in ${mode} runs`, { id: 'kept' });
    const keyed = {
      id: 'keyed',
      type: 'language_task',
      prompt: 'S37',
      model: 'mock/digest',
      cache: { ttl: '1h', key: `s37-${mode}` },
    };
    await complete(recipe(keep, keyed));
    const answer = await post('/v1/cache/invalidate', { tags: [`key:s37-${mode}`] });
    expect(await bodyOf(answer, 200)).toEqual({ tags: [`key:s37-${mode}`] });
    const after = await complete(recipe(keep, keyed));
    expect(statsOf(after, 'keyed')).toMatchObject({ cached: false });
    expect(statsOf(after, 'kept')).toMatchObject({ cached: true });
    expect(after.metrics).toMatchObject({ cache_hits: 1, cache_hit_rate: 0.5 });
  });
});

it('S12 an answer says whether its results were found', async () => {
  const said = [];
  const plain = { id: 'ask', type: 'language_task', prompt: 'S12 told', model: 'mock/digest' };
  const cached = { ...plain, cache: '1h' };
  const more = { ...cached, id: 'more', prompt: 'S12 more' };
  for (const nodes of [[plain], [cached], [cached], [cached, more]]) {
    const given = { recipe: recipe(...nodes), inputs: {}, mode: 'inline' };
    const answer = await post('/v1/runs', given);
    expect(await bodyOf<RunBody>(answer, 200)).toMatchObject({ status: 'completed' });
    said.push(answer.headers.get('Cache-Status'));
  }
  expect(said).toEqual([
    null,
    'edge-composer; fwd=miss',
    'edge-composer; hit; detail="1 of 1"',
    'edge-composer; fwd=partial; detail="1 of 2"',
  ]);
});

it('S17 the limit of a node is one for all its runs, and no run is lost', async () => {
  const limited = {
    id: 'ask',
    type: 'language_task',
    prompt: 'S17',
    model: 'mock/digest',
    rate_limit: { limit: 2, window: 1, key: 's17' },
  };
  const runs = await Promise.all(Array.from({ length: 5 }, () => run(recipe(limited))));
  expect(runs.map(({ status }) => status)).toEqual(Array.from({ length: 5 }, () => 'completed'));
  expect(runs.map(({ metrics }) => metrics['attempts'])).toEqual([1, 1, 1, 1, 1]);
  const events = await Promise.all(
    runs.map(async ({ id }) => (await call(`/v1/runs/${id}/events`)).text()),
  );
  const throttled = events.filter((text) => text.includes('node.throttled'));
  expect(throttled.length).toBeGreaterThanOrEqual(3);
});

it('S42 a key that asks too often gets 429, and its headers say when to come back', async () => {
  const put = await call('/v1/settings/rates', {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ upload: { limit: 1, window_s: 3600 } }),
  });
  expect(put.status).toBe(200);
  const inspect = () =>
    call('/v1/plugins/inspect', {
      method: 'POST',
      headers: { 'content-type': 'application/wasm' },
      body: new Uint8Array([0, 97, 115, 109]),
    });
  await (await inspect()).body?.cancel();
  const refused = await inspect();
  expect(refused.headers.get('RateLimit-Policy')).toBe('"upload";q=1;w=3600');
  expect(refused.headers.get('RateLimit')).toMatch(/^"upload";r=0;t=\d+$/);
  expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(3_500);
  expect(await bodyOf(refused, 429)).toMatchObject({
    code: 'rate_limited',
    'violated-policies': ['upload'],
  });
  expect(await bodyOf(await call('/v1/limits'), 200)).toMatchObject({
    store: 'object',
    limits: [{ policy: 'upload', limit: 1, remaining: 0 }],
  });
  await call('/v1/settings/rates', {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
});

it('a hundred runs that miss one key at one time make one call', async () => {
  const node = {
    id: 'ask',
    type: 'language_task',
    prompt: 'Asked a hundred times',
    model: 'mock/digest',
    cache: '1h',
  };
  const given = { recipe: recipe(node), inputs: {}, mode: 'inline' };
  const answers = await Promise.all(Array.from({ length: 100 }, () => post('/v1/runs', given)));
  const runs = await Promise.all(answers.map((answer) => bodyOf<RunBody>(answer, 200)));
  expect(runs.filter((each) => statsOf(each, 'ask')?.['cached'] === false)).toHaveLength(1);
  expect(runs.filter((each) => statsOf(each, 'ask')?.['cached'] === true)).toHaveLength(99);
});
