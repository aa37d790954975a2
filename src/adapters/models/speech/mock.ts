/**
 * The offline voice and the offline ear. What `mock` says is a real WAV file whose samples are the
 * text's own bytes: a short noise to people, and `mock` hears in it what was said.
 */
import { fail, ok } from '../../../core/errors.ts';
import type { Result } from '../../../core/errors.ts';
import { isJsonArray, isJsonObject } from '../../../core/json.ts';
import type { JsonValue } from '../../../core/json.ts';
import { audioFamily, wavHeader } from '../../../core/speech/audio.ts';
import type { ModelFailure } from '../../../runtime/ports/models.ts';
import type {
  SpeechCall,
  SpeechReply,
  TranscriptCall,
  TranscriptReply,
} from '../../../runtime/ports/speech.ts';

/** Short, so that a page of text shows how pieces are joined. */
export const MOCK_LIMIT = 1_000;
const SAMPLES_PER_SECOND = 8_000;
/** PCM, one channel, 8 bits. */
const FORMAT = Uint8Array.of(1, 0, 1, 0, 0x40, 0x1f, 0, 0, 0x40, 0x1f, 0, 0, 1, 0, 8, 0);

export async function speakMock({
  text,
  options,
}: SpeechCall): Promise<Result<SpeechReply, ModelFailure>> {
  const samples = new TextEncoder().encode(text);
  const header = wavHeader(FORMAT, samples.length);
  const audio = new Uint8Array(header.length + samples.length);
  audio.set(header);
  audio.set(samples, header.length);
  const { format = 'wav' } = options;
  return ok({ audio, format: 'wav', ignored: format === 'wav' ? [] : ['format'] });
}

export async function transcribeMock({
  audio,
  examples,
}: TranscriptCall): Promise<Result<TranscriptReply, ModelFailure>> {
  const samples = audioFamily('wav').read?.(audio);
  const heard = samples && audio.subarray(samples.start, samples.end);
  const text = exampleIn(examples) ?? textOf(heard ?? audio);
  if (text === undefined)
    return fail('provider_invalid_request', 'Cannot hear anything: "mock" hears what "mock" said');
  const durationSeconds = (heard ?? audio).length / SAMPLES_PER_SECOND;
  const segments = [{ text, start: 0, end: durationSeconds }];
  return ok({ text, segments, durationSeconds, ignored: [] });
}

/** One text for all, or the first of a list of `{output}`. */
function exampleIn(examples: JsonValue | undefined): string | undefined {
  const first = examples !== undefined && isJsonArray(examples) ? examples[0] : examples;
  const output = isJsonObject(first) ? first['output'] : first;
  return typeof output === 'string' ? output : undefined;
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
