import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileRecipe } from '../../../src/core/recipe/compile.ts';
import { criticalPath } from '../../../src/core/recipe/critical-path.ts';
import { worstCaseOf } from '../../../src/core/recipe/estimate.ts';
import type { Plan } from '../../../src/core/recipe/plan.ts';
import { isFinal } from '../../../src/core/run/events.ts';
import { call, recipe } from '../../support/recipe-text.ts';
import { startRun } from '../../support/run-recipe.ts';
import { findTestFunction } from '../../support/test-functions.ts';

const RECIPES = join(import.meta.dirname, '../../../recipes');

function planOf(text: string, sources: { readonly [path: string]: string } = {}): Plan {
  const { plan, diagnostics } = compileRecipe({
    path: 'recipes/main.yaml',
    text,
    sources: new Map(Object.entries(sources)),
    prompts: new Map(),
  });
  if (plan === undefined) throw new Error(JSON.stringify(diagnostics));
  return plan;
}

const flat = (nodes: readonly string[], more = '') =>
  `name: r\n${more}\nnodes:\n${nodes.map((node) => `  - {${node}}\n`).join('')}`;
const fn = (id: string, more = '') =>
  `id: ${id}, type: function_task, function_identifier: p.f${more}`;
const llm = (id: string, more = '') => `id: ${id}, type: language_task, prompt: hi${more}`;
const LIST = `user_inputs: [{id: docs, type: json, schema: {type: array, maxItems: 40}}]`;
const FREE = `user_inputs: [{id: docs, type: json}]`;
const each = (over: string, task: string, more = '') =>
  `id: each, type: map, over: ${over}, task: {${task}}${more}`;
const TASK = 'type: function_task, function_identifier: p.f';
const ASK = 'type: language_task, prompt: hi';

describe('worstCaseOf', () => {
  it('counts one step a node, and every attempt of a call', () => {
    const plan = planOf(flat([fn('a'), llm('b'), llm('c', ', retry: {max_attempts: 5}')]));
    expect(worstCaseOf(plan)).toEqual({
      steps: 3,
      // A model is asked three times where nothing else is said.
      byType: { function_task: 1, language_task: 8 },
      models: 8,
      unbounded: [],
      asked: [
        { node: 'b', model: undefined, options: {}, calls: 3 },
        { node: 'c', model: undefined, options: {}, calls: 5 },
      ],
    });
  });

  it('counts the repair of an answer with a schema', () => {
    const plan = planOf(flat([llm('a', ', response_schema: {type: object}, max_retries: 1')]));
    expect(worstCaseOf(plan)).toMatchObject({ models: 4 });
  });

  it('counts every model of a fallback chain', () => {
    const plan = planOf(flat([llm('a', ', model: [x/1, x/2], max_retries: 0')]));
    expect(worstCaseOf(plan)).toMatchObject({ models: 2 });
  });

  it('multiplies the nodes of a loop by its visits', () => {
    const loop =
      'edges: ["a to b", "b to a if again", "b to c"]\nuser_inputs: [{id: again, type: bool}]';
    expect(
      worstCaseOf(planOf(flat([fn('a', ', max_visits: 4'), fn('b'), fn('c')], loop))),
    ).toMatchObject({ steps: 12, byType: { function_task: 12 } });
  });

  it('lets the smallest max_visits of a node count for that node', () => {
    const loop = 'edges: ["a to b", "b to a if again"]\nuser_inputs: [{id: again, type: bool}]';
    const plan = planOf(flat([fn('a', ', max_visits: 4'), fn('b', ', max_visits: 2')], loop));
    expect(worstCaseOf(plan).steps).toBe(6);
  });

  it('takes no loop into account that the node lies before', () => {
    const loop =
      'edges: ["a to b", "b to c", "c to b if again"]\nuser_inputs: [{id: again, type: bool}]';
    expect(worstCaseOf(planOf(flat([fn('a'), fn('b'), fn('c')], loop))).steps).toBe(21);
  });

  it('counts a node that no edge reaches as nothing', () => {
    const plan = planOf(flat([fn('a'), fn('b'), fn('c')], 'edges: ["a to b"]'));
    expect(worstCaseOf(plan).steps).toBe(2);
  });

  it('never tells more steps than the run may take', () => {
    const loop =
      'limits: {max_steps: 7}\nedges: ["a to b", "b to a if again"]\nuser_inputs: [{id: again, type: bool}]';
    expect(worstCaseOf(planOf(flat([fn('a'), fn('b')], loop))).steps).toBe(7);
  });

  it.each([
    ['a written list', '[1, 2, 3]', '', 3],
    ['a written map', '{a: 1, b: 2}', '', 2],
    ['an input whose schema bounds it', 'docs', LIST, 40],
    ['the same in a template', '"{{ inputs.docs }}"', LIST, 40],
    ['a bounded list of files', 'docs', 'user_inputs: [{id: docs, type: file, max: 6}]', 6],
  ])('multiplies the task of a map over %s', (_what, over, inputs, times) => {
    const plan = planOf(flat([each(over, TASK)], inputs));
    expect(worstCaseOf(plan)).toMatchObject({
      steps: 1,
      byType: { function_task: times },
      unbounded: [],
    });
  });

  it.each([
    ['an input', [each('docs', ASK)], FREE],
    ['an output of the same name', [fn('docs'), each('docs', ASK)], LIST],
    ["the node's own input of the same name", [each('docs', ASK, ', input: {docs: 1}')], LIST],
    ['an expression', [each('"{{ docs | batch(2) }}"', ASK)], LIST],
  ])('tells a map over %s to be unbounded, with what an item costs', (_what, nodes, inputs) => {
    const worst = worstCaseOf(planOf(flat(nodes, inputs)));
    expect(worst).toMatchObject({ byType: { language_task: null }, models: null });
    expect(worst.unbounded).toMatchObject([
      {
        node: 'each',
        code: 'map_at_run_time',
        perItem: { byType: { language_task: 3 }, models: 3 },
      },
    ]);
  });

  it('multiplies maps in maps, and tells an unbounded one inside by its way', () => {
    const inner = (over: string) => `type: map, over: ${over}, task: {${TASK}}`;
    expect(worstCaseOf(planOf(flat([each('[1, 2]', inner('[1, 2, 3]'))])))).toMatchObject({
      byType: { function_task: 6 },
    });
    const { unbounded } = worstCaseOf(planOf(flat([each('[1, 2]', inner('item'))])));
    expect(unbounded).toMatchObject([{ node: 'each/task', code: 'map_at_run_time' }]);
  });

  it('adds what a sub-recipe costs, once a visit', () => {
    const sources = { 'recipes/sub.yaml': flat([fn('x'), llm('y')]) };
    const plan = planOf(flat(['id: sub, type: recipe, recipe_path: sub'], ''), sources);
    expect(worstCaseOf(plan)).toMatchObject({
      steps: 3,
      byType: { function_task: 1, language_task: 3 },
    });
    const mapped = planOf(flat([each('[1, 2]', 'type: recipe, recipe_path: sub')]), sources);
    expect(worstCaseOf(mapped)).toMatchObject({ steps: 5, byType: { function_task: 2 } });
  });

  it('tells a recipe that only a run knows', () => {
    const plan = planOf(
      flat(
        ['id: sub, type: recipe, recipe_path: "{{ which }}"'],
        'user_inputs: [{id: which, type: string}]',
      ),
    );
    expect(worstCaseOf(plan).unbounded).toMatchObject([
      { node: 'sub', code: 'recipe_at_run_time' },
    ]);
    expect(worstCaseOf(plan).steps).toBe(plan.limits.maxSteps);
  });

  it('keeps products of bounds within numbers that are exact', () => {
    const list = `[${Array.from({ length: 300 }, (_, index) => index).join(', ')}]`;
    const nested = Array.from({ length: 7 }).reduce<string>(
      (task) => `type: map, over: ${list}, task: {${task}}`,
      TASK,
    );
    expect(worstCaseOf(planOf(flat([each(list, nested)]))).byType).toEqual({
      function_task: Number.MAX_SAFE_INTEGER,
    });
  });

  it.each(readdirSync(RECIPES))('tells the bounds of example %s', (name) => {
    const { steps } = worstCaseOf(planOf(readFileSync(join(RECIPES, name, 'recipe.yaml'), 'utf8')));
    expect(steps).toBeGreaterThan(0);
  });
});

/** Small graphs with all that makes nodes run again: loops in loops, branches, failures that are handled. */
const graphs = fc.integer({ min: 2, max: 7 }).chain((size) => {
  const at = fc.nat({ max: size - 1 });
  return fc.record({
    nodes: fc.array(
      fc.record({
        fails: fc.integer({ min: 0, max: 9 }).map((chance) => chance === 0),
        handled: fc.boolean(),
        visits: fc.integer({ min: 1, max: 4 }),
      }),
      { minLength: size, maxLength: size },
    ),
    edges: fc.array(fc.record({ from: at, to: at, visits: fc.option(fc.nat({ max: 5 })) }), {
      minLength: 1,
      maxLength: 12,
    }),
  });
});

describe('worstCaseOf, against runs', () => {
  it('is never less than what a run does', async () => {
    let looped = 0;
    await fc.assert(
      fc.asyncProperty(graphs, async ({ nodes, edges }) => {
        const text = recipe({
          nodes: nodes.map(({ fails, handled, visits }, index) =>
            call(
              `n${index}`,
              fails ? 'fail' : 'value',
              {},
              {
                max_visits: visits,
                on_error: handled ? 'continue' : 'halt',
              },
            ),
          ),
          edges: edges.map(({ from, to, visits }) => ({
            from: `n${from}`,
            to: `n${to}`,
            ...(visits !== null && { condition: `visits.n${to} < ${visits}` }),
          })),
        });
        const found = compileRecipe({
          path: 'recipes/main.yaml',
          text,
          sources: new Map(),
          prompts: new Map(),
          findFunction: findTestFunction,
        });
        if (found.plan === undefined) return;
        const run = await startRun(found.plan);
        expect(isFinal(run.status())).toBe(true);
        const worst = worstCaseOf(found.plan);
        const calls = run.functions.calls.length;
        expect(calls).toBeLessThanOrEqual(worst.byType.function_task ?? Infinity);
        expect(worst.byType.function_task).toBeLessThanOrEqual(worst.steps);
        if (calls > nodes.length) looped += 1;
      }),
      { numRuns: 400 },
    );
    expect(looped).toBeGreaterThan(20);
  });
});

describe('criticalPath', () => {
  const diamond = (nodes: readonly string[]) =>
    criticalPath(planOf(flat(nodes, 'edges: ["a to b", "a to c", "c to d", "b to e", "d to e"]')));

  it('is the longest way when nothing else tells ways apart', () => {
    expect(diamond(['a', 'b', 'c', 'd', 'e'].map((id) => fn(id)))).toEqual(['a', 'c', 'd', 'e']);
  });

  it('goes over a call rather than over functions', () => {
    expect(diamond([fn('a'), llm('b'), fn('c'), fn('d'), fn('e')])).toEqual(['a', 'b', 'e']);
  });

  it('goes over a person rather than over calls', () => {
    const nodes = [fn('a'), 'id: b, type: hitl, title: ok', llm('c'), llm('d'), fn('e')];
    expect(diamond(nodes)).toEqual(['a', 'b', 'e']);
  });

  it('weighs a map by its rounds, and a sub-recipe by its own way', () => {
    const edges = 'edges: ["START to each", "START to b", "b to c"]';
    const two = [llm('b'), llm('c')];
    const rounds = (most: number) =>
      criticalPath(
        planOf(flat([each('[1, 2, 3]', ASK, `, max_concurrency: ${most}`), ...two], edges)),
      );
    expect(rounds(3)).toEqual(['b', 'c']);
    expect(rounds(1)).toEqual(['each']);
    const sources = { 'recipes/sub.yaml': flat([llm('x'), llm('y'), llm('z')]) };
    const sub = 'id: each, type: recipe, recipe_path: sub';
    expect(criticalPath(planOf(flat([sub, ...two], edges), sources))).toEqual(['each']);
  });

  it('goes through a loop once', () => {
    const loop =
      'edges: ["a to b", "b to a if again", "b to c"]\nuser_inputs: [{id: again, type: bool}]';
    expect(criticalPath(planOf(flat([fn('a'), fn('b'), fn('c')], loop)))).toEqual(['a', 'b', 'c']);
  });

  it('takes the first of ways that weigh the same', () => {
    expect(
      criticalPath(planOf(flat([fn('a'), fn('b')], 'edges: ["START to a", "START to b"]'))),
    ).toEqual(['a']);
  });
});
