/** One entry of `nodes`, by its type. */
import { isJsonObject, ownProperty } from '../../json.ts';
import type { JsonValue } from '../../json.ts';
import type { NodeContext } from '../context.ts';
import type { Path } from '../path.ts';
import type { NodeType, PlanNode } from '../plan.ts';
import { NODE_SCHEMAS } from '../schema/nodes.ts';
import { typeName } from '../shape.ts';
import type { ShapeInput } from '../shape.ts';
import { closest } from '../suggest.ts';
import { readFunctionTask } from './function-task.ts';
import { readHitl } from './hitl.ts';
import { readHttpTask } from './http-task.ts';
import { readLanguageTask } from './language-task.ts';
import { readMap } from './map.ts';
import { readRecipe } from './recipe.ts';
import { readReduce } from './reduce.ts';
import { readSpeechToText, readTextToSpeech } from './speech.ts';
import { readWait } from './wait.ts';

export function readNode(raw: JsonValue, path: Path, context: NodeContext): PlanNode | undefined {
  const { report } = context;
  if (!isJsonObject(raw)) {
    report.add({
      code: 'wrong_type',
      path,
      detail: `Cannot read a node: it must be a map, not ${typeName(raw)}`,
    });
    return undefined;
  }
  const id = ownProperty(raw, 'id');
  const what = context.isTask
    ? "a map's task"
    : typeof id === 'string'
      ? `node "${id.slice(0, 100)}"`
      : 'a node';
  const type = ownProperty(raw, 'type');
  if (type === undefined || type === null) {
    report.add({ code: 'missing_key', path, detail: `${capital(what)} needs "type"` });
    return undefined;
  }
  if (typeof type !== 'string' || !isNodeType(type)) {
    const written = typeof type === 'string' ? `"${type.slice(0, 100)}"` : typeName(type);
    report.add({
      code: 'unknown_type',
      path: [...path, 'type'],
      detail: `Cannot read ${what}: there is no node type ${written}`,
      suggestion: typeof type === 'string' ? closest(type, Object.keys(NODE_SCHEMAS)) : undefined,
    });
    return undefined;
  }
  if (!context.isRunnable(type)) {
    const detail = `Cannot run ${what}: this release does not run nodes of type "${type}"`;
    report.add({ code: 'unsupported_type', path: [...path, 'type'], detail });
  }
  return readOfType(type, { value: raw, path, report, what }, context);
}

function isNodeType(type: string): type is NodeType {
  return Object.hasOwn(NODE_SCHEMAS, type);
}

function readOfType(type: NodeType, shape: ShapeInput, context: NodeContext): PlanNode | undefined {
  switch (type) {
    case 'function_task':
      return readFunctionTask(shape, context);
    case 'language_task':
      return readLanguageTask(shape, context);
    case 'text_to_speech_task':
      return readTextToSpeech(shape, context);
    case 'speech_to_text_task':
      return readSpeechToText(shape, context);
    case 'map':
      return readMap(shape, context);
    case 'reduce':
      return readReduce(shape, context);
    case 'recipe':
      return readRecipe(shape, context);
    case 'hitl':
      return readHitl(shape, context);
    case 'http_task':
      return readHttpTask(shape, context);
    case 'wait':
      return readWait(shape, context);
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
