/** map: one task for every item of a collection. */
import { isFileOver } from '../../chunk/spec.ts';
import { isJsonObject, ownProperty } from '../../json.ts';
import type { JsonObject, JsonValue } from '../../json.ts';
import { compact } from '../compact.ts';
import type { NodeContext } from '../context.ts';
import { parseDuration } from '../duration.ts';
import { readsOf } from '../reads.ts';
import type { Path } from '../path.ts';
import type { MapNode, PlanNode } from '../plan.ts';
import { mapTask } from '../schema/nodes.ts';
import { readShape, typeName } from '../shape.ts';
import type { ShapeInput } from '../shape.ts';
import { readCommon, readRetry, retryKeys } from './common.ts';
import { checkFileOver } from './file-over.ts';

const MAX_CONCURRENCY = 10;
export const TASK_ID = 'task';
const TASK_OUTPUT = 'result';

export function readMap(shape: ShapeInput, context: NodeContext): MapNode | undefined {
  const keys = readShape(mapTask, shape);
  const raw = isJsonObject(shape.value) ? ownProperty(shape.value, 'task') : undefined;
  const task = raw === undefined || raw === null ? undefined : readMapTask(raw, shape, context);
  if (keys === undefined || task === undefined) return undefined;
  checkOver(keys.over, [...shape.path, 'over'], context);
  checkFileOver(keys.over, [...shape.path, 'over'], context);
  checkFileTask(keys.over, task, shape, context);
  const common = readCommon(keys, 'map', shape.path, context);
  // Retried without a policy of its own: the language's.
  const itemRetry = retryKeys(keys) ?? (keys.on_error === 'retry' ? {} : undefined);
  const isRetrySet =
    isJsonObject(raw) &&
    ['retry', 'retry_config', 'max_retries'].some((key) => Object.hasOwn(raw, key));
  return {
    ...common,
    type: 'map',
    retry: readRetry([], 'map'),
    over: keys.over,
    task:
      itemRetry === undefined || isRetrySet
        ? task
        : { ...task, retry: readRetry([itemRetry], task.type) },
    maxConcurrency:
      keys.execution_mode === 'sequential'
        ? 1
        : (keys.max_concurrency ?? context.defaults.max_concurrency ?? MAX_CONCURRENCY),
    itemErrors:
      keys.on_error === 'skip' || keys.on_error === 'drop'
        ? keys.on_error
        : defaultItemErrors(keys.on_error, context),
    collect: keys.collect ?? defaultCollect(isJsonObject(raw) ? raw : {}),
    ...compact({ batchSize: keys.batch_size, itemTimeoutMs: parseDuration(keys.item_timeout) }),
  };
}

function defaultItemErrors(
  onError: string | undefined,
  { defaults }: NodeContext,
): 'halt' | 'skip' {
  return onError === undefined && defaults.on_error === 'skip' ? 'skip' : 'halt';
}

function readMapTask(
  raw: JsonValue,
  { path, what, report }: ShapeInput,
  context: NodeContext,
): PlanNode | undefined {
  const at = [...path, 'task'];
  if (!isJsonObject(raw)) {
    report.add({
      code: 'wrong_type',
      path: at,
      detail: `Cannot read the task of ${what}: it must be a map, not ${typeName(raw)}`,
    });
    return undefined;
  }
  if (Object.hasOwn(raw, 'id')) {
    const detail = `The task of ${what} needs no "id": it has no place in the graph`;
    report.add({ code: 'task_with_id', path: [...at, 'id'], at: 'key', detail });
  }
  const output = ownProperty(raw, 'output') ?? TASK_OUTPUT;
  const node = context.readTask({ ...raw, id: TASK_ID, output }, at, { ...context, isTask: true });
  // The name that every task has is not one that its author chose.
  return node?.type === 'recipe' ? { ...node, hasOutput: Object.hasOwn(raw, 'output') } : node;
}

function checkOver(over: JsonValue, path: Path, { report }: NodeContext): void {
  if (typeof over === 'object' || (typeof over === 'string' && over.trim() !== '')) return;
  const detail = `Cannot map over ${over === '' ? 'empty text' : typeName(over)}: give a list, a map, or an expression`;
  report.add({ code: 'map_over_invalid', path, detail });
}

/** A chunk's text is read when its task is attempted, which a map or a sub-recipe never is. */
function checkFileTask(
  over: JsonValue,
  { type }: PlanNode,
  { path }: ShapeInput,
  { report }: NodeContext,
): void {
  if (!isFileOver(over) || (type !== 'map' && type !== 'recipe')) return;
  const detail = `A map over a file cannot have a ${type} as its task`;
  report.add({ code: 'map_over_invalid', path: [...path, 'task'], detail });
}

const ITEM_NAMES = new Set(['item', 'index', 'loop']);
const BARE_KEY = /^[A-Za-z_][\w-]*(?:\.\w+|\[-?\d+\])*$/;

/** Values only where every input is a bare key of the item, and nothing speaks of the item itself. */
function defaultCollect(task: JsonObject): 'values' | 'records' {
  const input = ownProperty(task, 'input');
  if (input === undefined || input === null) return 'records';
  const reads = readsOf(task, []).reads;
  if (reads.some(({ root }) => ITEM_NAMES.has(root))) return 'records';
  const values = isJsonObject(input) ? Object.values(input) : [input];
  return values.every((value) => typeof value === 'string' && BARE_KEY.test(value))
    ? 'values'
    : 'records';
}
