/** Models of language, whoever serves them. Speech has a page of its own and shares the failures. */
import type { Failure, Result } from '../../core/errors.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';

/** A call that the model makes of a tool that it was offered. */
export interface ToolCall {
  readonly id: string;
  readonly tool: string;
  readonly input: JsonValue;
}

export interface ToolAnswer {
  readonly id: string;
  readonly tool: string;
  readonly output: JsonValue;
  /** The call failed, and `output` says how. */
  readonly failed?: boolean;
}

export type ModelMessage =
  | { readonly role: 'user'; readonly content: string }
  | {
      readonly role: 'assistant';
      readonly content: string;
      readonly toolCalls?: readonly ToolCall[];
      /** What `ModelReply.turn` was: a provider may need its own words back as they were. */
      readonly turn?: JsonValue;
    }
  | { readonly role: 'tool'; readonly answers: readonly ToolAnswer[] };

export interface ModelTool {
  /** Letters, digits, `_` and `-`, as providers ask for. */
  readonly name: string;
  readonly description?: string;
  /** JSON Schema of its input: an object. */
  readonly input: JsonObject;
}

export interface ModelName {
  readonly provider: string;
  readonly model: string;
}

/** A server that a tenant has set up. It is asked where recipes may ask, and nowhere else. */
export interface OwnServer {
  readonly kind: 'openai' | 'anthropic' | 'google' | 'elevenlabs' | 'compatible';
  readonly baseUrl: string;
  readonly apiKey?: string;
  readonly structuredOutputs?: boolean;
}

export interface ModelCall extends ModelName {
  /** Asked instead of the operator's server of this name. */
  readonly server?: OwnServer;
  readonly system?: string;
  readonly messages: readonly ModelMessage[];
  /** JSON Schema of the answer, which is then JSON. */
  readonly responseSchema?: JsonValue;
  readonly tools?: readonly ModelTool[];
  /**
   * `temperature`, `max_tokens`, `top_p`, `top_k`, `stop`, `seed`, `presence_penalty`,
   * `frequency_penalty` mean the same everywhere. Any other goes into the request as it is.
   */
  readonly options: JsonObject;
  /** Answers for the `mock` provider. */
  readonly examples?: JsonValue;
}

/** Exact where the provider says so. Totals hold their parts. */
export interface ModelUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Of the input: read from, and written to, the provider's own cache. */
  readonly cachedTokens?: number;
  readonly cacheWriteTokens?: number;
  /** Of the output: thought, not said. */
  readonly reasoningTokens?: number;
}

export interface ModelReply {
  /** Text; with a `responseSchema` what the text says as JSON, or the text when it is none. */
  readonly output: JsonValue;
  /** Absent: the provider does not tell. */
  readonly usage?: ModelUsage;
  /** Not empty: the model wants these answered before it goes on. */
  readonly toolCalls: readonly ToolCall[];
  /** For the message that answers: see `ModelMessage`. */
  readonly turn?: JsonValue;
  /** `length`: it ended at `max_tokens`. */
  readonly finish: 'stop' | 'length' | 'tools' | 'other';
  /** Options that the provider's adapter could not honour. */
  readonly ignored: readonly string[];
}

export interface ModelFailure extends Failure {
  /** The provider asks for this much patience. */
  readonly retryAfterMs?: number;
  /** What was spent before it failed, as far as the provider has told. */
  readonly usage?: ModelUsage;
  /** Nothing says that it was no more than that: the provider was asked, and did not refuse. */
  readonly mayHaveCost?: boolean;
}

export interface GenerateOptions {
  readonly signal: AbortSignal;
  /** Takes the answer's text while it arrives; its presence asks the provider to stream. */
  readonly onText?: (text: string) => void;
}

export interface Models {
  /** Asks once. Whether it is worth another try is the caller's decision. Never rejects. */
  generate(call: ModelCall, options: GenerateOptions): Promise<Result<ModelReply, ModelFailure>>;
}
