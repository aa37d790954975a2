/** function_task: one call of a plugin's function. */
import { isJsonObject, ownProperty } from '../../json.ts';
import type { NodeContext } from '../context.ts';
import type { Path } from '../path.ts';
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
  useCompensation(shape, context);
  return {
    ...readCommon(keys, 'function_task', shape.path, context),
    type: 'function_task',
    function: reference,
  };
}

/** `compensate: plugin.function`, or `{function_identifier, input}`. */
export function useCompensation(
  { value, path }: { value: ShapeInput['value']; path: Path },
  context: NodeContext,
): void {
  const given = isJsonObject(value) ? ownProperty(value, 'compensate') : undefined;
  const reference = isJsonObject(given) ? ownProperty(given, 'function_identifier') : given;
  if (given === undefined || given === null) return;
  if (typeof reference === 'string') context.useFunction(reference.trim(), [...path, 'compensate']);
  else {
    const detail =
      'Cannot read "compensate": it must be a function, or a map with "function_identifier"';
    context.report.add({ code: 'wrong_type', path: [...path, 'compensate'], detail });
  }
}
