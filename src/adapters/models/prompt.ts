/** A call of ours as the SDK's models take it. */
import type { LanguageModelV4CallOptions, LanguageModelV4Message } from '@ai-sdk/provider';
import { isJsonObject, ownProperty } from '../../core/json.ts';
import type { JsonValue } from '../../core/json.ts';
import type { ModelCall, ModelMessage } from '../../runtime/ports/models.ts';
import type { CommonOptions } from './options.ts';
import type { ModelServer } from './servers.ts';

type AssistantParts = Extract<LanguageModelV4Message, { role: 'assistant' }>['content'];

export function callOptions(
  call: ModelCall,
  server: ModelServer,
  common: CommonOptions,
): LanguageModelV4CallOptions {
  const { responseSchema, tools = [] } = call;
  const system = systemOf(call, server);
  return {
    ...common,
    prompt: [
      ...(system === undefined ? [] : [{ role: 'system' as const, content: system }]),
      ...call.messages.map(messageOf),
    ],
    ...(responseSchema !== undefined && {
      // SAFETY: a JSON Schema is a JSON value, and its author's business.
      responseFormat: { type: 'json' as const, schema: responseSchema as object, name: 'answer' },
    }),
    ...(tools.length > 0 && {
      tools: tools.map(({ name, description, input }) => ({
        type: 'function' as const,
        name,
        inputSchema: { ...input },
        ...(description !== undefined && { description }),
      })),
    }),
    providerOptions: providerOptions(call, server),
  };
}

/** A server that takes no schema is told of it in words. */
function systemOf({ system, responseSchema }: ModelCall, server: ModelServer): string | undefined {
  if (responseSchema === undefined || server.structuredOutputs !== false) return system;
  const told = `Answer with JSON alone that fits this JSON Schema: ${JSON.stringify(responseSchema)}`;
  return system === undefined ? told : `${system}\n\n${told}`;
}

/** OpenAI holds a model to a schema strictly only when the schema is of the kind that it can hold to. */
function providerOptions(
  { provider, responseSchema }: ModelCall,
  { kind }: ModelServer,
): NonNullable<LanguageModelV4CallOptions['providerOptions']> {
  if (responseSchema === undefined || (kind !== 'openai' && kind !== 'compatible')) return {};
  const name =
    kind === 'openai'
      ? 'openai'
      : provider.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  return { [name]: { strictJsonSchema: isStrict(responseSchema) } };
}

/** Every object names all its members as required and allows no others. */
function isStrict(schema: JsonValue): boolean {
  if (Array.isArray(schema)) return schema.every((member: JsonValue) => isStrict(member));
  if (!isJsonObject(schema)) return true;
  const properties = ownProperty(schema, 'properties');
  if (ownProperty(schema, 'type') === 'object' || properties !== undefined) {
    const names = isJsonObject(properties) ? Object.keys(properties) : [];
    const required = ownProperty(schema, 'required');
    const all = Array.isArray(required) && names.every((name) => required.includes(name));
    if (!all || ownProperty(schema, 'additionalProperties') !== false) return false;
  }
  return Object.values(schema).every(isStrict);
}

function messageOf(message: ModelMessage): LanguageModelV4Message {
  switch (message.role) {
    case 'user':
      return { role: 'user', content: [{ type: 'text', text: message.content }] };
    case 'assistant':
      return { role: 'assistant', content: assistantParts(message) };
    case 'tool':
      return {
        role: 'tool',
        content: message.answers.map(({ id, tool, output, failed = false }) => ({
          type: 'tool-result' as const,
          toolCallId: id,
          toolName: tool,
          output: failed
            ? { type: 'error-text' as const, value: textOf(output) }
            : typeof output === 'string'
              ? { type: 'text' as const, value: output }
              : // SAFETY: the same values, without our readonly.
                { type: 'json' as const, value: output as never },
        })),
      };
  }
}

function assistantParts({
  content,
  toolCalls = [],
  turn,
}: Extract<ModelMessage, { role: 'assistant' }>): AssistantParts {
  // SAFETY: made by `turnOf` of an earlier reply.
  if (Array.isArray(turn)) return turn as unknown as AssistantParts;
  return [
    ...(content === '' ? [] : [{ type: 'text' as const, text: content }]),
    ...toolCalls.map(({ id, tool, input }) => ({
      type: 'tool-call' as const,
      toolCallId: id,
      toolName: tool,
      input,
    })),
  ];
}

function textOf(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
