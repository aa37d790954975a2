/** Names and values chosen to hurt: prototypes, brackets, sizes, and turns that never end. */
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../src/core/json.ts';
import { call, each, give, include, inputs, recipe, task } from '../../support/recipe-text.ts';
import { identityOf, planOf, runRecipe } from '../../support/run-recipe.ts';
import { outcomeOf, stepRun } from '../../support/step-run.ts';

const own = (key: string, value: JsonValue) =>
  JSON.parse(`{${JSON.stringify(key)}: ${JSON.stringify(value)}}`) as object;

const firstOf = (list: JsonValue | undefined): object => (list as object[])[0] ?? {};

describe('names that objects have of themselves', () => {
  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'])(
    '%s can be a node, an output and a field',
    async (name) => {
      const text = recipe({
        nodes: [
          give('a', 1, { output: name }),
          give(name, `{{ ${name} + 1 }}`, { output: 'b' }),
          each('m', '{{ [1] }}', task('value', { value: '{{ item }}' }, { output: name })),
          give('z', `{{ [nodes['${name}'], b, ${name}] }}`),
        ],
      });
      const run = await runRecipe(text);
      expect(run.status()).toBe('completed');
      expect(run.output('z')).toEqual([2, 2, 1]);
      expect(Object.keys(run.outputs() ?? {})).toEqual([name, 'b', 'm', 'z']);
      expect(Object.getOwnPropertyDescriptor(firstOf(run.outputs()?.['m']), name)?.value).toBe(1);
      const stepped = await stepRun({ identity: identityOf(), plan: planOf(text) });
      const again = await stepRun({
        identity: identityOf(),
        plan: planOf(text),
        before: stepped.records.slice(0, 2),
      });
      expect(outcomeOf(again)).toEqual(outcomeOf(stepped));
    },
  );

  it.each(['__proto__', 'constructor', 'isAdmin'])(
    '%s in an item reaches nothing but the item',
    async (name) => {
      const run = await runRecipe(
        recipe({
          user_inputs: inputs('list'),
          nodes: [
            each('m', '{{ list }}', task('value', { value: '{{ other is defined }}' })),
            give('z', '{{ other is defined }}'),
          ],
        }),
        { inputs: { list: [own(name, { other: 1 }) as JsonValue] } },
      );
      expect(run.outputs()).toMatchObject({ z: false, m: [{ result: false }] });
      expect(Object.keys(firstOf(run.outputs()?.['m']))).toContain(name);
      expect(({} as { other?: unknown }).other).toBeUndefined();
    },
  );

  it.each(['constructor', 'toString'])(
    '%s as a mapped output of a sub-recipe is a name like any other',
    async (name) => {
      const run = await runRecipe(
        recipe({
          nodes: [
            include('r', 'recipes/s.yaml', { output_mapping: own(name, 'x') as never }),
            give('z', `{{ ${name} }}`),
          ],
        }),
        { sources: { 'recipes/s.yaml': recipe({ nodes: [give('x', 7)] }) } },
      );
      expect(run.output('z')).toBe(7);
    },
  );
});

describe('sizes', () => {
  it('an item whose record is too large fails by itself', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [
          each(
            'm',
            [8_380_000, 5],
            task('text', { size: '{{ item }}', copy: "{{ 'y' * 20000 }}" }),
            { on_error: 'skip' },
          ),
        ],
      }),
    );
    expect(run.outputs()?.['m']).toMatchObject([
      { status: 'failed', error: { code: 'value_too_large' } },
      { status: 'ok' },
    ]);
  });

  it('a map whose results are too large together fails', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [
          each('m', [1, 2, 3], task('text', { size: 3_000_000, of: '{{ item }}' }), {
            collect: 'values',
          }),
        ],
      }),
    );
    expect(run.state.failure).toMatchObject({ code: 'value_too_large', node: 'm' });
  });

  it('a map over too large a list fails before it starts', async () => {
    const list = Array.from({ length: 20 }, () => 'x'.repeat(450_000));
    const run = await runRecipe(
      recipe({ user_inputs: inputs('list'), nodes: [each('m', '{{ list }}', task('echo'))] }),
      { inputs: { list } },
    );
    expect(run.state.failure).toMatchObject({ code: 'value_too_large', node: 'm' });
    expect(run.functions.calls).toEqual([]);
  });

  it("a sub-recipe's inputs that are too large fail it", async () => {
    const big = call('a', 'text', { size: 4_300_000 });
    const run = await runRecipe(
      recipe({
        nodes: [big, include('r', 'recipes/s.yaml', { input_mapping: { x: 'a', y: 'a' } })],
      }),
      {
        sources: {
          'recipes/s.yaml': recipe({ user_inputs: inputs('x', 'y'), nodes: [give('z', 1)] }),
        },
      },
    );
    expect(run.state.failure).toMatchObject({ code: 'value_too_large', node: 'r' });
  });

  it('a failure with many results stays small', async () => {
    const sizes = Array.from({ length: 60 }, (_, index) => (index === 59 ? -1 : 4_000 + index));
    const run = await runRecipe(
      recipe({
        nodes: [
          each('m', sizes, task('text', { size: '{{ item }}' }), {
            collect: 'values',
            max_concurrency: 60,
          }),
        ],
      }),
    );
    expect(run.state.failure?.code).toBe('map_items_failed');
    expect(JSON.stringify(run.state.failure).length).toBeLessThan(140_000);
  });
});

describe('work without an end', () => {
  it('of a loop in which nothing waits gives way after each thousand events', async () => {
    const text = recipe({
      nodes: [
        give('a', 1, { when: 'false', max_visits: 3_000 }),
        ...Array.from({ length: 20 }, (_, index) => give(`n${index}`, 1, { when: 'false' })),
      ],
      edges: [
        'START to a',
        'a to a',
        ...Array.from({ length: 20 }, (_, index) => `a to n${index}`),
      ],
    });
    const run = await runRecipe(text);
    expect(run.state.failure).toMatchObject({ code: 'loop_limit' });
    expect(run.records.length).toBeGreaterThan(60);
    expect(Math.max(...run.records.map(({ events }) => events.length))).toBeLessThan(1_100);
    // The next turn is due at once.
    expect(run.records[0]?.run.dueAt).toBeLessThanOrEqual(run.clock.now());
  });

  it('goes on where it was after a death between such turns', async () => {
    const plan = planOf(
      recipe({
        nodes: [give('a', 1, { when: 'false', max_visits: 1_500, on_error: 'continue' })],
        edges: ['START to a', 'a to a'],
      }),
    );
    const identity = identityOf();
    const whole = await stepRun({ identity, plan });
    expect(whole.records.length).toBeGreaterThan(1);
    const rest = await stepRun({ identity, plan, before: whole.records.slice(0, 1) });
    expect(outcomeOf(rest)).toEqual(outcomeOf(whole));
  });
});
