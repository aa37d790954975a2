/** What names mean: the order of the scope, the read-only aliases, and who wins a name. */
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../src/core/json.ts';
import { call, each, give, inputs, recipe, task } from '../../support/recipe-text.ts';
import { runRecipe, runToEnd, startRun } from '../../support/run-recipe.ts';
import { createManualClock, settled } from '../../support/manual-clock.ts';

async function outputs(parts: Parameters<typeof recipe>[0], given = {}) {
  return (await runRecipe(recipe(parts), { inputs: given })).outputs() ?? {};
}

describe('the scope', () => {
  it("has a node's own input before outputs, and outputs before inputs", async () => {
    const found = await outputs(
      {
        user_inputs: inputs('a', 'b', 'c'),
        nodes: [
          give('b', 'output'),
          give('c', 'output'),
          call('x', 'value', { value: '{{ a }} {{ b }} {{ c }}' }),
          {
            id: 'y',
            type: 'language_task',
            prompt: '{{ a }} {{ b }} {{ c }}',
            input: { c: 'own' },
          },
        ],
      },
      { a: 'input', b: 'input', c: 'input' },
    );
    expect(found['x']).toBe('input output output');
    expect(found['y']).toBe('[mock] input output own');
  });

  it("has an item's context before everything, and its fields behind the task's input", async () => {
    const prompt = '{{ item.index }} {{ index }} {{ name }} {{ kind }}';
    const inner = { type: 'language_task', prompt, input: { index: 'no', name: 'own' } };
    const found = await outputs(
      {
        user_inputs: inputs('kind'),
        nodes: [
          each('m', '{{ [{"index": "x", "name": "y", "kind": "z"}] }}', inner, {
            collect: 'values',
          }),
        ],
      },
      { kind: 'state' },
    );
    expect(found['m']).toEqual(['[mock] x 0 own z']);
  });

  it('has inputs and outputs before definitions', async () => {
    const found = await outputs(
      {
        definitions: { a: 'definition', b: 'definition' },
        user_inputs: inputs('a'),
        nodes: [give('x', '{{ a }} {{ b }}')],
      },
      { a: 'input' },
    );
    expect(found['x']).toBe('input definition');
  });

  it.each<[string, JsonValue]>([
    ['inputs', { q: 1 }],
    ['inputs.q', 1],
    ['nodes.a', 'A'],
    ['nodes.a-b', 'AB'],
    ['run.id', 'run_01'],
    ['run.recipe', 'recipes/main'],
    ['run.version', 3],
    ['run.started_at', '2030-01-31T12:00:00.000Z'],
    ['current_time', '2030-01-31T12:00:00.000Z'],
    ['visits.a', 1],
    ['visits.x', 1],
    ['visits.z', 0],
  ])('knows %s', async (path, expected) => {
    const nodes = [
      give('a', 'A', { output: 'other' }),
      give('a-b', 'AB'),
      give('x', path),
      give('z', 0),
    ];
    expect(await outputs({ user_inputs: inputs('q'), nodes }, { q: 1 })).toMatchObject({
      x: expected,
    });
  });

  it('has an output under its own name only when the node has one', async () => {
    const found = await outputs({
      nodes: [
        give('a', 1, { output: 'other' }),
        give('x', "{{ a | default('none') }} {{ other }}"),
      ],
    });
    expect(found).toEqual({ other: 1, x: 'none 1' });
  });

  it('reaches no prototype', async () => {
    const found = await outputs({
      nodes: [
        give(
          'x',
          "{{ inputs.constructor | default('none') }} {{ nodes.__proto__ | default('none') }} {{ toString | default('none') }}",
        ),
      ],
    });
    expect(found['x']).toBe('none none none');
  });
});

describe('run.started_at', () => {
  it('is when the run started, however long it was queued', async () => {
    const clock = createManualClock();
    await clock.advance(90_000);
    const run = await runRecipe(recipe({ nodes: [give('x', '{{ run.started_at }}')] }), { clock });
    expect(run.outputs()).toEqual({ x: '2030-01-31T12:01:30.000Z' });
  });
});

describe('a name of a node that was skipped', () => {
  const skipping = (value: JsonValue) => ({
    nodes: [give('a', 1), give('b', 2), give('x', value)],
    edges: ['a to b if a > 5', 'a to x', 'b to x'],
  });

  it.each<[string, JsonValue, JsonValue]>([
    ['bare, is null', 'b', null],
    ['as a path, is null', 'b.field', null],
    ['in a template, is undefined', "{{ b | default('none') }}", 'none'],
    ['in a test, is not defined', '{{ b is defined }}', false],
    ['in text, is nothing', '[{{ b }}]', '[]'],
  ])('%s', async (_, value, expected) => {
    expect(await outputs(skipping(value))).toMatchObject({ x: expected });
  });

  it('is a word like any other before the node has been decided', async () => {
    const found = await outputs({ nodes: [give('a', 'b'), give('b', 2), give('x', 'b')] });
    expect(found).toEqual({ a: 'b', b: 2, x: 2 });
  });
});

describe('undefined variables', () => {
  it('render as nothing and leave one warning for each name', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [
          give('a', 1),
          give('b', 2),
          give('x', '{{ b }}{{ b.c }}{{ b }}'),
          { id: 'y', type: 'language_task', prompt: 'say {{ b }}' },
        ],
        edges: ['a to b if a > 5', 'a to x', 'b to x', 'x to y'],
      }),
    );
    expect(run.state.warnings).toMatchObject(
      [
        { code: 'no_branch_taken' },
        { code: 'undefined_variable', node: 'x' },
        { code: 'undefined_variable', node: 'x' },
        { code: 'undefined_variable', node: 'y' },
      ].slice(1),
    );
  });

  it('end the step in strict mode', async () => {
    const run = await runRecipe(
      recipe({
        strict: true,
        nodes: [give('a', 1), give('b', 2), give('x', '{{ b }}')],
        edges: ['a to b if a > 5', 'a to x', 'b to x'],
      }),
    );
    expect(run.state.failure).toMatchObject({ code: 'undefined_variable', node: 'x' });
  });

  it('of an item are warnings of its map', async () => {
    const run = await runRecipe(
      recipe({ nodes: [each('m', [{ a: 1 }, {}], task('value', { value: '{{ a }}' }))] }),
    );
    expect(run.state.warnings).toMatchObject([{ code: 'undefined_variable', node: 'm' }]);
  });
});

describe('a name that several nodes publish', () => {
  const two = (edges: string[]) => ({
    nodes: [
      call('a', 'gate', { id: 'a' }, { output: 'v' }),
      call('b', 'gate', { id: 'b' }, { output: 'v' }),
      give('x', '{{ v }}'),
    ],
    edges: [...edges, 'a to x', 'b to x'],
  });

  it.each([[['a', 'b']], [['b', 'a']]])(
    'has the value of the later listed of two in parallel, finished as %j',
    async (order) => {
      const run = await startRun(recipe(two(['START to a', 'START to b'])));
      for (const id of order) {
        run.functions.gates.find(({ input }) => input['id'] === id)!.open(id);
        await settled();
      }
      await runToEnd(run);
      expect(run.outputs()).toMatchObject({ x: 'b' });
    },
  );

  it('has the value of the one behind the other', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [
          give('second', 2, { output: 'v' }),
          give('first', 1, { output: 'v' }),
          give('x', '{{ v }}'),
        ],
        edges: ['first to second', 'second to x'],
      }),
    );
    expect(run.outputs()).toMatchObject({ x: 2 });
  });

  it('has what the loop wrote last, whoever of its body it was', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [
          give('s', '{{ visits.s }}'),
          give('a', 'A', { output: 'v' }),
          give('b', 'B', { output: 'v' }),
          give('x', '{{ v }}'),
        ],
        edges: [
          's to a if s == 2',
          's to b if s == 1',
          'a to x',
          'b to x',
          'x to s if visits.s < 2',
        ],
      }),
    );
    expect(run.outputs()).toMatchObject({ x: 'A', v: 'A' });
  });

  it('has the value of a node rather than that of an input', async () => {
    expect(
      await outputs(
        {
          user_inputs: inputs('v'),
          nodes: [give('v', '{{ v }}!'), give('x', '{{ v }} {{ inputs.v }}')],
        },
        { v: 'in' },
      ),
    ).toEqual({ v: 'in!', x: 'in! in' });
  });
});

describe('a reference to a function', () => {
  it('is no variable, whatever a node is called', async () => {
    const found = await outputs({
      nodes: [give('test', { upper: 'no' }), call('x', 'upper', { text: 'yes' })],
    });
    expect(found).toMatchObject({ x: 'YES' });
  });

  it('may be a template or the name of a variable', async () => {
    const node = { type: 'function_task', input: { text: 'yes' } };
    const found = await outputs(
      {
        user_inputs: inputs('chosen'),
        nodes: [
          { ...node, id: 'x', function_identifier: 'test.{{ "up" ~ "per" }}' },
          { ...node, id: 'y', function_identifier: '{{ chosen }}' },
        ],
      },
      { chosen: 'test.upper' },
    );
    expect(found).toEqual({ x: 'YES', y: 'YES' });
  });
});
