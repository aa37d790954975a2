/** What a `language_task` asks, its templates rendered: everything but the model. */
import { ComposerError } from '../../core/errors.ts';
import { isJsonArray, isJsonObject, ownProperty } from '../../core/json.ts';
import type { LanguageNode } from '../../core/recipe/plan.ts';
import { resolve, resolveSchema, resolveToText } from '../../core/run/resolve.ts';
import type { ResolveContext } from '../../core/run/resolve.ts';
import type { Request } from '../models/ask.ts';
import type { ModelMessage, ModelTool } from '../ports/models.ts';

export function languageRequest(
  node: LanguageNode,
  context: ResolveContext,
  tools: readonly ModelTool[],
): Request {
  const prompt = node.prompt === undefined ? [] : [promptText(node.prompt, context)];
  const messages = [
    ...messagesOf(node, context),
    ...prompt.map((content) => ({ role: 'user' as const, content })),
  ];
  const { responseSchema } = node;
  const schema = responseSchema === undefined ? undefined : resolveSchema(responseSchema, context);
  return {
    messages,
    ...(node.system !== undefined && { system: promptText(node.system, context) }),
    ...(schema !== undefined && { responseSchema: schema }),
    ...(node.examples !== undefined && { examples: resolve(node.examples, context) }),
    ...(tools.length > 0 && { tools }),
  };
}

/** A prompt is its own text, or the name of one in the plan. */
function promptText(text: string, context: ResolveContext): string {
  return resolveToText(ownProperty(context.plan.prompts, text) ?? text, context);
}

function messagesOf(node: LanguageNode, context: ResolveContext): ModelMessage[] {
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
