/** `language_task`: one answer of a language model, as text or as the object a schema describes. */
import { ComposerError, fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import { isJsonArray, isJsonObject, ownProperty } from '../../core/json.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { schemaFaults } from '../../core/json-schema.ts';
import type { LanguageNode } from '../../core/recipe/plan.ts';
import { lookUpReference, resolve, resolveSchema, resolveToText } from '../../core/run/resolve.ts';
import type { ResolveContext } from '../../core/run/resolve.ts';
import type { Active } from '../../core/run/state.ts';
import type { CallIdentity } from '../cache/identity.ts';
import type { Outcome } from '../cache/reuse.ts';
import type { ModelCall, ModelReply } from '../ports/models.ts';
import type { TaskContext, TaskOutcome } from './task.ts';

/** Answers offline, so that a recipe without a model runs before any key is set. */
const DEFAULT_MODEL: JsonObject = { provider: 'mock', model: 'digest' };

interface NamedModel {
  readonly provider: string;
  readonly model: string;
  /** All else that the author wrote, for the provider. */
  readonly options: JsonObject;
}

export async function runLanguage(given: TaskContext<LanguageNode>): Promise<Outcome> {
  const { node, step, context, input, models, reuse, signal } = given;
  const request = requestOf(node, context);
  const chain = modelsOf(node, step, context);
  let last: Outcome = fail('model_missing', `Cannot answer node "${node.id}": it names no model`);
  for (const { provider, model, options } of chain) {
    const call: ModelCall = {
      ...request,
      provider,
      model,
      options: { ...node.options, ...options },
    };
    last = await reuse(identityOf(call), async (within) => {
      const reply = await models.generate(call, { signal: within });
      return reply.ok ? checked(reply.value, { node, call, input }) : reply;
    });
    if (last.ok || last.error.throttle !== undefined) return last;
    if (!last.error.retryable || signal.aborted) return last;
  }
  return last;
}

/** The same model with the same options, asked the same. */
function identityOf({ messages, system, examples, ...target }: ModelCall): CallIdentity {
  return {
    kind: 'model',
    // SAFETY: a call is plain JSON, and what is undefined is not in it.
    target: target as unknown as JsonObject,
    input: [messages, system ?? null, examples ?? null] as unknown as JsonValue,
    tags: [`model:${target.provider}/${target.model}`],
  };
}

function checked(
  reply: ModelReply,
  { node, call, input }: { node: LanguageNode; call: ModelCall; input: JsonValue | undefined },
): Result<TaskOutcome> {
  const { output, usage } = reply;
  const { inputTokens, outputTokens } = usage;
  const [fault] =
    call.responseSchema === undefined ? [] : schemaFaults(call.responseSchema, output);
  if (fault !== undefined) {
    return fail(
      'invalid_output',
      `Cannot accept the answer of node "${node.id}" at "${fault.pointer}": ${fault.detail}`,
    );
  }
  const stats = { inputTokens, outputTokens, provider: call.provider };
  return ok({ output, stats, ...(isJsonObject(input) && { inputs: input }) });
}

function requestOf(
  node: LanguageNode,
  context: ResolveContext,
): Pick<ModelCall, 'messages'> & Partial<ModelCall> {
  const prompt = node.prompt === undefined ? [] : [promptText(node.prompt, context)];
  const messages = [
    ...messagesOf(node, context),
    ...prompt.map((content) => ({ role: 'user' as const, content })),
  ];
  return {
    messages,
    ...(node.system !== undefined && { system: promptText(node.system, context) }),
    ...(node.responseSchema !== undefined && {
      responseSchema: resolveSchema(node.responseSchema, context),
    }),
    ...(node.examples !== undefined && { examples: resolve(node.examples, context) }),
  };
}

/** A prompt is its own text, or the name of one in the plan. */
function promptText(text: string, context: ResolveContext): string {
  return resolveToText(ownProperty(context.plan.prompts, text) ?? text, context);
}

function messagesOf(node: LanguageNode, context: ResolveContext): ModelCall['messages'] {
  if (node.messages === undefined) return [];
  const messages = resolve(node.messages, context);
  if (!isJsonArray(messages))
    throw new ComposerError(
      'template_error',
      `Cannot read "messages" of node "${node.id}": expected a list`,
    );
  return messages.map((message) => {
    const { role = 'user', content = '' } = isJsonObject(message) ? message : { content: message };
    if (role !== 'user' && role !== 'assistant') {
      throw new ComposerError(
        'template_error',
        `Cannot read "messages" of node "${node.id}": "role" is "user" or "assistant"`,
      );
    }
    return { role, content: typeof content === 'string' ? content : JSON.stringify(content) };
  });
}

/** The models to try in order: the node's, else the recipe's, else the offline one. */
function modelsOf(node: LanguageNode, step: Active, context: ResolveContext): NamedModel[] {
  const written = node.model ?? context.plan.modelConfig ?? DEFAULT_MODEL;
  const given = itemModel(step) ?? resolve(written, context);
  const list = isJsonArray(given) ? given : [given];
  return list
    .map((value) => (isReference(value) ? lookUpReference(value, context) : value))
    .flatMap((value) => (isJsonArray(value) ? value : [value]))
    .map((value) => modelOf(node, value));
}

/** An item names its own model. It is data: no template in it is rendered. */
function itemModel({ item }: Active): JsonValue | undefined {
  return isJsonObject(item?.item) ? ownProperty(item.item, 'model_override') : undefined;
}

function isReference(value: JsonValue): value is string {
  return typeof value === 'string' && value.startsWith('@');
}

function modelOf(node: LanguageNode, value: JsonValue): NamedModel {
  if (typeof value === 'string') {
    const [provider = '', ...rest] = value.split('/');
    if (rest.length > 0) return { provider, model: rest.join('/'), options: {} };
  }
  if (isJsonObject(value) && typeof value['provider'] === 'string') {
    const { provider, model = '', ...options } = value;
    if (typeof model === 'string') return { provider, model, options };
  }
  throw new ComposerError(
    'model_missing',
    `Cannot use model ${JSON.stringify(value)} of node "${node.id}": expected "provider/model" or {provider, model}`,
  );
}
