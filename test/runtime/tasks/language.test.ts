/** language_task: what reaches the provider, whose models are asked, and what is accepted. */
import { describe, expect, it } from 'vitest';
import { fail, ok } from '../../../src/core/errors.ts';
import type { ErrorCode } from '../../../src/core/errors.ts';
import type { JsonObject, JsonValue } from '../../../src/core/json.ts';
import type { ModelCall, Models } from '../../../src/runtime/ports/models.ts';
import { each, give, inputs, recipe } from '../../support/recipe-text.ts';
import { runRecipe } from '../../support/run-recipe.ts';

function recorder(
  answer: (call: ModelCall) => JsonValue | { readonly fails: ErrorCode } = () => 'ok',
) {
  const calls: ModelCall[] = [];
  const models: Models = {
    async generate(call) {
      calls.push(call);
      const given = answer(call);
      if (typeof given === 'object' && given !== null && 'fails' in given) {
        return fail(given.fails as ErrorCode, 'as asked');
      }
      const usage = { inputTokens: 2, outputTokens: 3 };
      return ok({ output: given as JsonValue, usage, toolCalls: [], finish: 'stop', ignored: [] });
    },
  };
  return { calls, models };
}

const ask = (more: JsonObject = {}): JsonObject => ({
  id: 'a',
  type: 'language_task',
  prompt: 'Hello',
  ...more,
});

async function asked(
  node: JsonObject,
  options: { inputs?: JsonObject; more?: JsonObject; prompts?: { [name: string]: string } } = {},
) {
  const { calls, models } = recorder();
  const text = recipe({
    user_inputs: inputs(...Object.keys(options.inputs ?? {})),
    nodes: [ask(node)],
    ...options.more,
  });
  const run = await runRecipe(text, {
    models,
    inputs: options.inputs ?? {},
    prompts: options.prompts ?? {},
  });
  return { run, calls, call: calls[0] };
}

describe('what is asked', () => {
  it('is the prompt as the message of a user', async () => {
    const { call } = await asked(
      { prompt: 'About {{ topic }}', system: 'Be {{ tone }}' },
      { inputs: { topic: 'bees', tone: 'calm' } },
    );
    expect(call).toMatchObject({
      system: 'Be calm',
      messages: [{ role: 'user', content: 'About bees' }],
    });
  });

  it('is a stored prompt by its name', async () => {
    const { call } = await asked(
      { prompt: 'sum.jinja' },
      { inputs: { topic: 'x' }, prompts: { 'sum.jinja': 'Sum {{ topic }}' } },
    );
    expect(call?.messages).toEqual([{ role: 'user', content: 'Sum x' }]);
  });

  it('is the messages, and the prompt after them', async () => {
    const messages = [{ role: 'assistant', content: 'Hi {{ name }}' }, { content: { a: 1 } }];
    const { call } = await asked({ messages }, { inputs: { name: 'Ann' } });
    expect(call?.messages).toEqual([
      { role: 'assistant', content: 'Hi Ann' },
      { role: 'user', content: '{"a":1}' },
      { role: 'user', content: 'Hello' },
    ]);
  });

  it.each([[{ role: 'root', content: 'x' }], ['text']])(
    'is refused when messages are %j',
    async (message) => {
      const messages = typeof message === 'string' ? '{{ "text" }}' : [message];
      const { run } = await asked({ messages });
      expect(run.state.failure).toMatchObject({ code: 'template_error', node: 'a' });
    },
  );

  it('sees the own input of the node', async () => {
    const { call } = await asked(
      { prompt: '{{ own }}', input: { own: '{{ topic }}!' } },
      { inputs: { topic: 'x' } },
    );
    expect(call?.messages).toEqual([{ role: 'user', content: 'x!' }]);
  });
});

describe('the model', () => {
  const definitions = { models: { fast: { provider: 'mock', model: 'f' }, slow: 'mock/s' } };
  const named = async (node: JsonObject, more: JsonObject = {}, given: JsonObject = {}) => {
    const { call, run } = await asked(node, { more: { definitions, ...more }, inputs: given });
    return call === undefined ? run.state.failure?.code : `${call.provider}/${call.model}`;
  };

  it.each([
    ['provider/model', 'mock/m', 'mock/m'],
    ['a name with slashes', 'mock/a/b', 'mock/a/b'],
    ['an object', { provider: 'mock', model: 'm' }, 'mock/m'],
    ['a reference', '@models.fast', 'mock/f'],
    ['a template', '{{ "mock/" ~ name }}', 'mock/given'],
    ['a template of a reference', '{{ ref }}', 'mock/f'],
    ['a reference with a template in it', '@models.{{ speed }}', 'mock/f'],
    ['a path of a definition', '{{ models.slow }}', 'mock/s'],
    ['an input with the model', 'chosen', 'mock/chosen'],
  ])('may be %s', async (_, model, expected) => {
    const given = { name: 'given', speed: 'fast', chosen: 'mock/chosen', ref: '@models.fast' };
    expect(await named({ model }, {}, given)).toBe(expected);
  });

  it('is that of the recipe, else the offline one', async () => {
    expect(await named({}, { model_config: 'mock/shared' })).toBe('mock/shared');
    expect(await named({ model: 'mock/own' }, { model_config: 'mock/shared' })).toBe('mock/own');
    expect(await named({})).toBe('mock/digest');
  });

  it.each([['{{ 7 }}'], ['{{ "nothing" }}'], ['{{ "@" ~ "models.none" }}']])(
    '%s is none',
    async (model) => {
      expect(await named({ model })).toMatch(/model_missing|template_error/);
    },
  );

  it('hands on every option it does not know', async () => {
    const { call } = await asked({
      model: { provider: 'mock', model: 'm', temperature: 0.2, odd: [1] },
      top_p: 0.5,
    });
    expect(call?.options).toEqual({ temperature: 0.2, odd: [1], top_p: 0.5 });
  });

  it('is the one that an item names', async () => {
    const { calls, models } = recorder();
    const over = [
      { n: 1 },
      { n: 2, model_override: 'mock/special' },
      { n: 3, model_override: '@models.fast' },
    ];
    const inner = { type: 'language_task', prompt: '{{ n }}', model: 'mock/plain' };
    await runRecipe(recipe({ definitions, nodes: [each('m', over, inner)] }), { models });
    expect(calls.map(({ model }) => model)).toEqual(['plain', 'special', 'f']);
  });
});

describe('a list of models', () => {
  const chain = ['mock/one', 'mock/two', 'mock/three'];
  const tried = async (fails: { readonly [model: string]: ErrorCode }) => {
    const { calls, models } = recorder(({ model }) => {
      const code = fails[model];
      return code === undefined ? model : { fails: code };
    });
    const run = await runRecipe(
      recipe({ nodes: [ask({ model: chain, retry: { max_attempts: 1 } })] }),
      { models },
    );
    return { models: calls.map(({ model }) => model), run };
  };

  it('is tried in order while failures may pass', async () => {
    const { models, run } = await tried({ one: 'provider_error', two: 'timeout' });
    expect(models).toEqual(['one', 'two', 'three']);
    expect(run.outputs()).toEqual({ a: 'three' });
  });

  it('ends at a failure that another model would share', async () => {
    const { models, run } = await tried({ one: 'model_missing' });
    expect(models).toEqual(['one']);
    expect(run.state.failure).toMatchObject({ code: 'model_missing' });
  });

  it('fails with the last failure', async () => {
    const { run } = await tried({ one: 'provider_error', two: 'provider_error', three: 'timeout' });
    expect(run.state.failure).toMatchObject({ code: 'timeout' });
  });
});

describe('an answer', () => {
  const schema = { type: 'object', required: ['n'], properties: { n: { type: 'integer' } } };

  it('that fits the schema is the output', async () => {
    const { models } = recorder(() => ({ n: 1 }));
    const run = await runRecipe(recipe({ nodes: [ask({ response_schema: schema })] }), { models });
    expect(run.outputs()).toEqual({ a: { n: 1 } });
  });

  it('that does not is invalid_output', async () => {
    const { models } = recorder(() => ({ n: 'one' }));
    const run = await runRecipe(recipe({ nodes: [ask({ response_schema: schema })] }), { models });
    expect(run.state.failure).toMatchObject({ code: 'invalid_output', node: 'a' });
    expect(run.state.failure?.message).toContain('/n');
  });

  it('has its tokens and provider in the stats', async () => {
    const { run } = await asked({});
    expect(run.state.rows.get('a')?.stats).toMatchObject({
      inputTokens: 2,
      outputTokens: 3,
      provider: 'mock',
    });
  });

  it('is tried three times by default when the provider fails', async () => {
    const { calls, models } = recorder(() => ({ fails: 'provider_error' as const }));
    const run = await runRecipe(recipe({ nodes: [ask()] }), { models });
    expect(calls).toHaveLength(3);
    expect(run.state.failure).toMatchObject({ code: 'provider_error' });
  });

  it('of the offline model is the same for the same prompt', async () => {
    const text = recipe({ nodes: [ask(), give('b', '{{ a }}')] });
    const [one, two] = [await runRecipe(text), await runRecipe(text)];
    expect(one.outputs()).toEqual(two.outputs());
    const view = one.view();
    expect(view.status === 'completed' && view.mocked).toBe(true);
  });
});
