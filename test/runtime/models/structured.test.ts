/** Answers with a schema: repaired once with the fault quoted, then invalid_output. */
import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../../src/core/json.ts';
import { recipe } from '../../support/recipe-text.ts';
import { runRecipe } from '../../support/run-recipe.ts';
import { scriptModels } from '../../support/scripted-models.ts';

const SCHEMA = {
  type: 'object',
  required: ['n'],
  properties: { n: { type: 'integer' } },
  additionalProperties: false,
};

async function answered(says: JsonValue[], more: JsonObject = {}) {
  const models = scriptModels((_call, before) => ({
    says: says[Math.min(before, says.length - 1)]!,
  }));
  const node = {
    id: 'a',
    type: 'language_task',
    prompt: 'Count',
    model: 'x/m',
    response_schema: SCHEMA,
    ...more,
  };
  const run = await runRecipe(recipe({ nodes: [node] }), { models });
  return { run, models };
}

describe('an answer that does not fit', () => {
  it('is repaired once, with the fault quoted', async () => {
    const { run, models } = await answered([{ n: 'one' }, { n: 1 }]);
    expect(run.outputs()).toEqual({ a: { n: 1 } });
    expect(models.calls).toHaveLength(2);
    const [question, answer, fault] = models.calls[1]!.messages;
    expect(question).toEqual({ role: 'user', content: 'Count' });
    expect(answer).toEqual({ role: 'assistant', content: '{"n":"one"}' });
    expect(fault).toMatchObject({ role: 'user', content: expect.stringContaining('at "/n"') });
    expect(run.events().filter(({ type }) => type === 'node.repairing')).toMatchObject([
      { key: 'a', model: 'x/m' },
    ]);
    // Both were paid for.
    expect(run.state.rows.get('a')?.stats).toMatchObject({ inputTokens: 200, outputTokens: 20 });
    expect(run.view()).toMatchObject({ metrics: { input_tokens: 200, output_tokens: 20 } });
  });

  it('twice is invalid_output, and not tried again', async () => {
    const { run, models } = await answered([{ n: 'one' }]);
    expect(run.state.failure).toMatchObject({ code: 'invalid_output', node: 'a' });
    expect(run.state.failure?.message).toContain('at "/n"');
    expect(models.calls).toHaveLength(2);
    expect(run.view()).toMatchObject({ metrics: { input_tokens: 200, output_tokens: 20 } });
  });

  it('because it is no JSON is told so', async () => {
    const { run, models } = await answered(['Sure! The count is one.', { n: 1 }]);
    expect(run.outputs()).toEqual({ a: { n: 1 } });
    expect(models.calls[1]!.messages.at(-1)).toMatchObject({
      content: expect.stringContaining('JSON alone'),
    });
  });

  it.each<[string, JsonValue]>([
    ['as a value', { n: 'PLANTED' }],
    ['as a name', { n: 1, PLANTED: 2 }],
    ['as a text', 'PLANTED'],
    ['as a name within', { n: { PLANTED: { PLANTED: 1 } } }],
  ])('is not quoted in failures, events and logs: %s', async (_where, says) => {
    const { run } = await answered([says]);
    expect(run.state.failure?.code).toBe('invalid_output');
    expect(JSON.stringify([run.state.failure, run.events(), run.logged])).not.toContain('PLANTED');
  });

  it('has the words of the schema in its failure', async () => {
    const { run } = await answered([{}]);
    expect(run.state.failure?.message).toContain('"n"');
  });
});

it('a schema may be the value of a template', async () => {
  const models = scriptModels(() => ({ says: { n: 1 } }));
  const run = await runRecipe(
    recipe({
      definitions: { shape: SCHEMA },
      nodes: [
        {
          id: 'a',
          type: 'language_task',
          prompt: 'Count',
          model: 'x/m',
          response_schema: '{{ shape }}',
        },
      ],
    }),
    { models },
  );
  expect(run.outputs()).toEqual({ a: { n: 1 } });
  expect(models.calls[0]?.responseSchema).toEqual(SCHEMA);
});

it('what a model did not take, and an answer that was cut, are warnings', async () => {
  const models = scriptModels(() => ({ says: 'cut', finish: 'length', ignored: ['seed'] }));
  const run = await runRecipe(
    recipe({ nodes: [{ id: 'a', type: 'language_task', prompt: 'Go', model: 'x/m', seed: 1 }] }),
    { models },
  );
  expect(run.state.warnings).toMatchObject([
    { code: 'option_ignored', node: 'a' },
    { code: 'answer_cut', node: 'a' },
  ]);
});
