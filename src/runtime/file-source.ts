/** A stored file as a run of chunks, read in ranges so that memory stays flat whatever its size. */
import { createSplitter } from '../core/chunk/splitter.ts';
import type { Chunk } from '../core/chunk/splitter.ts';
import type { ChunkSpec, FileOver } from '../core/chunk/spec.ts';
import { ComposerError, fail, ok } from '../core/errors.ts';
import type { Result } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import { toBase64 } from './base64.ts';
import { missingFile } from './missing-file.ts';
import type { Digest, Files, StoredFile, Tenant } from './ports.ts';

/** One range: what is read, and in memory, at a time. */
const READ_BYTES = 2 * 1024 * 1024;
const TEXT_TYPE =
  /^(?:text\/|application\/(?:json|xml|yaml|x-yaml|x-ndjson|jsonl|javascript|toml|sql)\b|[^;]+\+(?:json|xml|yaml)\b)/i;

export interface FileSource {
  readonly file: StoredFile;
  readonly chunk: ChunkSpec;
  /** Whether chunks are handed out as text, or else in base64. */
  readonly isText: boolean;
}

/** `file_not_found`, `file_expired`; with a digest, `file_changed` when it is not that of the file any more. */
export async function findSource(
  { files, tenant }: { files: Files; tenant: Tenant },
  { file: id, chunk }: FileOver,
  digest?: Digest,
): Promise<Result<FileSource>> {
  const file = await files.find(tenant, id);
  if (file === undefined) {
    const why = await missingFile(files, tenant, id);
    return digest === undefined || why.code === 'file_expired'
      ? { ok: false, error: why }
      : changed(id);
  }
  if (digest !== undefined && digest !== file.digest) return changed(id);
  return ok({ file, chunk, isText: chunk.by !== 'bytes' || TEXT_TYPE.test(file.contentType) });
}

function changed(id: string): ReturnType<typeof fail> {
  return fail('file_changed', `Cannot go on reading file "${id}": it was replaced or deleted`);
}

/**
 * The chunks from one's offset on. A chunk's bytes are good until the next is asked for. Throws
 * `file_changed` and `chunk_too_large`.
 */
export async function* readChunks(
  reader: { readonly files: Files; readonly tenant: Tenant },
  { file, chunk: spec, isText }: FileSource,
  offset: number,
): AsyncGenerator<Chunk, void> {
  const splitter = createSplitter({ ...spec, offset, isText });
  for (let at = offset; at < file.size; at += READ_BYTES) {
    const length = Math.min(READ_BYTES, file.size - at);
    splitter.push(await readRange(reader, file, { offset: at, length }));
    for (let chunk = splitter.next(false); chunk; chunk = splitter.next(false)) yield chunk;
  }
  for (let chunk = splitter.next(true); chunk; chunk = splitter.next(true)) yield chunk;
}

export async function readRange(
  { files, tenant }: { readonly files: Files; readonly tenant: Tenant },
  file: StoredFile,
  range: { readonly offset: number; readonly length: number },
): Promise<Uint8Array> {
  const stream = await files.open(tenant, file, range);
  const bytes = stream && new Uint8Array(await new Response(stream).arrayBuffer());
  if (bytes?.length === range.length) return bytes;
  const { code, message } = changed(file.id).error;
  throw new ComposerError(code, message);
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** Takes the mark away that a text may begin with. */
const firstDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/** A chunk as functions get it. Throws `file_not_text`. */
export function chunkItem(
  { bytes, offset }: Chunk,
  index: number,
  { file, isText }: FileSource,
): JsonObject {
  if (!isText) return { index, offset, base64: toBase64(bytes) };
  try {
    return { index, offset, text: (offset === 0 ? firstDecoder : decoder).decode(bytes) };
  } catch (cause) {
    throw new ComposerError(
      'file_not_text',
      `Cannot read file "${file.id}" as text: the chunk at byte ${offset} is not UTF-8`,
      { cause },
    );
  }
}
