/** `function_task`: one call of a plugin's function. */
import { isJsonObject } from '../../core/json.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { FunctionNode } from '../../core/recipe/plan.ts';
import { resolveReference } from '../../core/run/resolve.ts';
import type { Active } from '../../core/run/state.ts';
import type { TaskContext, TaskOutcome } from './task.ts';
import type { Result } from '../../core/errors.ts';

export async function runFunction(given: TaskContext<FunctionNode>): Promise<Result<TaskOutcome>> {
  const { tenant, node, step, context, functions, signal } = given;
  const input = given.input ?? itemInput(step);
  const reference = resolveReference(node.function, context.plan.functions, context);
  const found = await functions.find(tenant, reference, context.plan.functions);
  if (!found.ok) return found;
  const called = await functions.call({ tenant, target: found.value, input }, signal);
  if (!called.ok) return called;
  const { output, logs: _logs, ...stats } = called.value;
  const inputs = given.input !== undefined && isJsonObject(input) ? { inputs: input } : undefined;
  return { ok: true, value: { output, stats, ...inputs } };
}

/** Without an `input`, a function in a map gets the item's fields and the item itself. */
function itemInput({ item }: Active): JsonObject {
  if (item === undefined) return {};
  const fields: JsonValue = item.item;
  return { ...(isJsonObject(fields) && fields), item: item.item };
}
