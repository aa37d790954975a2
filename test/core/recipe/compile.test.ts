/** compileRecipe end to end: a plan of the whole text, and every finding at its place. */
import { describe, expect, it } from 'vitest';
import { compileRecipe } from '../../../src/core/recipe/compile.ts';
import { checkInputs } from '../../../src/core/recipe/inputs.ts';

const NOTHING = { sources: new Map<string, string>(), prompts: new Map<string, string>() };

function compile(text: string) {
  return compileRecipe({ path: 'recipes/demo.yaml', text, ...NOTHING });
}

function findings(text: string): string[] {
  return compile(text).diagnostics.map(({ line, column, code }) => `${line}:${column} ${code}`);
}

const RECIPE = `
recipe:
  name: demo
  version: 1.10
  user_inputs:
    - {id: topic, type: string}
    - {id: count, type: int, default: "3"}
  nodes:
    - id: draft
      type: language_task
      prompt: Write about {{ topic }}
    - id: scores
      type: map
      over: "{{ draft }}"
      task: {type: function_task, function_identifier: text.score, input: {text: name}}
    - id: total
      type: reduce
      over: scores
      function_identifier: math.sum
  edges:
    - draft to scores
    - scores to total if scores
    - from: total
      to: [draft, END]
      condition: "{{ total < 3 }}"
  final_outputs: [total]
`;

describe('compileRecipe', () => {
  it('gives a plan in pure JSON', () => {
    const { plan, diagnostics } = compile(RECIPE);
    expect(diagnostics).toEqual([]);
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    expect(plan).toMatchObject({ name: 'demo', version: '1.10' });
    expect(plan?.graph.entries).toEqual(['draft']);
    expect(plan?.graph.edges).toEqual([
      { from: 'draft', to: 'scores', back: false },
      { from: 'scores', to: 'total', condition: 'scores', back: false },
      { from: 'total', to: 'draft', condition: 'total < 3', back: true },
      { from: 'total', to: 'END', condition: 'total < 3', back: false },
    ]);
    expect(plan?.graph.nodes[1]).toMatchObject({
      id: 'scores',
      output: 'scores',
      maxConcurrency: 10,
      collect: 'values',
      itemErrors: 'halt',
      task: { id: 'task', output: 'result', function: 'text.score' },
    });
  });

  it('loads a flat document like an enveloped one', () => {
    const flat = RECIPE.replace('\nrecipe:\n', '\n').replaceAll('\n  ', '\n');
    expect(compile(flat).plan).toEqual(compile(RECIPE).plan);
  });

  it('reports every fault with its place, in order', () => {
    const text = RECIPE.replace('topic }}', 'topci }}')
      .replace('draft to scores', 'draft to score')
      .replace('[total]', '[totl]');
    expect(findings(text)).toEqual([
      '11:30 unknown_variable',
      '21:16 unknown_node',
      '26:19 unknown_variable',
    ]);
  });

  it('has no plan exactly when there is an error', () => {
    expect(compile(RECIPE.replace('name: demo', 'nam: demo')).plan).toBeUndefined();
    expect(compile(`${RECIPE}  colour: red\n`).plan).toBeDefined();
  });
});

describe('checkInputs', () => {
  it('coerces, fills in defaults and lists every fault at once', () => {
    const { plan } = compile(RECIPE);
    if (plan === undefined) throw new Error('the recipe has a plan');
    expect(checkInputs(plan, { topic: 5 })).toEqual({
      ok: true,
      value: { values: { topic: '5', count: 3 }, warnings: [] },
    });
    const bad = checkInputs(plan, { count: 'many' });
    expect(bad.ok ? [] : bad.error.map(({ code, pointer }) => [code, pointer])).toEqual([
      ['input_required', '/inputs/topic'],
      ['input_type', '/inputs/count'],
    ]);
  });
});
