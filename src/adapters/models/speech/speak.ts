/** One text spoken by a provider. */
import { fail, ok } from '../../../core/errors.ts';
import type { Result } from '../../../core/errors.ts';
import type { JsonValue } from '../../../core/json.ts';
import type { ModelFailure, ModelName } from '../../../runtime/ports/models.ts';
import type { SpeechCall, SpeechReply } from '../../../runtime/ports/speech.ts';
import { faultOf, lateFailure, modelFailure } from '../faults.ts';
import type { Asked } from '../faults.ts';
import type { GenerateDeps } from '../generate.ts';
import { sendWith } from '../send.ts';
import type { ModelServer } from '../servers.ts';
import { readTexts, wrong } from './options.ts';
import { voiceModels } from './provider.ts';

/** Characters of a request, as the providers' references give them. */
const LIMITS: readonly { readonly model: RegExp; readonly most: number }[] = [
  { model: /^eleven_v3/, most: 5_000 },
  { model: /^eleven_(?:flash|turbo)_v2_5/, most: 40_000 },
  { model: /^eleven_(?:flash|turbo)_v2/, most: 30_000 },
  { model: /^eleven_/, most: 10_000 },
];
/** OpenAI's, and a good length for servers that say nothing. */
const LIMIT = 4_096;
const DEFAULT_FORMAT = 'mp3';
/** It becomes a part of ElevenLabs' address. */
const VOICE = /^[\w -]{1,128}$/;
/** A page, or an error that came with a good status. */
const NO_AUDIO = /^(?:text\/|application\/(?:problem\+)?json)/i;
const NAMES = ['voice', 'format', 'language', 'instructions'] as const;

export function speechLimit({ model }: ModelName): number {
  return LIMITS.find((limit) => limit.model.test(model))?.most ?? LIMIT;
}

export async function speakWith(
  { send, now }: GenerateDeps,
  server: ModelServer,
  call: SpeechCall,
  signal: AbortSignal,
): Promise<Result<SpeechReply, ModelFailure>> {
  const { provider, model, text } = call;
  const { speed: pace, ...others } = call.options;
  const options = readTexts(others, NAMES);
  if (!options.ok) return options;
  const { texts, body } = options.value;
  const { voice, format = DEFAULT_FORMAT, language, instructions } = texts;
  if (voice !== undefined && !VOICE.test(voice)) return wrong('voice', 'it is no name of a voice');
  const speed = numberOf(pace);
  if (Number.isNaN(speed)) return wrong('speed', 'it must be a number');
  const asked: Asked = { provider, model, secrets: [server.apiKey ?? '', text], now: now() };
  try {
    const models = await voiceModels(call, server, sendWith(send, body));
    if (models === undefined)
      return fail('model_not_found', `Cannot ask "${provider}/${model}": it does not speak`);
    const { audio, warnings, response } = await models.speech(model).doGenerate({
      text,
      outputFormat: format,
      abortSignal: signal,
      ...(voice !== undefined && { voice }),
      ...(speed !== undefined && { speed }),
      ...(language !== undefined && { language }),
      ...(instructions !== undefined && { instructions }),
    });
    const type = response.headers?.['content-type'] ?? '';
    if (audio.length === 0 || NO_AUDIO.test(type)) {
      const hints = ['its answer is no audio'];
      return {
        ok: false,
        error: modelFailure('provider_error', asked, { hints, mayHaveCost: true }),
      };
    }
    const ignored = warnings.flatMap((warning) =>
      warning.type === 'unsupported' ? [warning.feature] : [],
    );
    const isOther = ignored.includes('outputFormat');
    return ok({
      audio:
        typeof audio === 'string'
          ? Uint8Array.from(atob(audio), (unit) => unit.charCodeAt(0))
          : audio,
      format: isOther ? DEFAULT_FORMAT : format,
      ignored: ignored.map((name) => (name === 'outputFormat' ? 'format' : name)),
    });
  } catch (error) {
    return { ok: false, error: signal.aborted ? lateFailure(asked) : faultOf(error, asked) };
  }
}

/** NaN for what is no number. */
function numberOf(value: JsonValue | undefined): number | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'number' ? value : Number(typeof value === 'string' ? value : NaN);
}
