/** language_task: one call of a language model. */
import { isJsonObject, ownProperty } from '../../json.ts';
import type { JsonObject, JsonValue } from '../../json.ts';
import { compact } from '../compact.ts';
import type { NodeContext } from '../context.ts';
import type { Path } from '../path.ts';
import type { LanguageNode } from '../plan.ts';
import { isPromptFile } from '../prompt-file.ts';
import { languageTask } from '../schema/nodes.ts';
import { readShape } from '../shape.ts';
import type { ShapeInput } from '../shape.ts';
import { readCommon } from './common.ts';
import { checkSchemaMap } from './json-schema.ts';
import { checkModel } from './model.ts';

export function readLanguageTask(
  shape: ShapeInput,
  context: NodeContext,
): LanguageNode | undefined {
  const keys = readShape(languageTask, shape);
  if (keys === undefined) return undefined;
  const { path } = shape;
  const prompt = promptText(keys.prompt, [...path, 'prompt'], context);
  const system = promptText(keys.system, [...path, 'system'], context);
  if (prompt === undefined && keys.messages === undefined) {
    context.report.add({
      code: 'missing_key',
      path,
      detail: `${capital(shape.what)} needs "prompt" or "messages"`,
    });
  }
  checkModel(keys.model, [...path, 'model'], context);
  checkSchemaMap(keys.response_schema, [...path, 'response_schema'], context);
  useTools(keys.tools ?? [], [...path, 'tools'], context);
  return {
    ...readCommon(keys, 'language_task', path, context),
    type: 'language_task',
    stream: keys.stream ?? false,
    ...compact({
      traceContent: keys.trace_content,
      prompt,
      system,
      messages: keys.messages,
      model: keys.model,
      responseSchema: keys.response_schema,
      examples: keys.examples,
      tools: keys.tools,
      options: optionsOf(keys),
    }),
  };
}

function promptText(
  text: string | number | boolean | undefined,
  path: Path,
  context: NodeContext,
): string | undefined {
  if (text === undefined) return undefined;
  const written = String(text);
  if (isPromptFile(written)) context.usePrompt(written, path);
  return written;
}

function optionsOf(keys: {
  readonly options?: JsonObject | undefined;
  readonly temperature?: JsonValue | undefined;
  readonly max_tokens?: JsonValue | undefined;
  readonly top_p?: JsonValue | undefined;
}): JsonObject | undefined {
  const { temperature, max_tokens, top_p } = keys;
  const options = { ...keys.options, ...compact({ temperature, max_tokens, top_p }) };
  return Object.keys(options).length === 0 ? undefined : options;
}

function useTools(tools: readonly JsonValue[], path: Path, context: NodeContext): void {
  for (const [index, tool] of tools.entries()) {
    const reference = isJsonObject(tool) ? ownProperty(tool, 'function_identifier') : tool;
    const at = [...path, index];
    if (typeof reference === 'string') context.useFunction(reference.trim(), at);
    else {
      const detail =
        'Cannot read a tool: it must be a function, or a map with "function_identifier"';
      context.report.add({ code: 'wrong_type', path: at, detail });
    }
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
