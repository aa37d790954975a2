/**
 * The offline provider: the same call gets the same answer. It answers from the recipe's `examples`,
 * else with a readable digest of the prompt, else with the smallest value that a schema allows.
 */
import { fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import { isJsonArray, isJsonObject } from '../../core/json.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { ModelCall, ModelReply } from '../../runtime/ports.ts';

const DIGEST_WORDS = 24;
const MAX_SCHEMA_DEPTH = 16;

export async function generateMock(call: ModelCall): Promise<Result<ModelReply>> {
  const prompt = call.messages.map(({ content }) => content).join('\n');
  const output = exampleFor(call.examples, prompt) ?? answer(call, prompt);
  const shown = typeof output === 'string' ? output : JSON.stringify(output);
  const inputTokens = countTokens(`${call.system ?? ''} ${prompt}`);
  return ok({ output, inputTokens, outputTokens: countTokens(shown) });
}

/** A list of `{when, output}`: the first whose `when` is part of the prompt; or one answer for all. */
function exampleFor(examples: JsonValue | undefined, prompt: string): JsonValue | undefined {
  if (examples === undefined) return undefined;
  if (!isJsonArray(examples)) return examples;
  const fitting = examples.find(
    (example) =>
      isJsonObject(example) &&
      'output' in example &&
      (example['when'] === undefined ||
        (typeof example['when'] === 'string' && prompt.includes(example['when']))),
  );
  return isJsonObject(fitting) ? fitting['output'] : undefined;
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

/** For a provider that this release does not speak. */
export function unknownProvider(name: string): Result<ModelReply> {
  return fail('provider_unknown', `Cannot ask provider "${name}": only "mock" is set up`);
}
