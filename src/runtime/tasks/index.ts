/** Which node types run, and what runs them. Maps and sub-recipes are the engine's own. */
import type { PlanNode, NodeType } from '../../core/recipe/plan.ts';
import { runFunction } from './function.ts';
import { runLanguage } from './language.ts';
import { runReduce } from './reduce.ts';
import type { Task } from './task.ts';

const TASKS: { readonly [T in NodeType]?: Task<Extract<PlanNode, { type: T }>> } = {
  function_task: runFunction,
  language_task: runLanguage,
  reduce: runReduce,
};

export function findTask(type: NodeType): Task<PlanNode> | undefined {
  // SAFETY: each entry takes the node whose type is its key.
  return TASKS[type] as Task<PlanNode> | undefined;
}

/** Whether this release can run nodes of a type. */
export function isRunnable(type: NodeType): boolean {
  return type === 'map' || type === 'recipe' || Object.hasOwn(TASKS, type);
}
