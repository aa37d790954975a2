/**
 * What a call comes to at most, before it is made.
 *
 * No tokenizer in use makes more tokens than a text has bytes, so bytes are what a prompt is counted
 * at, unless the settings say that a token has more of them.
 */
import { isJsonObject, ownProperty, utf8Length } from '../../core/json.ts';
import type { JsonValue } from '../../core/json.ts';
import type { ModelCall } from '../ports/models.ts';
import type { Price } from '../settings/prices.ts';

export interface Worst {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Of each, in US dollars. */
  readonly inputUsd: number;
  readonly outputUsd: number;
}

export interface WorstTerms {
  readonly priced: Price | undefined;
  /** Bytes that a token of a prompt has at least. */
  readonly bytesPerToken: number;
}

/** Of an answer whose length nobody has limited, where it must have a limit. */
export const USUAL_MAX_TOKENS = 4_096;
/** What a server puts around a conversation, and around each message of it. */
const CALL_TOKENS = 64;
const MESSAGE_TOKENS = 64;
/** Instructions that a provider adds where there are tools or a schema: some are 800 tokens long. */
const INSTRUCTION_TOKENS = 1_024;

const MILLION = 1_000_000;

/** With an answer as long as it may be. */
export function worstOf(call: ModelCall, { priced, bytesPerToken }: WorstTerms): Worst {
  const { system = '', messages, tools = [], responseSchema, options } = call;
  const isInstructed = tools.length > 0 || responseSchema !== undefined;
  const texts = [
    system,
    ...messages.map((message) => JSON.stringify(message)),
    JSON.stringify([tools, responseSchema ?? null, options]),
  ];
  const bytes = texts.reduce((sum, text) => sum + utf8Length(text), 0);
  const inputTokens =
    Math.ceil(bytes / bytesPerToken) +
    CALL_TOKENS +
    messages.length * MESSAGE_TOKENS +
    (isInstructed ? INSTRUCTION_TOKENS : 0);
  const outputTokens = (maxTokensOf(call) ?? USUAL_MAX_TOKENS) * answersOf(call);
  const { input = 0, output = 0, cache_write: written = input } = priced ?? {};
  return {
    inputTokens,
    outputTokens,
    inputUsd: (inputTokens * Math.max(input, written)) / MILLION,
    outputUsd: (outputTokens * output) / MILLION,
  };
}

/** The largest of all that may end an answer: which of them a server heeds is its business. */
export function maxTokensOf({ options }: Pick<ModelCall, 'options'>): number | undefined {
  const given = [
    options['max_tokens'],
    options['max_completion_tokens'],
    options['max_output_tokens'],
    memberOf(options['generationConfig'], 'maxOutputTokens'),
  ];
  const limits = given.map(Number).filter((limit) => Number.isFinite(limit) && limit > 0);
  return limits.length === 0 ? undefined : Math.max(...limits);
}

/** Whether what goes into the request as it is would take the limit of the answer out of it. */
export function hidesLimit({ options }: Pick<ModelCall, 'options'>): boolean {
  const { generationConfig: own = null } = options;
  if (own === null) return false;
  if (!isJsonObject(own)) return true;
  const limit = ownProperty(own, 'maxOutputTokens');
  return limit !== undefined && !(typeof limit === 'number' && limit > 0);
}

/** Answers that are asked for at once: each may be as long as one may be. */
function answersOf({ options }: ModelCall): number {
  const given = [
    options['n'],
    options['best_of'],
    memberOf(options['generationConfig'], 'candidateCount'),
  ];
  const counts = given.map(Number).filter((count) => Number.isInteger(count) && count > 0);
  return Math.max(1, ...counts);
}

function memberOf(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return isJsonObject(value) ? ownProperty(value, key) : undefined;
}
