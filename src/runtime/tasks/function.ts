/** `function_task`: one call of a plugin's function. */
import { isJsonObject } from '../../core/json.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { FunctionNode, PinnedFunction } from '../../core/recipe/plan.ts';
import { resolveReference } from '../../core/run/resolve.ts';
import type { Active } from '../../core/run/state.ts';
import type { CallIdentity } from '../cache/identity.ts';
import type { Outcome } from '../cache/reuse.ts';
import type { TaskContext } from './task.ts';

export async function runFunction(given: TaskContext<FunctionNode>): Promise<Outcome> {
  const { tenant, node, step, context, functions, reuse } = given;
  const input = given.input ?? itemInput(step);
  const reference = resolveReference(node.function, context.plan.functions, context);
  const found = await functions.find(tenant, reference, context.plan.functions);
  if (!found.ok) return found;
  const target = found.value;
  const inputs = given.input !== undefined && isJsonObject(input) ? { inputs: input } : undefined;
  return reuse(functionIdentity('function', target, input), async (within) => {
    const called = await functions.call({ tenant, target, input }, within);
    if (!called.ok) return called;
    const { output, logs: _logs, ...stats } = called.value;
    return { ok: true, value: { output, stats, ...inputs } };
  });
}

/** The same bytes with the same input. */
export function functionIdentity(
  kind: 'function' | 'reduce',
  { plugin, function: id, hash, export: name, pure }: PinnedFunction,
  input: JsonValue,
): CallIdentity {
  const tags = [`plugin:${plugin}`, `function:${plugin}.${id}`];
  return { kind, target: [hash, name], input, tags, isPure: pure };
}

/** Without an `input`, a function in a map gets the item's fields and the item itself. */
function itemInput({ item }: Active): JsonObject {
  if (item === undefined) return {};
  const fields: JsonValue = item.item;
  return { ...(isJsonObject(fields) && fields), item: item.item };
}
