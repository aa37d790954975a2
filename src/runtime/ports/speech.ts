/** Models that speak and listen, whoever serves them. */
import type { Result } from '../../core/errors.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { ModelFailure, ModelName, OwnServer } from './models.ts';

export interface SpeechCall extends ModelName {
  /** Asked instead of the operator's server of this name. */
  readonly server?: OwnServer;
  /** At most as long as `speechLimit` says. */
  readonly text: string;
  /**
   * `voice`, `format`, `speed`, `language` and `instructions` mean the same everywhere. Any other goes
   * into the request as it is.
   */
  readonly options: JsonObject;
}

export interface SpeechReply {
  readonly audio: Uint8Array;
  /** What the audio is in: `mp3`, `wav`, `pcm_16000`, as the provider names it. */
  readonly format: string;
  /** Options that the provider's adapter could not honour. */
  readonly ignored: readonly string[];
}

export interface TranscriptCall extends ModelName {
  /** Asked instead of the operator's server of this name. */
  readonly server?: OwnServer;
  readonly audio: Uint8Array;
  /** Media type of the audio. */
  readonly contentType: string;
  /** `language` and `prompt` mean the same everywhere. Any other goes into the request as it is. */
  readonly options: JsonObject;
  /** Answers for the `mock` provider. */
  readonly examples?: JsonValue;
}

export interface TranscriptReply {
  readonly text: string;
  /** Seconds from the beginning; empty where the provider tells none. */
  readonly segments: readonly {
    readonly text: string;
    readonly start: number;
    readonly end: number;
  }[];
  /** As the provider names it. */
  readonly language?: string;
  readonly durationSeconds?: number;
  readonly ignored: readonly string[];
}

export interface Speech {
  /** Characters that a model speaks at a time. */
  speechLimit(model: ModelName): number;
  /** Asks once. Never rejects. */
  speak(call: SpeechCall, signal: AbortSignal): Promise<Result<SpeechReply, ModelFailure>>;
  /** Asks once. Never rejects. */
  transcribe(
    call: TranscriptCall,
    signal: AbortSignal,
  ): Promise<Result<TranscriptReply, ModelFailure>>;
}
