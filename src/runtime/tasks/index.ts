/** Which node types run, and what runs them. What holds or waits is the engine's own. */
import type { PlanNode, NodeType } from '../../core/recipe/plan.ts';
import { runFunction } from './function.ts';
import { runHttp } from './http.ts';
import { runLanguage } from './language.ts';
import { findChunks } from './map-file.ts';
import { runReduce } from './reduce.ts';
import { runSpeech } from './speech.ts';
import type { Task } from './task.ts';

const TASKS: { readonly [T in NodeType]?: Task<Extract<PlanNode, { type: T }>> } = {
  function_task: runFunction,
  http_task: runHttp,
  language_task: runLanguage,
  map: findChunks,
  reduce: runReduce,
  speech_to_text_task: runSpeech,
  text_to_speech_task: runSpeech,
};

const ENGINE_TYPES: ReadonlySet<NodeType> = new Set(['map', 'recipe', 'wait', 'hitl']);

export function findTask(type: NodeType): Task<PlanNode> | undefined {
  // SAFETY: each entry takes the node whose type is its key.
  return TASKS[type] as Task<PlanNode> | undefined;
}

/** Whether this release can run nodes of a type. */
export function isRunnable(type: NodeType): boolean {
  return ENGINE_TYPES.has(type) || Object.hasOwn(TASKS, type);
}
