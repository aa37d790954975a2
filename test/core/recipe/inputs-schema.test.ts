/** The JSON Schema of a recipe's inputs says what checkInputs does. */
import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../../src/core/json.ts';
import { schemaFaults } from '../../../src/core/json-schema.ts';
import { compileRecipe } from '../../../src/core/recipe/compile.ts';
import { checkInputs, inputsSchema } from '../../../src/core/recipe/inputs.ts';

function planOf(inputs: string, more = '') {
  const text = `name: r\n${more}user_inputs: [${inputs}]\nnodes: [{id: a, type: wait, for: 1}]\n`;
  const { plan } = compileRecipe({
    path: 'recipes/r.yaml',
    text,
    sources: new Map(),
    prompts: new Map(),
  });
  if (plan === undefined) throw new Error('the recipe has a plan');
  return plan;
}

describe('inputsSchema', () => {
  it('is draft-07, with a title and a description for each input', () => {
    const plan = planOf(
      '{id: topic, type: string, description: What about, min: 2, max: 9, pattern: "^a"}, {id: n, type: int, default: 3, min: 1}',
    );
    expect(inputsSchema(plan)).toEqual({
      $schema: 'http://json-schema.org/draft-07/schema#',
      title: 'r',
      type: 'object',
      properties: {
        topic: {
          title: 'Topic',
          description: 'What about',
          type: 'string',
          minLength: 2,
          maxLength: 9,
          pattern: '^a',
        },
        n: { title: 'N', default: 3, type: ['integer', 'null'], minimum: 1 },
      },
      required: ['topic'],
      additionalProperties: true,
    });
  });

  it('is closed for a strict recipe', () => {
    expect(inputsSchema(planOf('{id: a, type: json}', 'strict: true\n'))).toMatchObject({
      additionalProperties: false,
    });
  });

  const cases: readonly (readonly [string, JsonValue, boolean])[] = [
    ['type: string', 'a', true],
    ['type: string', null, false],
    ['type: string, required: false', null, true],
    ['type: text, min: 2', 'a', false],
    ['type: int, max: 3', 3, true],
    ['type: int, max: 3', 4, false],
    ['type: float', 1.5, true],
    ['type: bool', true, true],
    ['type: bool', 'maybe', false],
    ['type: literal, literal_values: [a, 3]', 3, true],
    ['type: literal, literal_values: [a, 3]', 'b', false],
    ['type: literal, literal_values: [a, 3], required: false', null, true],
    ['type: file', 'f', true],
    ['type: file', ['f', 'g'], true],
    ['type: file', 5, false],
    ['type: file, min: 3', ['f', 'g'], false],
    ['type: file, required: false', null, true],
    ['type: json, schema: {type: array}', [], true],
    ['type: json, schema: {type: array}', {}, false],
  ];

  it.each(cases)('agrees with checkInputs: %s given %j', (input, value, isGood) => {
    const plan = planOf(`{id: x, ${input}}`);
    const given: JsonObject = { x: value };
    expect(checkInputs(plan, given).ok).toBe(isGood);
    expect(schemaFaults(inputsSchema(plan), given).length === 0).toBe(isGood);
  });
});
