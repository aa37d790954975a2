/** Who is asked next when a model fails, and when; all of it in the run's events. */
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../../src/core/errors.ts';
import type { JsonObject, JsonValue } from '../../../src/core/json.ts';
import { settled } from '../../support/manual-clock.ts';
import { recipe } from '../../support/recipe-text.ts';
import { runRecipe, startRun } from '../../support/run-recipe.ts';
import { scriptModels } from '../../support/scripted-models.ts';
import type { Scripted } from '../../support/scripted-models.ts';

const ask = (more: JsonObject = {}) =>
  recipe({ nodes: [{ id: 'a', type: 'language_task', prompt: 'Hello', ...more }] });
const CHAIN = ['x/one', 'x/two', 'x/three'];

/** Each model has its answers; the last again and again. */
function byModel(answers: { [model: string]: Scripted[] }) {
  return scriptModels(({ model }) => {
    const left = answers[model] ?? [];
    return (left.length > 1 ? left.shift() : left[0]) ?? { says: model };
  });
}

describe('a model that asks for patience', () => {
  it('is asked again after that time, by a timer, and not before', async () => {
    const models = byModel({
      one: [{ fails: 'provider_rate_limited', retryAfterMs: 2000 }, { says: 'done' }],
    });
    const run = await startRun(ask({ model: 'x/one', retry: { initial_delay: '10ms' } }), {
      models,
    });
    expect(run.records.at(-1)?.run).toMatchObject({ active: [{ key: 'a', attempt: 1 }] });
    const { dueAt } = run.records.at(-1)!.run;
    expect(dueAt).toBe(run.clock.now() + 2000);
    await run.clock.advance(1999);
    expect(models.calls).toHaveLength(1);
    await run.clock.advance(1);
    await settled();
    expect(run.outputs()).toEqual({ a: 'done' });
    const [retrying] = run.events().filter(({ type }) => type === 'node.retrying');
    expect(retrying).toMatchObject({ retryAt: dueAt, failure: { code: 'provider_rate_limited' } });
  });

  it('for longer than five minutes gives way to the next of the list at once', async () => {
    const models = byModel({ one: [{ fails: 'provider_rate_limited', retryAfterMs: 300_001 }] });
    const run = await startRun(ask({ model: CHAIN }), { models });
    expect(models.calls.map(({ model }) => model)).toEqual(['one', 'two']);
    expect(run.outputs()).toEqual({ a: 'two' });
  });

  it.each([
    [24 * 3_600_000, 'running'],
    [24 * 3_600_000 + 1, 'failed'],
    [1e15, 'failed'],
  ])('of %i ms, and is alone: %s', async (retryAfterMs, status) => {
    const models = byModel({ one: [{ fails: 'provider_rate_limited', retryAfterMs }] });
    const run = await startRun(ask({ model: 'x/one' }), { models });
    expect(run.status() === 'failed' ? 'failed' : 'running').toBe(status);
  });

  it('gives way to the next of the list once the attempts are used up', async () => {
    const models = byModel({ one: [{ fails: 'provider_rate_limited', retryAfterMs: 2000 }] });
    const run = await runRecipe(ask({ model: CHAIN, retry: { max_attempts: 2 } }), { models });
    expect(models.calls.map(({ model }) => model)).toEqual(['one', 'one', 'two']);
    expect(run.outputs()).toEqual({ a: 'two' });
  });
});

describe('a model that fails', () => {
  it.each<ErrorCode>([
    'provider_overloaded',
    'provider_error',
    'provider_network',
    'provider_timeout',
    'provider_content_filter',
    'provider_context_length',
    'model_not_found',
  ])('with %s gives way to the next at once, and an event says so', async (fails) => {
    const models = byModel({ one: [{ fails }] });
    const run = await startRun(ask({ model: CHAIN }), { models });
    expect(run.outputs()).toEqual({ a: 'two' });
    expect(models.calls.map(({ model }) => model)).toEqual(['one', 'two']);
    expect(run.events().filter(({ type }) => type === 'node.fallback')).toMatchObject([
      { key: 'a', node: 'a', model: 'x/one', next: 'x/two', failure: { code: fails } },
    ]);
    expect(run.state.rows.get('a')?.stats).toMatchObject({ provider: 'x', model: 'two' });
  });

  it.each<ErrorCode>(['provider_auth', 'provider_invalid_request', 'model_options_invalid'])(
    'with %s ends it: no other attempt, no other model',
    async (fails) => {
      const models = byModel({ one: [{ fails }] });
      const run = await runRecipe(ask({ model: CHAIN, retry: { max_attempts: 5 } }), { models });
      expect(models.calls).toHaveLength(1);
      expect(run.state.failure).toMatchObject({ code: fails, node: 'a' });
    },
  );

  it('is asked again from the first when all of the list have failed', async () => {
    const models = byModel({
      one: [{ fails: 'provider_overloaded' }, { says: 'late' }],
      two: [{ fails: 'provider_overloaded' }],
      three: [{ fails: 'provider_error' }],
    });
    const run = await runRecipe(ask({ model: CHAIN }), { models });
    expect(models.calls.map(({ model }) => model)).toEqual(['one', 'two', 'three', 'one']);
    expect(run.outputs()).toEqual({ a: 'late' });
  });

  it('in a map gives way for its item alone', async () => {
    const models = scriptModels(({ model, messages: [message] }) =>
      model === 'one' && message?.role === 'user' && message.content === '2'
        ? { fails: 'provider_overloaded' }
        : { says: model },
    );
    const task = { type: 'language_task', prompt: '{{ item }}', model: CHAIN };
    const run = await runRecipe(
      recipe({ nodes: [{ id: 'm', type: 'map', over: [1, 2, 3], collect: 'values', task }] }),
      { models },
    );
    expect(run.outputs()).toEqual({ m: ['one', 'two', 'one'] });
    expect(run.events()).toContainEqual(
      expect.objectContaining({ type: 'node.fallback', key: 'm[1]', node: 'm' }),
    );
  });
});

describe('what the settings say', () => {
  const rules =
    (models: { default?: JsonValue; aliases?: JsonObject; allow?: string[] }) => async () => ({
      models: { aliases: {}, limits: {}, ...models },
      prices: {},
    });
  const asked = async (node: JsonObject, settings: Parameters<typeof rules>[0]) => {
    const models = scriptModels(() => ({ says: 'ok' }));
    const run = await runRecipe(ask(node), { models, modelRules: rules(settings) });
    return (
      run.state.failure?.code ??
      models.calls.map((call) => `${call.provider}/${call.model} ${JSON.stringify(call.options)}`)
    );
  };
  const aliases = {
    fast: 'openai/gpt-5-mini',
    warm: { provider: 'x', model: 'm', temperature: 1 },
    best: ['@none', 'fast'],
    loop: 'loop',
    deep: 'fast',
  };

  it.each<[string, JsonObject, JsonValue]>([
    ['an alias', { model: 'fast' }, ['openai/gpt-5-mini {}']],
    ['an alias of an alias', { model: 'deep' }, ['openai/gpt-5-mini {}']],
    ['an alias with options', { model: 'warm' }, ['x/m {"temperature":1}']],
    [
      'own options beside an alias',
      { model: { model: 'warm', temperature: 0.5, seed: 1 } },
      ['x/m {"temperature":0.5,"seed":1}'],
    ],
    ['keys of the node over all', { model: 'warm', temperature: 0 }, ['x/m {"temperature":0}']],
    ['the default', {}, ['openai/gpt-5-mini {}']],
    ['an alias that stands for itself', { model: 'loop' }, 'model_missing'],
    ['a reference that no recipe has', { model: 'best' }, 'template_error'],
    ['no alias', { model: 'unknown' }, 'model_missing'],
  ])('%s', async (_what, node, expected) => {
    expect(await asked(node, { aliases, default: 'fast' })).toEqual(expected);
  });

  it.each<[string, JsonValue]>([
    ['openai/gpt-5', ['openai/gpt-5 {}']],
    ['x/m', ['x/m {}']],
    ['x/n', 'model_denied'],
    ['mock/digest', ['mock/digest {}']],
  ])('with a list of what is allowed: %s', async (model, expected) => {
    expect(await asked({ model }, { allow: ['openai/*', 'x/m'] })).toEqual(expected);
  });
});

describe('a model that the run is started with', () => {
  const askedOf = async (more: JsonObject, model: JsonValue, settings = {}) => {
    const models = scriptModels(() => ({ says: 'ok' }));
    await runRecipe(
      recipe({ nodes: [{ id: 'a', type: 'language_task', prompt: 'Hi', ...more }] }),
      {
        models,
        model,
        modelRules: async () => ({ models: { aliases: {}, limits: {}, ...settings }, prices: {} }),
      },
    );
    return models.calls.map(
      (call) => `${call.provider}/${call.model} ${JSON.stringify(call.options)}`,
    );
  };

  it('is asked instead of what nodes name', async () => {
    expect(await askedOf({ model: 'x/m' }, 'y/n')).toEqual(['y/n {}']);
    expect(await askedOf({}, { provider: 'y', model: 'n', seed: 1 })).toEqual(['y/n {"seed":1}']);
    expect(await askedOf({ model: CHAIN }, ['y/n', 'y/o'])).toEqual(['y/n {}']);
  });

  it('may be an alias, and is held to what is allowed', async () => {
    const aliases = { fast: 'y/quick' };
    expect(await askedOf({ model: 'x/m' }, 'fast', { aliases })).toEqual(['y/quick {}']);
    expect(await askedOf({ model: 'x/m' }, 'y/n', { allow: ['x/*'] })).toEqual([]);
  });

  it('is data: no template in it is rendered', async () => {
    expect(await askedOf({ model: 'x/m' }, 'y/{{ 7 * 7 }}')).toEqual(['y/{{ 7 * 7 }} {}']);
  });

  it('gives way to that of an item', async () => {
    const task = { type: 'language_task', prompt: '{{ item }}', model: 'x/m' };
    const over = [{ model_override: 'z/own' }, { q: 1 }];
    expect(
      await askedOf(
        { type: 'map', prompt: undefined as never, over, task, max_concurrency: 1 },
        'y/n',
      ),
    ).toEqual(['z/own {}', 'y/n {}']);
  });
});
