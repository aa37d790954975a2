/** reduce: a function over a collection. */
import type { NodeContext } from '../context.ts';
import type { ReduceNode } from '../plan.ts';
import { reduceTask } from '../schema/nodes.ts';
import { readShape } from '../shape.ts';
import type { ShapeInput } from '../shape.ts';
import { readCommon } from './common.ts';
import { checkFileOver } from './file-over.ts';

export function readReduce(shape: ShapeInput, context: NodeContext): ReduceNode | undefined {
  const keys = readShape(reduceTask, shape);
  if (keys === undefined) return undefined;
  checkFileOver(keys.over, [...shape.path, 'over'], context);
  const reference = keys.function_identifier.trim();
  context.useFunction(reference, [...shape.path, 'function_identifier']);
  return {
    ...readCommon(keys, 'reduce', shape.path, context),
    type: 'reduce',
    over: keys.over,
    function: reference,
  };
}
