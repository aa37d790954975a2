/** Files: uploads of any size for inputs of type `file`, and getting them back, whole or in ranges. */
import { Hono } from 'hono';
import * as z from 'zod';
import { ComposerError, failure } from '../../core/errors.ts';
import { refuseEncoding } from '../body.ts';
import { entityTag, isNotModified, writeCondition } from '../conditions.ts';
import { checkQuery } from '../input.ts';
import { fileId } from '../names.ts';
import { problem, unwrap } from '../problem.ts';
import { byteRange } from '../ranges.ts';
import type { Context } from 'hono';
import type { Files, StoredFile } from '../../runtime/ports.ts';
import type { Services } from '../../runtime/services.ts';
import type { ApiEnv, Settings } from '../env.ts';

const MAX_FILE_BYTES = 512 * 1024 * 1024;
const MEDIA_TYPE = /^[\w!#$&^.+-]{1,64}\/[\w!#$&^.+-]{1,64}(?:\s*;[\x20-\x7e]{0,128})?$/;

const noQuery = z.strictObject({});
const putQuery = z.strictObject({
  /** What a download is called. */
  name: z
    .string()
    .regex(/^[^\p{Cc}\p{Cs}/\\]{1,255}$/u, 'must be the name of a file')
    .optional(),
});

export function fileRoutes({ ports }: Services, settings: Settings): Hono<ApiEnv> {
  const { files, ids } = ports;
  const maxBytes = settings.maxFileBytes ?? MAX_FILE_BYTES;
  const app = new Hono<ApiEnv>();

  app.post('/', async (c) => put(c, files, { id: ids.next('file'), maxBytes }));

  app.put('/:id', async (c) => put(c, files, { id: fileId(c.req.param('id')), maxBytes }));

  app.get('/:id', async (c) => {
    checkQuery(c, noQuery);
    const tenant = c.get('tenant');
    const file = await getFile(files, c);
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
    if (body === undefined) throw noFile(file.id);
    return new Response(body, { status, headers });
  });

  app.delete('/:id', async (c) => {
    checkQuery(c, noQuery);
    const id = fileId(c.req.param('id'));
    const tenant = c.get('tenant');
    const current = async () => (await files.find(tenant, id))?.digest;
    const ifMatch = await writeCondition(c.req.raw.headers, current);
    if (ifMatch === null)
      throw new ComposerError('bad_request', 'Cannot delete with If-None-Match');
    const digest = ifMatch === '*' ? undefined : ifMatch;
    if (await files.delete(tenant, id, digest)) return c.body(null, 204);
    if (digest === undefined || (await current()) === undefined) throw noFile(id);
    throw new ComposerError('precondition_failed', `Cannot delete file "${id}": it has changed`);
  });

  return app;
}

async function put(
  c: Context<ApiEnv>,
  files: Files,
  { id, maxBytes }: { id: string; maxBytes: number },
): Promise<Response> {
  const { name } = checkQuery(c, putQuery);
  const { headers } = c.req.raw;
  refuseEncoding(headers);
  const contentType = mediaType(headers);
  const tenant = c.get('tenant');
  const ifMatch = await writeCondition(headers, async () => (await files.find(tenant, id))?.digest);
  if (Number(headers.get('content-length') ?? 0) > maxBytes) {
    throw new ComposerError('body_too_large', `Cannot keep the file: it is over ${maxBytes} bytes`);
  }
  const file = unwrap(
    await files.put(tenant, id, {
      body: c.req.raw.body ?? new Blob([]).stream(),
      contentType,
      maxBytes,
      ...(name !== undefined && { name }),
      ...(ifMatch !== undefined && { ifMatch }),
    }),
  );
  c.header('ETag', entityTag(file.digest));
  if (file.created) c.header('Location', `/v1/files/${file.id}`);
  return c.json(fileView(file), file.created ? 201 : 200);
}

async function getFile(files: Files, c: Context<ApiEnv, '/:id'>): Promise<StoredFile> {
  const id = fileId(c.req.param('id'));
  const file = await files.find(c.get('tenant'), id);
  if (file === undefined) throw noFile(id);
  return file;
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

function mediaType(headers: Headers): string {
  const type = headers.get('content-type') ?? 'application/octet-stream';
  if (MEDIA_TYPE.test(type)) return type;
  throw new ComposerError(
    'unsupported_media_type',
    'Cannot keep the file: its Content-Type is not a media type',
  );
}

function fileView({ id, size, digest, contentType, name, createdAt }: StoredFile) {
  return {
    id,
    size,
    digest,
    content_type: contentType,
    ...(name !== undefined && { name }),
    created_at: new Date(createdAt).toISOString(),
  };
}

function noFile(id: string): ComposerError {
  return new ComposerError('file_not_found', `Cannot find file "${id}"`);
}
