/** A run that fails in an item of its map, and then in a node of its sub-recipe. */
import type { Plan } from '../../src/core/recipe/plan.ts';
import { settled } from './manual-clock.ts';
import type { TestPartition } from './partition.ts';
import { planOf } from './run-recipe.ts';

const FLAKY = `
name: flaky
user_inputs: [{id: times, type: int, default: 1}]
nodes:
  - {id: a, type: function_task, function_identifier: test.echo, input: {v: once}}
  - id: m
    type: map
    over: [1, 2, 3, 4]
    max_concurrency: 4
    collect: values
    task: {type: function_task, function_identifier: test.flaky, input: {key: "m{{ item }}", times: "{{ 1 if item == 3 else 0 }}", code: plugin_error, value: "{{ item }}"}}
  - id: s
    type: recipe
    recipe_path: inner.yaml
    input_mapping: {times: "{{ times }}"}
  - {id: z, type: function_task, function_identifier: test.echo, input: {v: last}}
`;
const INNER = `
name: inner
user_inputs: [{id: times, type: int}]
nodes:
  - {id: x, type: function_task, function_identifier: test.upper, input: {text: once}}
  - {id: y, type: function_task, function_identifier: test.flaky, input: {key: y, times: "{{ times }}", code: plugin_error, value: done}}
`;

export async function startFlaky(
  partition: TestPartition,
): Promise<{ readonly id: string; readonly plan: Plan }> {
  const plan = planOf(FLAKY, { sources: { 'recipes/inner.yaml': INNER } });
  const { id } = partition.submit(plan);
  await settled();
  return { id, plan };
}
