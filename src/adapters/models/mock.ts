/**
 * The offline provider: the same call gets the same answer. It answers from the recipe's `examples`,
 * else with a readable digest of the prompt, else with the smallest value that a schema allows.
 */
import { ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import { isJsonArray, isJsonObject } from '../../core/json.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { toolName } from '../../runtime/tool-name.ts';
import type {
  GenerateOptions,
  ModelCall,
  ModelFailure,
  ModelMessage,
  ModelReply,
  ToolCall,
} from '../../runtime/ports/models.ts';

const DIGEST_WORDS = 24;
const MAX_SCHEMA_DEPTH = 16;

export async function generateMock(
  call: ModelCall,
  { onText }: GenerateOptions,
): Promise<Result<ModelReply, ModelFailure>> {
  const prompt = call.messages.map(said).join('\n');
  const example = exampleFor(call.examples, prompt);
  const toolCalls = callsOf(call, example);
  const output = toolCalls.length > 0 ? '' : (example?.output ?? answer(call, prompt));
  const shown = typeof output === 'string' ? output : JSON.stringify(output);
  const inputTokens = countTokens(`${call.system ?? ''} ${prompt}`);
  // As a provider would: a few words at a time.
  for (const piece of onText === undefined ? [] : (shown.match(/\S+\s*|\s+/g) ?? []))
    onText?.(piece);
  return ok({
    output,
    usage: { inputTokens, outputTokens: countTokens(shown || JSON.stringify(toolCalls)) },
    toolCalls,
    finish: toolCalls.length > 0 ? 'tools' : 'stop',
    ignored: [],
  });
}

function said(message: ModelMessage): string {
  if (message.role !== 'tool') return message.content;
  return message.answers
    .map(({ output }) => (typeof output === 'string' ? output : JSON.stringify(output)))
    .join('\n');
}

interface Example {
  readonly output?: JsonValue;
  readonly calls: readonly JsonValue[];
}

/** A list of `{when, calls, output}`: the first whose `when` is part of the prompt; or one answer for all. */
function exampleFor(examples: JsonValue | undefined, prompt: string): Example | undefined {
  if (examples === undefined) return undefined;
  if (!isJsonArray(examples)) return { output: examples, calls: [] };
  const fitting = examples.find(
    (example) =>
      isJsonObject(example) &&
      ('output' in example || 'calls' in example) &&
      (example['when'] === undefined ||
        (typeof example['when'] === 'string' && prompt.includes(example['when']))),
  );
  if (!isJsonObject(fitting)) return undefined;
  const { output, calls } = fitting;
  return { calls: isJsonArray(calls) ? calls : [], ...(output !== undefined && { output }) };
}

/** Calls that the example asks for, `{tool, input}`, unless they have been answered. */
function callsOf({ messages, tools = [] }: ModelCall, example: Example | undefined): ToolCall[] {
  if (example === undefined || messages.some(({ role }) => role === 'tool')) return [];
  return example.calls.flatMap((call, index): ToolCall[] => {
    if (!isJsonObject(call) || typeof call['tool'] !== 'string') return [];
    const { tool: written, input = {} } = call;
    const tool = tools.find(({ name }) => name === toolName(String(written)))?.name;
    return tool === undefined ? [] : [{ id: `call_${index + 1}`, tool, input }];
  });
}

function answer({ responseSchema }: ModelCall, prompt: string): JsonValue {
  const digest = digestOf(prompt);
  return isJsonObject(responseSchema) ? instanceOf(responseSchema, digest, 0) : digest;
}

function digestOf(prompt: string): string {
  const words = prompt.trim().split(/\s+/);
  const shown = words.slice(0, DIGEST_WORDS).join(' ');
  return `[mock] ${shown}${words.length > DIGEST_WORDS ? ' …' : ''}`;
}

/** Words and marks, near enough to a tokenizer for limits and metrics to have something to count. */
function countTokens(text: string): number {
  return text.match(/[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu)?.length ?? 0;
}

/** The smallest value that a schema's types and bounds allow; text is the digest. */
function instanceOf(schema: JsonObject, text: string, depth: number): JsonValue {
  if (schema['const'] !== undefined) return schema['const'];
  if (schema['default'] !== undefined) return schema['default'];
  const choices = schema['enum'];
  if (isJsonArray(choices) && choices[0] !== undefined) return choices[0];
  const named = isJsonArray(schema['type']) ? schema['type'][0] : schema['type'];
  const type = typeof named === 'string' ? named : '';
  if (depth > MAX_SCHEMA_DEPTH) return null;
  switch (type) {
    case 'object':
      return objectOf(schema, text, depth);
    case 'array': {
      const { items, minItems } = schema;
      const count = typeof minItems === 'number' ? Math.min(minItems, 100) : 0;
      const item = isJsonObject(items) ? instanceOf(items, text, depth + 1) : null;
      return Array.from({ length: count }, () => item);
    }
    case 'integer':
    case 'number':
      return numberOf(schema);
    case 'boolean':
      return false;
    case 'null':
      return null;
    default:
      return type === '' && isJsonObject(schema['properties'])
        ? objectOf(schema, text, depth)
        : textOf(schema, text);
  }
}

function objectOf({ properties }: JsonObject, text: string, depth: number): JsonObject {
  if (!isJsonObject(properties)) return {};
  return Object.fromEntries(
    Object.entries(properties).map(([key, schema]) => [
      key,
      isJsonObject(schema) ? instanceOf(schema, text, depth + 1) : null,
    ]),
  );
}

function numberOf({ minimum, maximum }: JsonObject): number {
  if (typeof minimum === 'number') return minimum;
  return typeof maximum === 'number' ? Math.min(0, maximum) : 0;
}

function textOf({ minLength, maxLength }: JsonObject, text: string): string {
  const longest = typeof maxLength === 'number' ? maxLength : Infinity;
  const shortest = typeof minLength === 'number' ? Math.min(minLength, 10_000) : 0;
  return text.slice(0, longest).padEnd(shortest, '.');
}
