/** The options of a call: those that mean the same everywhere, and those for the request as they are. */
import { fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import { isJsonArray } from '../../core/json.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';

export interface CommonOptions {
  readonly temperature?: number;
  readonly maxOutputTokens?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly seed?: number;
  readonly presencePenalty?: number;
  readonly frequencyPenalty?: number;
  readonly stopSequences?: string[];
}

export interface ReadOptions {
  readonly common: CommonOptions;
  /** Merged into the body of the request. */
  readonly body: JsonObject;
}

const NUMBERS = {
  temperature: 'temperature',
  max_tokens: 'maxOutputTokens',
  top_p: 'topP',
  top_k: 'topK',
  seed: 'seed',
  presence_penalty: 'presencePenalty',
  frequency_penalty: 'frequencyPenalty',
} as const;
const STOPS = ['stop', 'stop_sequences'];
/** What the node itself says; an option of that name would take the request apart. */
const OWN = ['model', 'messages', 'input', 'contents', 'system', 'stream', 'stream_options'];

/** `null` is an option that is not set. */
export function readOptions(options: JsonObject): Result<ReadOptions> {
  const common: { [key: string]: JsonValue } = {};
  const body: { [key: string]: JsonValue } = {};
  for (const [key, value] of Object.entries(options)) {
    if (value === null) continue;
    if (OWN.includes(key)) return wrong(key, 'the request has its own');
    if (isNumberKey(key)) {
      const number = numberOf(value);
      if (number === undefined) return wrong(key, 'it must be a number');
      common[NUMBERS[key]] = number;
    } else if (STOPS.includes(key)) {
      const stops = isJsonArray(value) ? value : [value];
      if (!stops.every((stop) => typeof stop === 'string'))
        return wrong(key, 'it must be a text or a list of texts');
      common['stopSequences'] = stops;
    } else body[key] = value;
  }
  // SAFETY: each key was set above from a value of its type.
  return ok({ common: common as CommonOptions, body });
}

function isNumberKey(key: string): key is keyof typeof NUMBERS {
  return Object.hasOwn(NUMBERS, key);
}

/** A template may have made a text of it. */
function numberOf(value: JsonValue): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || !/^-?\d+(?:\.\d+)?$/.test(value)) return undefined;
  return Number(value);
}

function wrong(key: string, why: string): ReturnType<typeof fail> {
  return fail(
    'model_options_invalid',
    `Cannot use option "${key.slice(0, 100)}" of the model: ${why}`,
  );
}
