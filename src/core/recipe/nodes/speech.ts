/** text_to_speech_task and speech_to_text_task. */
import { isJsonObject, ownProperty } from '../../json.ts';
import type { JsonObject, JsonValue } from '../../json.ts';
import { compact } from '../compact.ts';
import type { NodeContext } from '../context.ts';
import type { SpeechNode } from '../plan.ts';
import { speechToTextTask, textToSpeechTask } from '../schema/nodes.ts';
import { readShape } from '../shape.ts';
import type { ShapeInput } from '../shape.ts';
import { readCommon } from './common.ts';
import { checkModel } from './model.ts';

export function readTextToSpeech(shape: ShapeInput, context: NodeContext): SpeechNode | undefined {
  const keys = readShape(textToSpeechTask, shape);
  if (keys === undefined) return undefined;
  needInput(keys.input, 'text', shape, context);
  checkModel(keys.model, [...shape.path, 'model'], context);
  const { voice, format, speed, language } = keys;
  return {
    ...readCommon(keys, 'text_to_speech_task', shape.path, context),
    type: 'text_to_speech_task',
    options: merged(keys.options, { voice, format, speed, language }),
    ...compact({ model: keys.model }),
  };
}

export function readSpeechToText(shape: ShapeInput, context: NodeContext): SpeechNode | undefined {
  const keys = readShape(speechToTextTask, shape);
  if (keys === undefined) return undefined;
  needInput(keys.input, 'audio_file', shape, context);
  checkModel(keys.model, [...shape.path, 'model'], context);
  const { language, response_format, prompt } = keys;
  return {
    ...readCommon(keys, 'speech_to_text_task', shape.path, context),
    type: 'speech_to_text_task',
    options: merged(keys.options, { language, response_format, prompt }),
    ...compact({ model: keys.model }),
  };
}

function merged(
  options: JsonObject | undefined,
  named: Readonly<Record<string, JsonValue | undefined>>,
): JsonObject {
  const given = Object.entries(named).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value] as const],
  );
  return { ...options, ...Object.fromEntries(given) };
}

function needInput(
  input: JsonValue | undefined,
  key: string,
  shape: ShapeInput,
  context: NodeContext,
): void {
  const isThere = isJsonObject(input)
    ? ownProperty(input, key) !== undefined
    : input !== undefined || context.isTask;
  if (isThere) return;
  const path = isJsonObject(input) ? [...shape.path, 'input'] : shape.path;
  context.report.add({
    code: 'missing_key',
    path,
    detail: `Input of ${shape.what} needs "${key}"`,
  });
}
