/** What is said in a stored file. */
import { fileIdOf } from '../../core/chunk/file-id.ts';
import { fail, ok } from '../../core/errors.ts';
import { missingFile } from '../missing-file.ts';
import type { Result } from '../../core/errors.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { readRange } from '../file-source.ts';
import type { TranscriptReply } from '../ports/speech.ts';
import type { TaskFailure, TaskOutcome } from '../tasks/task.ts';
import { ignoredNotes } from './context.ts';
import type { SpeechContext, SpeechModel } from './context.ts';
import { mostMinutes } from './pay.ts';

/** What OpenAI takes; and all of it is in memory while it is sent. */
const MAX_AUDIO_BYTES = 25 * 1024 * 1024;
const FORMATS = ['text', 'json', 'segments', 'verbose_json'];

export async function transcribeFile(
  given: SpeechContext,
  name: SpeechModel,
  { audio_file: reference, response_format: format = 'text', examples, ...options }: JsonObject,
): Promise<Result<TaskOutcome, TaskFailure>> {
  const { node, files, tenant, models, signal } = given;
  const id = fileIdOf(reference);
  if (id === undefined || id === '')
    return fail('inputs_invalid', `Cannot listen in node "${node.id}": "audio_file" names no file`);
  if (typeof format !== 'string' || !FORMATS.includes(format))
    return fail(
      'model_options_invalid',
      `Cannot use "response_format" of node "${node.id}": it is text, json or segments`,
    );
  const file = await files.find(tenant, id);
  if (file === undefined) return { ok: false, error: await missingFile(files, tenant, id) };
  if (file.size > MAX_AUDIO_BYTES)
    return fail(
      'audio_too_large',
      `Cannot listen to file "${id}": it has ${file.size} bytes, at most ${MAX_AUDIO_BYTES} are allowed`,
    );
  const audio = await readRange(given, file, { offset: 0, length: file.size });
  const { contentType } = file;
  const call = {
    ...name,
    audio,
    contentType,
    options,
    ...(examples !== undefined && { examples }),
  };
  const heard = await given.pay(
    name,
    { of: 'minutes', most: mostMinutes(audio) },
    {
      ask: () => models.transcribe(call, signal),
      took: ({ durationSeconds }) => durationSeconds && durationSeconds / 60,
    },
  );
  if (!heard.ok) return heard;
  const stats = { provider: name.provider };
  const notes = ignoredNotes(name, heard.value.ignored);
  return ok({ output: outputOf(heard.value, format), stats, notes });
}

function outputOf(
  { text, segments, language, durationSeconds }: TranscriptReply,
  format: string,
): JsonValue {
  if (format === 'text') return text;
  const about = {
    text,
    language: language ?? null,
    duration_seconds: durationSeconds ?? null,
  };
  return format === 'json'
    ? about
    : { ...about, segments: segments.map((segment) => ({ ...segment })) };
}
