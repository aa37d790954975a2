/** What a run hands out: final outputs, their conditions, and those that are missing. */
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../src/core/json.ts';
import { give, inputs, recipe } from '../../support/recipe-text.ts';
import { runRecipe } from '../../support/run-recipe.ts';

const nodes = [
  give('a', { n: 1, none: null, list: [1, 2] }),
  give('b', 2, { when: 'false' }),
  give('c-d', 3, { output: 'with-dash' }),
];

async function result(final_outputs?: JsonValue, more = {}) {
  const text = recipe({
    user_inputs: inputs('q'),
    nodes,
    ...(final_outputs !== undefined && { final_outputs }),
    ...more,
  });
  const run = await runRecipe(text, { inputs: { q: 'in' } });
  return { ...run.state.result, warnings: run.warnings() };
}

describe('final outputs', () => {
  it('are every output of a node when none are named', async () => {
    expect(await result()).toMatchObject({
      outputs: { a: { n: 1, none: null, list: [1, 2] }, 'with-dash': 3 },
      missing: [],
    });
  });

  it('of a node called like an input are the output, never the input', async () => {
    const run = await runRecipe(
      recipe({ user_inputs: inputs('q'), nodes: [give('x', 1), give('q', 2, { when: 'false' })] }),
      { inputs: { q: 'in' } },
    );
    expect(run.outputs()).toEqual({ x: 1 });
  });

  it.each<[string, JsonValue, object]>([
    ['a name', 'a', { a: { n: 1, none: null, list: [1, 2] } }],
    ['a name with a dash', 'with-dash', { 'with-dash': 3 }],
    ['an input', 'q', { q: 'in' }],
    ['a dotted path', 'a.n', { 'a.n': 1 }],
    ['an indexed path', 'a.list[1]', { 'a.list[1]': 2 }],
    ['a path to null', 'a.none', { 'a.none': null }],
    ['id with a native value', { id: 'x', value: '{{ a.list }}' }, { x: [1, 2] }],
    ['id with a path', { id: 'x', value: 'a.n' }, { x: 1 }],
    ['id with text', { id: 'x', value: 'n is {{ a.n }}' }, { x: 'n is 1' }],
    ['id with a plain word', { id: 'x', value: 'done' }, { x: 'done' }],
    [
      'id with a map',
      { id: 'x', value: { n: 'a.n', t: 'two words' } },
      { x: { n: 1, t: 'two words' } },
    ],
    ['id with a number', { id: 'x', value: 0 }, { x: 0 }],
    ['id with null', { id: 'x', value: '{{ a.none }}' }, { x: null }],
    ['id and description', { id: 'a.n', description: 'the number' }, { 'a.n': 1 }],
    ['id with a node by its id', { id: 'x', value: '{{ nodes["c-d"] }}' }, { x: 3 }],
    ['a true condition', { id: 'x', value: 1, condition: 'a.n == 1' }, { x: 1 }],
  ])('may be %s', async (_, output, expected) => {
    expect(await result([output])).toMatchObject({ outputs: expected, missing: [], warnings: [] });
  });

  it.each<[string, JsonValue, string]>([
    ['the name of a skipped node', 'b', 'b'],
    ['a path in it', 'b.x', 'b.x'],
    ['a path that ends early', 'a.nope', 'a.nope'],
    ['a value that names it', { id: 'x', value: 'b' }, 'x'],
    ['a value that reads it', { id: 'x', value: '{{ b }}' }, 'x'],
    ['a value that fails', { id: 'x', value: '{{ 1 + [2] }}' }, 'x'],
  ])('that are %s are missing', async (_, output, id) => {
    expect(await result(['a.n', output])).toMatchObject({ outputs: { 'a.n': 1 }, missing: [id] });
  });

  it('whose condition is false are left out and not missing', async () => {
    expect(await result([{ id: 'x', value: 1, condition: 'a.n > 1' }])).toMatchObject({
      outputs: {},
      missing: [],
    });
  });

  it('whose condition fails are left out with a warning', async () => {
    expect(await result([{ id: 'x', value: 1, condition: 'a.n + [1]' }])).toEqual({
      outputs: {},
      missing: [],
      warnings: ['condition_error'],
    });
  });

  it('that fail leave a warning', async () => {
    expect(await result([{ id: 'x', value: '{{ 1 + [2] }}' }])).toMatchObject({
      warnings: ['output_error'],
    });
  });

  it('with one id are alternatives that conditions choose between', async () => {
    const either = [
      { id: 'x', value: 'small', condition: 'a.n < 5' },
      { id: 'x', value: 'large', condition: 'a.n >= 5' },
    ];
    expect(await result(either)).toMatchObject({ outputs: { x: 'small' } });
  });

  it('that are too large together fail the run', async () => {
    const names = Array.from({ length: 9 }, (_, n) => `n${n}`);
    const run = await runRecipe(
      recipe({
        nodes: names.map((name) => give(name, "{{ 'x' * 1000000 }}")),
        final_outputs: names,
      }),
    );
    expect(run.state.failure).toMatchObject({ code: 'value_too_large' });
  });
});
