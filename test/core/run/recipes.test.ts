/** Sub-recipes: what goes in, what comes out under which names, and failures inside. */
import { describe, expect, it } from 'vitest';
import { call, give, include, inputs, recipe } from '../../support/recipe-text.ts';
import { runRecipe } from '../../support/run-recipe.ts';

const PATH = 'recipes/sub.yaml';
const SUB = recipe({
  user_inputs: [
    { id: 'topic', type: 'string' },
    { id: 'count', type: 'int', default: 2 },
  ],
  nodes: [give('text', '{{ topic }} x{{ count }}'), give('size', '{{ text | length }}')],
});
const sources = { [PATH]: SUB };

describe('the inputs of a sub-recipe', () => {
  it('are those of its mapping', async () => {
    const run = await runRecipe(
      recipe({
        user_inputs: inputs('subject'),
        nodes: [include('r', PATH, { input_mapping: { topic: '{{ subject }}!', count: 3 } })],
      }),
      { sources, inputs: { subject: 'bees' } },
    );
    expect(run.outputs()).toEqual({ r: { text: 'bees! x3', size: 8 } });
  });

  it('are the input of the node, resolved once, when there is no mapping', async () => {
    const run = await runRecipe(
      recipe({
        user_inputs: inputs('topic'),
        nodes: [include('r', PATH, { input: { topic: '{{ topic }} v2' } })],
      }),
      { sources, inputs: { topic: 'bees' } },
    );
    expect(run.outputs()).toMatchObject({ r: { text: 'bees v2 x2' } });
  });

  it('are the input of the node also when a template gives the whole of it', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [give('a', { topic: 'ants' }), include('r', PATH, { input: '{{ a }}' })],
      }),
      { sources },
    );
    expect(run.outputs()).toMatchObject({ r: { text: 'ants x2' } });
  });

  it('are what the parent has under their names when nothing is said', async () => {
    const run = await runRecipe(recipe({ nodes: [give('topic', 'wasps'), include('r', PATH)] }), {
      sources,
    });
    expect(run.outputs()).toMatchObject({ r: { text: 'wasps x2' } });
  });

  it('are coerced and checked', async () => {
    const run = await runRecipe(
      recipe({ nodes: [include('r', PATH, { input_mapping: { topic: 'x', count: 'many' } })] }),
      { sources },
    );
    expect(run.state.failure).toMatchObject({ code: 'inputs_invalid', node: 'r' });
  });

  it('leave a warning where one is not declared', async () => {
    const run = await runRecipe(
      recipe({ nodes: [include('r', PATH, { input: { topic: 'x', more: 1 } })] }),
      { sources },
    );
    expect(run.state.warnings).toMatchObject([{ code: 'undeclared_input', node: 'r' }]);
  });

  it('leave a warning where a template reads nothing', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [
          give('a', 1),
          give('b', 2),
          include('r', PATH, { input_mapping: { topic: 'about {{ b }}' } }),
        ],
        edges: ['a to b if a > 5', 'a to r', 'b to r'],
      }),
      { sources },
    );
    expect(run.status()).toBe('completed');
    expect(run.warnings()).toEqual(['undefined_variable']);
  });
});

describe('the outputs of a sub-recipe', () => {
  const sub = recipe({
    nodes: [give('a', 1), give('b', 2)],
    final_outputs: ['a', { id: 'both', value: '{{ [a, b] }}' }],
  });

  it('are its final outputs, as an object, without a mapping', async () => {
    const run = await runRecipe(recipe({ nodes: [include('r', PATH)] }), {
      sources: { [PATH]: sub },
    });
    expect(run.outputs()).toEqual({ r: { a: 1, both: [1, 2] } });
  });

  it('are renamed by a mapping, and published by name as well', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [
          include('r', PATH, { output_mapping: { first: 'a', all: '{{ both }}' } }),
          give('s', '{{ first + all[1] }}'),
        ],
      }),
      { sources: { [PATH]: sub } },
    );
    expect(run.outputs()).toEqual({ r: { first: 1, all: [1, 2] }, s: 3 });
  });

  it('can be nodes that are no final output', async () => {
    const run = await runRecipe(
      recipe({ nodes: [include('r', PATH, { output_mapping: { x: 'b', y: 'a' } })] }),
      { sources: { [PATH]: sub } },
    );
    expect(run.outputs()).toEqual({ r: { x: 2, y: 1 } });
  });

  it('are the value itself with one mapping and an output', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [
          include('r', PATH, { output: 'chosen', output_mapping: { x: 'b' } }),
          give('s', '{{ chosen + x }}'),
        ],
      }),
      { sources: { [PATH]: sub } },
    );
    expect(run.outputs()).toEqual({ chosen: 2, s: 4 });
  });

  it('are null where a mapped node did not run', async () => {
    const quiet = recipe({ nodes: [give('a', 1), give('b', 2)], edges: ['a to b if a > 5'] });
    const run = await runRecipe(
      recipe({ nodes: [include('r', PATH, { output_mapping: { x: 'a', y: 'b' } })] }),
      { sources: { [PATH]: quiet } },
    );
    expect(run.outputs()).toEqual({ r: { x: 1, y: null } });
  });

  it('do not take a name that a node has, and say so', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [
          give('first', 'mine'),
          include('r', PATH, { output_mapping: { first: 'a', other: 'b' } }),
          give('s', '{{ first }} {{ other }}'),
        ],
      }),
      { sources: { [PATH]: sub } },
    );
    expect(run.outputs()).toMatchObject({ first: 'mine', s: 'mine 2' });
    expect(run.state.warnings).toMatchObject([{ code: 'name_taken', node: 'r' }]);
  });

  it('do not take the name of an input', async () => {
    const run = await runRecipe(
      recipe({
        user_inputs: inputs('first'),
        nodes: [
          include('r', PATH, { output_mapping: { first: 'a', other: 'b' } }),
          give('s', '{{ first }}'),
        ],
      }),
      { sources: { [PATH]: sub }, inputs: { first: 'given' } },
    );
    expect(run.outputs()).toMatchObject({ s: 'given' });
    expect(run.warnings()).toEqual(['name_taken']);
  });

  it('give way to the output of a node that comes later', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [
          include('r', PATH, { output_mapping: { x: 'a', y: 'b' } }),
          give('z', 'node', { output: 'x' }),
          give('s', '{{ x }}{{ y }}'),
        ],
      }),
      { sources: { [PATH]: sub } },
    );
    expect(run.outputs()).toMatchObject({ s: 'node2' });
  });

  it('of alternatives may share their names', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [
          give('a', 2),
          include('one', PATH, { output_mapping: { x: 'a', y: 'b' } }),
          include('two', PATH, { output_mapping: { x: 'b', y: 'b' } }),
          give('s', '{{ x }}'),
        ],
        edges: ['a to one if a == 1', 'a to two if a == 2', 'one to s', 'two to s'],
      }),
      { sources: { [PATH]: sub } },
    );
    expect(run.outputs()).toMatchObject({ s: 2 });
    expect(run.warnings()).toEqual([]);
  });
});

describe('inside a sub-recipe', () => {
  it('keys and events have the path of the node', async () => {
    const run = await runRecipe(
      recipe({ nodes: [include('r', PATH, { input: { topic: 'x' } })] }),
      { sources },
    );
    expect(run.statuses()).toEqual({
      r: 'completed',
      'r/text': 'completed',
      'r/size': 'completed',
    });
    expect(run.events().flatMap((e) => (e.type === 'node.completed' ? [e.key] : []))).toEqual([
      'r/text',
      'r/size',
      'r',
    ]);
  });

  it("the parent's values cannot be seen", async () => {
    const run = await runRecipe(recipe({ nodes: [give('secret', 1), include('r', PATH)] }), {
      sources: { [PATH]: recipe({ nodes: [give('x', "{{ secret | default('hidden') }}")] }) },
    });
    expect(run.outputs()).toMatchObject({ r: { x: 'hidden' } });
  });

  it('a failure is that of the node', async () => {
    const run = await runRecipe(recipe({ nodes: [include('r', PATH), give('z', 1)] }), {
      sources: { [PATH]: recipe({ nodes: [call('x', 'fail'), give('y', 1)] }) },
    });
    expect(run.state.failure).toMatchObject({ code: 'plugin_error' });
    expect(run.statuses()).toEqual({ r: 'failed', 'r/x': 'failed' });
  });

  it('a failure is handled where the node goes on', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [
          include('r', PATH, { on_error: 'continue', output_mapping: { error: 'x', y: 'y' } }),
          give('z', "{{ r.error.code ~ (y | default('!')) }}"),
        ],
      }),
      { sources: { [PATH]: recipe({ nodes: [call('x', 'fail'), give('y', 1)] }) } },
    );
    expect(run.outputs()).toMatchObject({ z: 'plugin_error!' });
    expect(run.state.root.values.has('error')).toBe(false);
  });

  it('a failure cancels what runs beside it there, and not elsewhere', async () => {
    const sub = recipe({
      nodes: [call('x', 'fail'), call('y', 'gate')],
      edges: ['START to x', 'START to y'],
    });
    const run = await runRecipe(
      recipe({
        nodes: [include('r', PATH, { on_error: 'continue' }), give('z', 1)],
        edges: ['START to r', 'START to z'],
      }),
      { sources: { [PATH]: sub } },
    );
    expect(run.statuses()).toEqual({
      r: 'failed',
      'r/x': 'failed',
      'r/y': 'cancelled',
      z: 'completed',
    });
  });

  it('a failure at the start keeps its other nodes from starting', async () => {
    const sub = recipe({
      nodes: [
        {
          id: 'x',
          type: 'map',
          over: '{{ 1 }}',
          task: { type: 'function_task', function_identifier: 'test.echo' },
        },
        give('y', 1),
      ],
      edges: ['START to x', 'START to y'],
    });
    const run = await runRecipe(recipe({ nodes: [include('r', PATH, { on_error: 'continue' })] }), {
      sources: { [PATH]: sub },
    });
    expect(run.status()).toBe('completed');
    expect(run.functions.calls).toEqual([]);
    expect(run.statuses()).not.toHaveProperty('r/y');
  });

  it('a loop has its own visits', async () => {
    const sub = recipe({
      nodes: [give('x', '{{ visits.x }}')],
      edges: ['START to x', 'x to x if x < 3'],
    });
    const run = await runRecipe(
      recipe({ nodes: [include('r', PATH)], edges: ['START to r', 'r to r if visits.r < 2'] }),
      { sources: { [PATH]: sub } },
    );
    expect(run.outputs()).toEqual({ r: { x: 3 } });
    expect(Object.keys(run.statuses()).toSorted()).toEqual([
      'r',
      'r/x',
      'r/x@2',
      'r/x@3',
      'r@2',
      'r@2/x',
      'r@2/x@2',
      'r@2/x@3',
    ]);
  });
});

describe('nesting', () => {
  const level = (n: number, last: number) =>
    n === last
      ? recipe({ nodes: [give('x', 'deep')] })
      : recipe({
          nodes: [
            include('r', `recipes/s${n + 1}.yaml`, { output: 'x', output_mapping: { x: 'x' } }),
          ],
        });

  it('goes 8 deep', async () => {
    const deep = Object.fromEntries(
      Array.from({ length: 8 }, (_, index) => [`recipes/s${index + 1}.yaml`, level(index + 1, 8)]),
    );
    const run = await runRecipe(level(0, 8), { sources: deep });
    expect(run.outputs()).toEqual({ x: 'deep' });
    expect(run.statuses()).toHaveProperty('r/r/r/r/r/r/r/r/x', 'completed');
  });

  it('that a template makes endless stops there too', async () => {
    const self = recipe({
      user_inputs: inputs('path'),
      nodes: [include('r', '{{ path }}', { input_mapping: { path: '{{ path }}' } })],
    });
    const run = await runRecipe(
      recipe({
        nodes: [
          include('a', 'recipes/self.yaml', { input_mapping: { path: 'recipes/self.yaml' } }),
        ],
      }),
      { sources: { 'recipes/self.yaml': self } },
    );
    expect(run.state.failure).toMatchObject({ code: 'recipe_invalid' });
  });

  it('finds no recipe that the plan does not hold', async () => {
    const run = await runRecipe(
      recipe({ user_inputs: inputs('path'), nodes: [include('r', '{{ path }}')] }),
      { inputs: { path: '__proto__' } },
    );
    expect(run.state.failure).toMatchObject({ code: 'recipe_not_found', node: 'r' });
  });
});
