/** function_task: one call of a plugin's function. */
import type { NodeContext } from '../context.ts';
import type { FunctionNode } from '../plan.ts';
import { functionTask } from '../schema/nodes.ts';
import { readShape } from '../shape.ts';
import type { ShapeInput } from '../shape.ts';
import { readCommon } from './common.ts';

export function readFunctionTask(
  shape: ShapeInput,
  context: NodeContext,
): FunctionNode | undefined {
  const keys = readShape(functionTask, shape);
  if (keys === undefined) return undefined;
  const reference = keys.function_identifier.trim();
  context.useFunction(reference, [...shape.path, 'function_identifier']);
  return {
    ...readCommon(keys, 'function_task', shape.path, context),
    type: 'function_task',
    function: reference,
  };
}
