/** Files: uploads of any size for inputs of type `file`, and getting them back, whole or in ranges. */
import { Hono } from 'hono';
import * as z from 'zod';
import { ComposerError } from '../../core/errors.ts';
import { refuseEncoding } from '../body.ts';
import { entityTag, writeCondition } from '../conditions.ts';
import { lifetime } from '../expiry.ts';
import { checkQuery } from '../input.ts';
import { fileId } from '../names.ts';
import { unwrap } from '../problem.ts';
import { noFile, sendFile } from '../send-file.ts';
import { fileView } from '../../runtime/file-view.ts';
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
  expires_in: lifetime(3_650).optional(),
});

export function fileRoutes({ ports }: Services, settings: Settings): Hono<ApiEnv> {
  const { files, ids } = ports;
  const maxBytes = settings.maxFileBytes ?? MAX_FILE_BYTES;
  const app = new Hono<ApiEnv>();

  app.post('/', async (c) => put(c, ports, { id: ids.next('file'), maxBytes }));

  app.put('/:id', async (c) => put(c, ports, { id: fileId(c.req.param('id')), maxBytes }));

  app.get('/:id', async (c) => {
    checkQuery(c, noQuery);
    const file = await getFile(files, c);
    return sendFile(c, files, { tenant: c.get('tenant'), file });
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
    if (digest === undefined || (await current()) === undefined)
      throw await noFile(files, tenant, id);
    throw new ComposerError('precondition_failed', `Cannot delete file "${id}": it has changed`);
  });

  return app;
}

async function put(
  c: Context<ApiEnv>,
  { files, clock }: Pick<Services['ports'], 'files' | 'clock'>,
  { id, maxBytes }: { id: string; maxBytes: number },
): Promise<Response> {
  const { name, expires_in } = checkQuery(c, putQuery);
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
      ...(expires_in !== undefined && { expiresAt: clock.now() + expires_in }),
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
  if (file === undefined) throw await noFile(files, c.get('tenant'), id);
  return file;
}

function mediaType(headers: Headers): string {
  const type = headers.get('content-type') ?? 'application/octet-stream';
  if (MEDIA_TYPE.test(type)) return type;
  throw new ComposerError(
    'unsupported_media_type',
    'Cannot keep the file: its Content-Type is not a media type',
  );
}
