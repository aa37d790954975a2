/** The seed's rows about models: the right one for each task, asked only when it is needed. */
import { describe, expect, it } from 'vitest';
import { bodyOf, call, post, run } from '../support/api-client.ts';
import type { RunBody } from '../support/api-client.ts';
import { providers } from '../support/providers/remote.ts';

let count = 0;
const fresh = (name: string): string => `${name}${(count += 1)}`;

describe('S08 models with YAML anchors', () => {
  it('reach the provider with every option, each task with its own', async () => {
    const [fast, deep] = [fresh('fast'), fresh('deep')];
    await providers.script(fast, { text: ['short'] });
    await providers.script(deep, { text: ['long'] });
    const recipe = `
models:
  fast: &fast {provider: openai, model: ${fast}, temperature: 0, max_tokens: 50, seed: 7}
  deep: &deep
    <<: *fast
    model: ${deep}
    max_tokens: 4000
    reasoning_effort: high
recipe:
  name: tasks
  nodes:
    - {id: label, type: language_task, model: *fast, prompt: Label it}
    - {id: essay, type: language_task, model: *deep, prompt: "Write about {{ label }}"}
`;
    const done = await run(recipe);
    expect(done.result).toMatchObject({ label: 'short', essay: 'long' });
    const [small] = await providers.seen(fast);
    expect(small?.body).toMatchObject({ temperature: 0, max_tokens: 50, seed: 7 });
    const [large] = await providers.seen(deep);
    expect(large?.body).toMatchObject({
      temperature: 0,
      max_tokens: 4000,
      seed: 7,
      reasoning_effort: 'high',
    });
  });

  it('may be aliases of the tenant, and lists to fall back on', async () => {
    const [first, second] = [fresh('first'), fresh('second')];
    await providers.script(first, {
      status: 529,
      error: { type: 'overloaded_error', message: 'busy' },
    });
    await providers.script(second, { text: ['answered'] });
    const put = await call('/v1/settings/models', {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        aliases: { [`best-${first}`]: [`anthropic/${first}`, `openai/${second}`] },
      }),
    });
    expect(put.status).toBe(200);
    const nodes = [{ id: 'ask', type: 'language_task', model: `best-${first}`, prompt: 'Hello' }];
    const done = await run({ name: 'alias', nodes }, {}, { mode: 'inline' });
    expect(done.result).toMatchObject({ ask: 'answered' });
    const { data } = await bodyOf<{ data: { type: string }[] }>(
      await call(`/v1/runs/${done.id}/events`),
      200,
    );
    expect(data.map(({ type }) => type)).toContain('node.fallback');
  });
});

describe('S09 the costly model', () => {
  it.each([
    ['is asked when the cheap check says so', 3, 1],
    ['is not asked when it does not', 9, 0],
  ])('%s', async (_what, score, asked) => {
    const model = fresh('costly');
    const nodes = [
      {
        id: 'check',
        type: 'function_task',
        function_identifier: 'json-tools.merge',
        input: { values: [{ score }] },
      },
      {
        id: 'improve',
        type: 'language_task',
        model: `openai/${model}`,
        prompt: 'Improve',
        when: 'check.score < 8',
      },
    ];
    const done = await run({ name: 'costly', nodes });
    expect(done.status).toBe('completed');
    expect(await providers.seen(model)).toHaveLength(asked);
    expect(done.metrics['skipped_count']).toBe(1 - asked);
  });
});

describe('S10 a function chooses the model', () => {
  const choosing = (selected: string) => ({
    name: 'choose',
    nodes: [
      {
        id: 'pick',
        type: 'function_task',
        function_identifier: 'json-tools.merge',
        input: { values: [{ selected_model: selected }] },
      },
      { id: 'ask', type: 'language_task', model: '{{ pick.selected_model }}', prompt: 'Hello' },
    ],
    edges: ['pick to ask'],
  });

  it('and the one that it names is asked', async () => {
    const model = fresh('picked');
    await providers.script(model, { text: ['picked'] });
    expect((await run(choosing(`openai/${model}`))).result).toMatchObject({ ask: 'picked' });
    expect(await providers.seen(model)).toHaveLength(1);
  });

  it('but not one that no provider has', async () => {
    const { status, error } = await run(choosing('nobody/knows'));
    expect({ status, code: error?.code }).toEqual({ status: 'failed', code: 'provider_unknown' });
  });
});

it.each(['durable', 'inline'])(
  'a %s run may be started with a model for all its nodes, and a replay has the same',
  async (mode) => {
    const nodes = [
      { id: 'ask', type: 'language_task', model: 'openai/never-asked', prompt: 'Hello' },
    ];
    await call('/v1/recipes/overridden', {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'overridden', nodes }),
    });
    const started = await post(
      '/v1/recipes/overridden/runs',
      { mode, model: 'mock/digest' },
      { prefer: 'wait=30' },
    );
    const done = await bodyOf<RunBody>(started, 200);
    expect(done).toMatchObject({ status: 'completed', model: 'mock/digest', mocked: true });
    const replayed = await post(`/v1/runs/${done.id}/replay`, {}, { prefer: 'wait=30' });
    expect(await bodyOf<RunBody>(replayed, 200)).toMatchObject({
      model: 'mock/digest',
      mocked: true,
    });
    expect(await providers.seen('never-asked')).toEqual([]);
  },
);

describe('S35 the model fits the task', () => {
  it('each item of a map may name its own', async () => {
    const [easy, hard] = [fresh('easy'), fresh('hard')];
    await providers.script(easy, { text: ['easy'] });
    await providers.script(hard, { text: ['hard'] });
    const recipe = {
      name: 'fit',
      nodes: [
        {
          id: 'answers',
          type: 'map',
          over: [{ q: 1 }, { q: 2, model_override: `anthropic/${hard}` }, { q: 3 }],
          collect: 'values',
          task: { type: 'language_task', model: `openai/${easy}`, prompt: '{{ q }}' },
        },
      ],
    };
    expect((await run(recipe)).result).toMatchObject({ answers: ['easy', 'hard', 'easy'] });
  });

  it('a condition chooses between two', async () => {
    const [small, large] = [fresh('small'), fresh('large')];
    await providers.script(small, { text: ['small'] });
    await providers.script(large, { text: ['large'] });
    const recipe = {
      name: 'size',
      user_inputs: [{ id: 'text', type: 'text' }],
      nodes: [
        {
          id: 'ask',
          type: 'language_task',
          model: `openai/{{ "${large}" if text | length > 20 else "${small}" }}`,
          prompt: '{{ text }}',
        },
      ],
    };
    expect((await run(recipe, { text: 'short' })).result).toMatchObject({ ask: 'small' });
    expect((await run(recipe, { text: 'long '.repeat(9) })).result).toMatchObject({ ask: 'large' });
  });
});

it('a recipe that is stored runs the same', async () => {
  const stored = await post('/v1/validate', {
    name: 'v',
    nodes: [{ id: 'a', type: 'language_task', model: 'openai/m', prompt: 'x' }],
  });
  expect(stored.status).toBe(200);
});
