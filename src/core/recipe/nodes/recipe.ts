/** recipe: another recipe inside this run. */
import { compact } from '../compact.ts';
import type { NodeContext } from '../context.ts';
import type { RecipeNode } from '../plan.ts';
import { recipeTask } from '../schema/nodes.ts';
import { readShape } from '../shape.ts';
import type { ShapeInput } from '../shape.ts';
import { readCommon } from './common.ts';

export function readRecipe(shape: ShapeInput, context: NodeContext): RecipeNode | undefined {
  const keys = readShape(recipeTask, shape);
  if (keys === undefined) return undefined;
  const path = keys.recipe_path.trim();
  context.useRecipe(path, [...shape.path, 'recipe_path']);
  return {
    ...readCommon(keys, 'recipe', shape.path, context),
    type: 'recipe',
    path,
    hasOutput: keys.output !== undefined,
    ...compact({ inputMapping: keys.input_mapping, outputMapping: keys.output_mapping }),
  };
}
