/** What a stream has told of its tokens by now, in whichever protocol: all there is of it when it breaks off. */
import { isJsonObject, ownProperty } from '../../core/json.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { ModelUsage } from '../../runtime/ports/models.ts';
import { isCount } from './reply.ts';

/** The last numbers that were told; an event without any leaves them as they are. */
export function toldUsage(event: unknown, before: ModelUsage | undefined): ModelUsage | undefined {
  // SAFETY: an event is what JSON was parsed to.
  const value = event as JsonValue | undefined;
  if (value === undefined || !isJsonObject(value)) return before;
  const google = objectIn(value, 'usageMetadata');
  if (google !== undefined) {
    const thoughts = numberIn(google, 'thoughtsTokenCount') ?? 0;
    const said = numberIn(google, 'candidatesTokenCount') ?? 0;
    const input = numberIn(google, 'promptTokenCount');
    return usageOf(input, said + thoughts, before);
  }
  const usage = ['message', 'response'].reduce<JsonObject | undefined>(
    (found, key) => found ?? objectIn(objectIn(value, key), 'usage'),
    objectIn(value, 'usage'),
  );
  if (usage === undefined) return before;
  const input = numberIn(usage, 'prompt_tokens') ?? inputOf(usage);
  const output = numberIn(usage, 'completion_tokens') ?? numberIn(usage, 'output_tokens');
  return usageOf(input, output, before);
}

/** Anthropic's total is without what its cache has read and kept; OpenAI names neither so. */
function inputOf(usage: JsonObject): number | undefined {
  const input = numberIn(usage, 'input_tokens');
  if (input === undefined) return undefined;
  const read = numberIn(usage, 'cache_read_input_tokens') ?? 0;
  return input + read + (numberIn(usage, 'cache_creation_input_tokens') ?? 0);
}

function usageOf(
  input: number | undefined,
  output: number | undefined,
  before: ModelUsage | undefined,
): ModelUsage | undefined {
  if (input === undefined && output === undefined) return before;
  return {
    inputTokens: input ?? before?.inputTokens ?? 0,
    outputTokens: output ?? before?.outputTokens ?? 0,
  };
}

function objectIn(value: JsonObject | undefined, key: string): JsonObject | undefined {
  const member = value === undefined ? undefined : ownProperty(value, key);
  return isJsonObject(member) ? member : undefined;
}

function numberIn(value: JsonObject, key: string): number | undefined {
  const member = ownProperty(value, key);
  return isCount(member) ? member : undefined;
}
