/** An answer of the SDK's models, whole or in pieces, as a reply of ours. */
import type {
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4Usage,
  SharedV4Warning,
} from '@ai-sdk/provider';
import { ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import { parseJson } from '../../core/json.ts';
import type { JsonValue } from '../../core/json.ts';
import type { ModelFailure, ModelReply, ModelUsage, ToolCall } from '../../runtime/ports/models.ts';
import { modelFailure } from './faults.ts';
import type { Asked } from './faults.ts';

/** What both ways of asking end with. */
export interface Answer {
  readonly content: readonly LanguageModelV4Content[];
  readonly finishReason: LanguageModelV4FinishReason;
  readonly usage: LanguageModelV4Usage;
  readonly warnings: readonly SharedV4Warning[];
  /** Text of a structured answer, where it is apart from the content. */
  readonly structuredOutputText?: string;
}

export function replyOf(
  answer: Answer,
  { asked, isJson, isStreamed }: { asked: Asked; isJson: boolean; isStreamed: boolean },
): Result<ModelReply, ModelFailure> {
  const { finishReason, warnings } = answer;
  const content = withOwnIds(answer.content);
  const usage = usageOf(answer.usage);
  const { unified, raw } = finishReason;
  const about = { usage, mayHaveCost: usage === undefined };
  if (usage === undefined && content.length === 0) {
    const hints = ['its answer has nothing in it'];
    return { ok: false, error: modelFailure('provider_error', asked, { ...about, hints }) };
  }
  if (unified === 'content-filter')
    return { ok: false, error: modelFailure('provider_content_filter', asked, about) };
  if (
    unified === 'error' ||
    unified === 'interrupted' ||
    (unified === 'other' && raw === undefined)
  ) {
    // No provider ends an answer without a reason: the connection did, or it is no answer.
    const code = isStreamed ? 'provider_network' : 'provider_error';
    return { ok: false, error: modelFailure(code, asked, { usage, mayHaveCost: true }) };
  }
  const toolCalls = content.flatMap(toolCallOf);
  const text =
    answer.structuredOutputText ??
    content.map((part) => (part.type === 'text' ? part.text : '')).join('');
  return ok({
    output: isJson && toolCalls.length === 0 ? jsonOf(text) : text,
    ...(usage !== undefined && { usage }),
    toolCalls,
    ...(toolCalls.length > 0 && { turn: turnOf(content) }),
    finish:
      unified === 'length'
        ? 'length'
        : toolCalls.length > 0
          ? 'tools'
          : unified === 'stop'
            ? 'stop'
            : 'other',
    ignored: warnings.flatMap((warning) =>
      warning.type === 'unsupported' ? [warning.feature] : [],
    ),
  });
}

/** Answers to calls are told apart by their ids, which some servers give twice, or not at all. */
function withOwnIds(content: Answer['content']): Answer['content'] {
  const taken = new Set<string>();
  return content.map((part) => {
    if (part.type !== 'tool-call') return part;
    let id = part.toolCallId;
    for (let count = 2; id === '' || taken.has(id); count += 1)
      id = `${part.toolCallId || 'call'}_${count}`;
    taken.add(id);
    return id === part.toolCallId ? part : { ...part, toolCallId: id };
  });
}

/** Some models put a fence around JSON. What is no JSON stays text, for the schema to refuse. */
function jsonOf(text: string): JsonValue {
  const fenced = /^\s*```(?:json)?\s*\n([\s\S]*?)\n\s*```\s*$/.exec(text);
  const parsed = parseJson(text) ?? parseJson(fenced?.[1] ?? '');
  return parsed === undefined ? text : parsed.value;
}

function toolCallOf(part: LanguageModelV4Content): ToolCall[] {
  if (part.type !== 'tool-call' || part.providerExecuted === true) return [];
  const { toolCallId: id, toolName: tool, input } = part;
  // What is no JSON reaches the function's own check as the text it is.
  return [{ id, tool, input: input.trim() === '' ? {} : (parseJson(input)?.value ?? input) }];
}

/** The model's turn as a part of the next request: thoughts with their signatures included. */
function turnOf(content: readonly LanguageModelV4Content[]): JsonValue {
  const parts = content.flatMap((part) => {
    if (part.type !== 'text' && part.type !== 'reasoning' && part.type !== 'tool-call') return [];
    const { providerMetadata, ...rest } = part;
    const input = part.type === 'tool-call' ? { input: parseJson(part.input)?.value ?? {} } : {};
    return [{ ...rest, ...input, ...(providerMetadata && { providerOptions: providerMetadata }) }];
  });
  // SAFETY: parts of an answer that came as JSON.
  return JSON.parse(JSON.stringify(parts)) as JsonValue;
}

/** Nothing unless the provider tells both, as numbers that can be: a lie must not lower what was spent. */
function usageOf({ inputTokens, outputTokens }: LanguageModelV4Usage): ModelUsage | undefined {
  const { total: input, cacheRead, cacheWrite } = inputTokens;
  const { total: output, reasoning } = outputTokens;
  if (!isCount(input) || !isCount(output)) return undefined;
  const isPart = (part: number | undefined, whole: number): part is number =>
    isCount(part) && part > 0 && part <= whole;
  const cached = isPart(cacheRead, input) ? cacheRead : 0;
  return {
    inputTokens: input,
    outputTokens: output,
    ...(cached > 0 && { cachedTokens: cached }),
    ...(isPart(cacheWrite, input - cached) && { cacheWriteTokens: cacheWrite }),
    ...(isPart(reasoning, output) && { reasoningTokens: reasoning }),
  };
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
