/** Tools: offered, called through the functions, on record, and not called twice after a restart. */
import { describe, expect, it } from 'vitest';
import { restore } from '../../../src/core/run/restore.ts';
import type { JsonObject, JsonValue } from '../../../src/core/json.ts';
import { settled } from '../../support/manual-clock.ts';
import { recipe } from '../../support/recipe-text.ts';
import { driveRun, identityOf, planOf, runRecipe, startRun } from '../../support/run-recipe.ts';
import { storedRun } from '../../support/run-rows.ts';
import { scriptModels } from '../../support/scripted-models.ts';
import { createTestFunctions } from '../../support/test-functions.ts';

const text = (more: JsonObject = {}) =>
  recipe({
    nodes: [
      {
        id: 'a',
        type: 'language_task',
        prompt: 'Add',
        model: 'x/m',
        tools: ['test.add', 'test.upper'],
        ...more,
      },
    ],
  });
const add = (a: JsonValue, b: JsonValue) => ({ tool: 'test_add', input: { a, b } });

describe('a model with tools', () => {
  it('is offered them, gets their answers, and has the last word', async () => {
    const models = scriptModels((_call, before) =>
      before === 0
        ? { calls: [add(1, 2), { tool: 'test_upper', input: { text: 'x' } }] }
        : before === 1
          ? { calls: [add(3, 4)] }
          : { says: 'done' },
    );
    const functions = createTestFunctions();
    const run = await runRecipe(text(), { models, functions });
    expect(run.outputs()).toEqual({ a: 'done' });
    expect(models.calls[0]?.tools?.map(({ name }) => name)).toEqual(['test_add', 'test_upper']);
    expect(functions.calls.map(({ name, input }) => [name, input])).toEqual([
      ['add', { a: 1, b: 2 }],
      ['upper', { text: 'x' }],
      ['add', { a: 3, b: 4 }],
    ]);
    expect(models.calls[2]?.messages).toEqual([
      { role: 'user', content: 'Add' },
      { role: 'assistant', content: '', toolCalls: expect.any(Array), turn: ['turn', 1] },
      {
        role: 'tool',
        answers: [
          { id: 'c1_0', tool: 'test_add', output: 3 },
          { id: 'c1_1', tool: 'test_upper', output: 'X' },
        ],
      },
      { role: 'assistant', content: '', toolCalls: expect.any(Array), turn: ['turn', 2] },
      { role: 'tool', answers: [{ id: 'c2_0', tool: 'test_add', output: 7 }] },
    ]);
  });

  it('leaves each call as a step of its own', async () => {
    const models = scriptModels((_call, before) =>
      before === 0 ? { calls: [add(1, 2)] } : { says: 'done' },
    );
    const run = await runRecipe(text(), { models });
    expect(run.state.rows.get('a/tools[1]')).toMatchObject({
      status: 'completed',
      tool: { name: 'test.add', input: { a: 1, b: 2 } },
      output: 3,
    });
    expect(run.events().filter(({ type }) => type === 'tool.completed')).toMatchObject([
      { key: 'a/tools[1]', node: 'a', tool: 'test.add' },
    ]);
    expect(run.view()).toMatchObject({
      nodes: [{ key: 'a', stats: { toolCalls: 1, inputTokens: 200 } }],
      metrics: { tool_calls: 1, node_count: 1, input_tokens: 200 },
    });
  });

  it('is told what went wrong, and may go on', async () => {
    const models = scriptModels((_call, before) =>
      before === 0
        ? {
            calls: [
              { tool: 'nothing', input: {} },
              { tool: 'test_fail', input: { code: 'out_of_fuel' } },
            ],
          }
        : { says: 'sorry' },
    );
    const run = await runRecipe(text({ tools: ['test.fail'] }), { models });
    expect(run.outputs()).toEqual({ a: 'sorry' });
    expect(models.calls[1]?.messages.at(-1)).toMatchObject({
      answers: [
        { failed: true, output: { error: { code: 'function_not_found' } } },
        { failed: true, output: { error: { code: 'out_of_fuel' } } },
      ],
    });
    expect(run.events().filter(({ type }) => type === 'tool.failed')).toHaveLength(2);
    // Failed calls of tools are the model's to deal with.
    expect(run.view()).toMatchObject({ metrics: { error_count: 0 } });
  });

  it('may not call for ever', async () => {
    const models = scriptModels(() => ({ calls: [add(1, 1)] }));
    const run = await runRecipe(text(), { models });
    expect(run.state.failure).toMatchObject({ code: 'tool_limit', node: 'a' });
    expect(models.calls.length).toBeLessThanOrEqual(17);
  });

  it('cannot be offered two under one name', async () => {
    const models = scriptModels(() => ({ says: 'no' }));
    const run = await runRecipe(
      text({ tools: ['test.add', { function_identifier: 'test.upper', name: 'test_add' }] }),
      { models },
    );
    expect(run.state.failure).toMatchObject({ code: 'recipe_invalid' });
    expect(models.calls).toEqual([]);
  });

  it('takes name and description from the node', async () => {
    const models = scriptModels(() => ({ says: 'ok' }));
    const tools = [
      { function_identifier: 'test.add', name: 'plus', description: 'Adds {{ 1 + 1 }} numbers' },
    ];
    await runRecipe(text({ tools }), { models });
    expect(models.calls[0]?.tools).toMatchObject([{ name: 'plus', description: 'Adds 2 numbers' }]);
  });

  it('in a map has the calls of each item on its own', async () => {
    const models = scriptModels(({ messages }) =>
      messages.some(({ role }) => role === 'tool') ? { says: 'done' } : { calls: [add(1, 2)] },
    );
    const task = { type: 'language_task', prompt: '{{ item }}', model: 'x/m', tools: ['test.add'] };
    const run = await runRecipe(
      recipe({ nodes: [{ id: 'm', type: 'map', over: [1, 2], task, collect: 'values' }] }),
      { models },
    );
    expect(run.outputs()).toEqual({ m: ['done', 'done'] });
    expect([...run.state.rows.keys()]).toEqual(
      expect.arrayContaining(['m[0]/tools[1]', 'm[1]/tools[1]']),
    );
  });

  it('goes on after a restart where it was: nothing is called or asked again', async () => {
    const plan = planOf(text({ tools: ['test.add', 'test.gate'] }));
    const functions = createTestFunctions();
    const models = scriptModels((_call, before) =>
      before === 0 ? { calls: [add(1, 2), { tool: 'test_gate', input: {} }] } : { says: 'done' },
    );
    const first = await startRun(plan, { models, functions });
    expect(functions.gates).toHaveLength(1);
    first.driver.stop();
    const state = restore(storedRun(identityOf(), plan, first.records));
    expect(state.spent).toMatchObject({ inputTokens: 100, outputTokens: 10 });
    const second = driveRun(state, { models, functions });
    second.driver.post({ type: 'wake' });
    await settled();
    expect(functions.calls.map(({ name }) => name)).toEqual(['add', 'gate', 'gate']);
    functions.gates.at(-1)!.open('opened');
    await second.driver.ended;
    expect(second.outputs()).toEqual({ a: 'done' });
    expect(models.calls).toHaveLength(2);
    expect(models.calls[1]?.messages.at(-1)).toMatchObject({
      answers: [
        { tool: 'test_add', output: 3 },
        { tool: 'test_gate', output: 'opened' },
      ],
    });
    expect([...state.rows.keys()]).toEqual(expect.arrayContaining(['a/tools[1]', 'a/tools[2]']));
    expect(second.view()).toMatchObject({ metrics: { tool_calls: 2, input_tokens: 200 } });
  });
});
