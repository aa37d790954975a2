/**
 * A text of any length as one audio file. What is longer than a voice takes is spoken in pieces; each
 * is kept as soon as it is there, so that nothing is paid for twice after a restart.
 */
import { fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import { isJsonArray, isJsonObject } from '../../core/json.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { SpeechNode } from '../../core/recipe/plan.ts';
import { audioFamily, wavHeader } from '../../core/speech/audio.ts';
import { splitText } from '../../core/speech/split-text.ts';
import { fileView } from '../file-view.ts';
import type { SpeechReply } from '../ports/speech.ts';
import type { StoredFile } from '../ports.ts';
import type { TaskFailure, TaskOutcome } from '../tasks/task.ts';
import { ignoredNotes } from './context.ts';
import type { SpeechContext, SpeechModel } from './context.ts';
import type { Amount } from './pay.ts';
import { streamOf } from './stream-of.ts';

/** Of one file; a day of speech in mp3. */
const MAX_AUDIO_BYTES = 1024 * 1024 * 1024;

interface Part {
  readonly file: string;
  /** WAV: what the samples are, a byte a number. */
  readonly format: readonly number[];
}

/** What a restart goes on from. */
interface Spoken {
  readonly model: string;
  readonly audio: string;
  readonly parts: readonly Part[];
}

export async function speakText(
  given: SpeechContext,
  name: SpeechModel,
  { text, max_characters: most, ...options }: JsonObject,
): Promise<Result<TaskOutcome, TaskFailure>> {
  const { node, models } = given;
  if (typeof text !== 'string' || text.trim() === '')
    return fail('inputs_invalid', `Cannot speak in node "${node.id}": "text" is no text`);
  const limit = models.speechLimit(name);
  const isFewer = typeof most === 'number' && most >= 1 && most < limit;
  const pieces = splitText(text, isFewer ? Math.floor(most) : limit);
  const spoken = pieces.filter((piece) => piece.trim() !== '');
  const call = { ...name, options };
  if (spoken.length > 1) return speakPieces(given, call, spoken);
  const reply = await given.pay(name, charactersOf(text), {
    ask: () => models.speak({ ...call, text }, given.signal),
  });
  if (!reply.ok) return reply;
  const { audio, format, ignored } = reply.value;
  given.note(ignoredNotes(name, ignored));
  return keep(given, name, { format, body: streamOf([async () => audio]) });
}

function charactersOf(text: string): Amount {
  return { of: 'characters', count: Array.from(text).length };
}

interface Call extends SpeechModel {
  readonly options: JsonObject;
}

async function speakPieces(
  given: SpeechContext,
  call: Call,
  pieces: readonly string[],
): Promise<Result<TaskOutcome, TaskFailure>> {
  const { node, models, signal, report } = given;
  const model = `${call.provider}/${call.model}`;
  const { format } = call.options;
  // Before anything is paid for.
  if (typeof format === 'string' && audioFamily(format).read === undefined)
    return wrong(node, format);
  let before = spokenBefore(given, model);
  if (before !== undefined && before.parts.length === pieces.length) {
    const done = await given.files.find(given.tenant, fileId(given));
    if (done !== undefined) return outcomeOf(done, call);
  }
  for (const piece of pieces.slice(before?.parts.length ?? 0)) {
    const reply = await given.pay(call, charactersOf(piece), {
      ask: () => models.speak({ ...call, text: piece }, signal),
    });
    if (!reply.ok) return reply;
    const parts: readonly Part[] = before?.parts ?? [];
    if (parts.length === 0) given.note(ignoredNotes(call, reply.value.ignored));
    const part = await keepPart(given, reply.value, parts.length);
    if (!part.ok) return part;
    if (before !== undefined && before.audio !== reply.value.format)
      return fail('provider_error', `Cannot join what "${model}" says: it changed the format`);
    before = { model, audio: reply.value.format, parts: [...parts, part.value] };
    report({
      checkpoint: {
        ...before,
        parts: before.parts.map(({ file, format: of }) => ({ file, format: of })),
      },
      done: before.parts.length,
      total: pieces.length,
    });
  }
  return before === undefined ? wrong(node, model) : join(given, call, before);
}

async function keepPart(
  given: SpeechContext,
  { audio, format }: SpeechReply,
  number: number,
): Promise<Result<Part>> {
  const family = audioFamily(format);
  if (family.read === undefined) return wrong(given.node, format);
  const part = family.read(audio);
  if (part === undefined)
    return fail('provider_error', `Cannot read what was spoken: it is no ${format}`);
  const file = `${fileId(given)}.${number}`;
  const put = await given.files.put(given.tenant, file, {
    body: streamOf([async () => audio.subarray(part.start, part.end)]),
    contentType: 'application/octet-stream',
    byRun: true,
    maxBytes: MAX_AUDIO_BYTES,
  });
  return put.ok ? ok({ file, format: [...(part.format ?? [])] }) : put;
}

/** One after the other, none of them in memory as a whole. */
async function join(
  given: SpeechContext,
  call: Call,
  { audio, parts }: Spoken,
): Promise<Result<TaskOutcome, TaskFailure>> {
  const { files, tenant } = given;
  const found = await Promise.all(parts.map(({ file }) => files.find(tenant, file)));
  const stored = found.filter((file) => file !== undefined);
  if (stored.length < parts.length)
    return fail('file_not_found', 'Cannot join what was spoken: a part of it was deleted');
  const size = stored.reduce((sum, file) => sum + file.size, 0);
  const first = parts[0]?.format ?? [];
  const header = first.length === 0 ? [] : [async () => wavHeader(Uint8Array.from(first), size)];
  const pieces = stored.map((file) => async () => open(given, file));
  const kept = await keep(given, call, { format: audio, body: streamOf([...header, ...pieces]) });
  if (kept.ok) for (const { file } of parts) await files.delete(tenant, file);
  return kept;
}

async function open(
  { files, tenant }: SpeechContext,
  file: StoredFile,
): Promise<ReadableStream<Uint8Array>> {
  const stream = await files.open(tenant, file, { offset: 0, length: file.size });
  if (stream === undefined) throw new Error(`part "${file.id}" is gone`);
  return stream;
}

async function keep(
  given: SpeechContext,
  name: SpeechModel,
  { format, body }: { format: string; body: ReadableStream<Uint8Array> },
): Promise<Result<TaskOutcome, TaskFailure>> {
  const { contentType, extension } = audioFamily(format);
  const put = await given.files.put(given.tenant, fileId(given), {
    body,
    contentType,
    name: `${given.node.id}.${extension}`,
    byRun: true,
    maxBytes: MAX_AUDIO_BYTES,
  });
  return put.ok ? outcomeOf(put.value, name) : put;
}

function outcomeOf(file: StoredFile, { provider }: SpeechModel): Result<TaskOutcome> {
  return ok({ output: fileView(file), stats: { provider } });
}

/** The same for every attempt of a step, so that another attempt leaves no file behind. */
function fileId({ run, step }: SpeechContext): string {
  const key = step.key.replaceAll(
    /[^A-Za-z0-9-]/g,
    (character) => `.${character.charCodeAt(0).toString(16)}`,
  );
  return `speech-${run.replace('run_', '')}-${key}`;
}

function spokenBefore({ step }: SpeechContext, model: string): Spoken | undefined {
  const { checkpoint = null } = step;
  if (!isJsonObject(checkpoint) || checkpoint['model'] !== model) return undefined;
  const { audio, parts } = checkpoint;
  if (typeof audio !== 'string' || !isJsonArray(parts)) return undefined;
  return { model, audio, parts: parts.map(partOf) };
}

function partOf(value: JsonValue): Part {
  const { file = '', format = [] } = isJsonObject(value) ? value : {};
  const bytes = isJsonArray(format) ? format.filter((byte) => typeof byte === 'number') : [];
  return { file: typeof file === 'string' ? file : '', format: bytes };
}

function wrong({ id }: SpeechNode, format: string): ReturnType<typeof fail> {
  return fail(
    'speech_format',
    `Cannot speak in node "${id}": files of format "${format.slice(0, 40)}" cannot be joined, and the text is longer than the voice takes; use mp3, wav, pcm, opus or aac`,
  );
}
