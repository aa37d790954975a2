/** One recording heard by a provider. */
import { fail, ok } from '../../../core/errors.ts';
import type { Result } from '../../../core/errors.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { ModelFailure } from '../../../runtime/ports/models.ts';
import type { TranscriptCall, TranscriptReply } from '../../../runtime/ports/speech.ts';
import { faultOf, lateFailure } from '../faults.ts';
import type { Asked } from '../faults.ts';
import type { GenerateDeps } from '../generate.ts';
import { sendWith } from '../send.ts';
import type { ModelServer } from '../servers.ts';
import { readTexts } from './options.ts';
import { voiceModels } from './provider.ts';

export async function transcribeWith(
  { send, now }: GenerateDeps,
  server: ModelServer,
  call: TranscriptCall,
  signal: AbortSignal,
): Promise<Result<TranscriptReply, ModelFailure>> {
  const { provider, model, audio, contentType } = call;
  const options = readTexts(call.options, ['language', 'prompt']);
  if (!options.ok) return options;
  const { texts, body } = options.value;
  const isEleven = server.kind === 'elevenlabs';
  const asked: Asked = {
    provider,
    model,
    secrets: [server.apiKey ?? '', texts.prompt ?? ''],
    now: now(),
  };
  try {
    const models = await voiceModels(call, server, sendWith(send, body));
    if (models === undefined)
      return fail('model_not_found', `Cannot ask "${provider}/${model}": it does not listen`);
    const reply = await models.transcription(model).doGenerate({
      audio,
      mediaType: contentType.split(';')[0]?.trim() ?? contentType,
      abortSignal: signal,
      providerOptions: isEleven ? { elevenlabs: elevenOptions(texts) } : { openai: texts },
    });
    const { text, segments, language, durationInSeconds, warnings } = reply;
    const unheard = isEleven && texts.prompt !== undefined ? ['prompt'] : [];
    return ok({
      text,
      segments: segments.map(({ text: said, startSecond, endSecond }) => ({
        text: said,
        start: startSecond,
        end: endSecond,
      })),
      ...(language !== undefined && { language }),
      ...(durationInSeconds !== undefined && { durationSeconds: durationInSeconds }),
      ignored: [
        ...unheard,
        ...warnings.flatMap((warning) => (warning.type === 'unsupported' ? [warning.feature] : [])),
      ],
    });
  } catch (error) {
    return { ok: false, error: signal.aborted ? lateFailure(asked) : faultOf(error, asked) };
  }
}

function elevenOptions({ language }: { readonly language?: string }): JsonObject {
  return language === undefined ? {} : { languageCode: language };
}
