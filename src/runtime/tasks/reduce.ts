/** `reduce`: a function over a whole collection, which it gets as `items`. */
import { fail } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import { isJsonObject } from '../../core/json.ts';
import type { ReduceNode } from '../../core/recipe/plan.ts';
import { listOf, resolve, resolveReference } from '../../core/run/resolve.ts';
import type { TaskContext, TaskOutcome } from './task.ts';

export async function runReduce(given: TaskContext<ReduceNode>): Promise<Result<TaskOutcome>> {
  const { tenant, node, context, functions, signal } = given;
  const list = listOf(resolve(node.over, context));
  if (list === undefined) {
    return fail(
      'map_over_invalid',
      `Cannot go over "over" of node "${node.id}": expected a list or a map`,
    );
  }
  const reference = resolveReference(node.function, context.plan.functions, context);
  const found = await functions.find(tenant, reference, context.plan.functions);
  if (!found.ok) return found;
  const more = isJsonObject(given.input) ? given.input : {};
  const input = { ...more, items: list.items, ...(list.keys && { keys: list.keys }) };
  const called = await functions.call({ tenant, target: found.value, input }, signal);
  if (!called.ok) return called;
  const { output, logs: _logs, ...stats } = called.value;
  return { ok: true, value: { output, stats, inputs: more } };
}
