/** A stored file as an answer: whole, in part, or not again. */
import { ComposerError, failure } from '../core/errors.ts';
import { entityTag, isNotModified } from './conditions.ts';
import { problem } from './problem.ts';
import { missingFile } from '../runtime/missing-file.ts';
import { byteRange } from './ranges.ts';
import type { Context } from 'hono';
import type { Files, StoredFile, Tenant } from '../runtime/ports.ts';
import type { ApiEnv } from './env.ts';

/** Throws `file_not_found` when it was deleted meanwhile. */
export async function sendFile(
  c: Context<ApiEnv>,
  files: Files,
  { tenant, file }: { tenant: Tenant; file: StoredFile },
): Promise<Response> {
  const tag = entityTag(file.digest);
  const headers = downloadHeaders(file, tag);
  if (isNotModified(c.req.raw.headers, tag)) return c.body(null, 304, { ETag: tag });
  const range = byteRange(c.req.raw.headers, { size: file.size, tag });
  if (range === 'unsatisfiable') {
    const message = `Cannot give the range of file "${file.id}": it has ${file.size} bytes`;
    const refused = problem(c, failure('range_invalid', message));
    refused.headers.set('Content-Range', `bytes */${file.size}`);
    return refused;
  }
  const { offset, length } = range ?? { offset: 0, length: file.size };
  headers.set('Content-Length', String(length));
  if (range !== undefined) {
    headers.set('Content-Range', `bytes ${offset}-${offset + length - 1}/${file.size}`);
  }
  const status = range === undefined ? 200 : 206;
  if (c.req.method === 'HEAD') return new Response(null, { status, headers });
  const body = await files.open(tenant, file, { offset, length });
  if (body === undefined) throw await noFile(files, tenant, file.id);
  return new Response(body, { status, headers });
}

export async function noFile(files: Files, tenant: Tenant, id: string): Promise<ComposerError> {
  const { code, message } = await missingFile(files, tenant, id);
  return new ComposerError(code, message);
}

/** Always as a download: what strangers have put here must never run as a page of this origin. */
function downloadHeaders(file: StoredFile, tag: string): Headers {
  return new Headers({
    'Content-Type': file.contentType,
    'Content-Disposition': disposition(file.name ?? file.id),
    'Accept-Ranges': 'bytes',
    'Last-Modified': new Date(file.createdAt).toUTCString(),
    ETag: tag,
  });
}

/** RFC 6266: the name in ASCII for old clients, and as it is. */
function disposition(name: string): string {
  const plain = name.replaceAll(/[^\x20-\x7e]|["%;\\]/gu, '_');
  if (plain === name) return `attachment; filename="${plain}"`;
  const encoded = encodeURIComponent(name).replaceAll(/['()*]/g, percent);
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
