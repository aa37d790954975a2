/**
 * Links to files: whoever has one gets the file without a key, until it expires. Nothing is stored: the
 * link says what it is for, and the server's signature that it has said so.
 */
import { Hono } from 'hono';
import * as z from 'zod';
import { ComposerError } from '../../core/errors.ts';
import { isJsonArray, parseJson } from '../../core/json.ts';
import { fromBase64Url, toBase64Url } from '../../runtime/base64-url.ts';
import { MAX_RUN_BYTES, readJson } from '../body.ts';
import { expiry } from '../expiry.ts';
import { checkBody, checkQuery } from '../input.ts';
import { fileId } from '../names.ts';
import { publicUrl } from '../public-url.ts';
import { noFile, sendFile } from '../send-file.ts';
import type { Services } from '../../runtime/services.ts';
import type { ApiEnv, Settings } from '../env.ts';

const noQuery = z.strictObject({});
const linkBody = z.strictObject({ expires_in: expiry('1h', 30) });

/** Which bytes, so that a link is for what it was made for and not for what has replaced it. */
interface FileLink {
  readonly tenant: string;
  readonly id: string;
  readonly digest: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

export function fileLinkRoutes({ ports }: Services, settings: Settings): Hono<ApiEnv> {
  const { clock, files, vault } = ports;
  const app = new Hono<ApiEnv>();
  app.post('/:id/links', async (c) => {
    checkQuery(c, noQuery);
    const id = fileId(c.req.param('id'));
    const { value } = await readJson(c, MAX_RUN_BYTES);
    const { expires_in } = checkBody(linkBody, value);
    const tenant = c.get('tenant');
    const file = await files.find(tenant, id);
    if (file === undefined) throw await noFile(files, tenant, id);
    if (!vault.isReady)
      throw new ComposerError('not_set_up', 'Cannot sign a link: the server has no SECRETS_KEY');
    const expiresAt = clock.now() + expires_in;
    const payload = toBase64Url(
      new TextEncoder().encode(JSON.stringify([tenant, id, file.digest, expiresAt])),
    );
    const token = `${payload}.${await vault.sign(labelOf(payload))}`;
    const expires_at = new Date(expiresAt).toISOString();
    return c.json({ url: `${publicUrl(c, settings)}/f/${token}`, expires_at }, 201);
  });
  return app;
}

export function linkedFileRoutes({ ports }: Services): Hono<ApiEnv> {
  const { clock, files, vault } = ports;
  const app = new Hono<ApiEnv>();
  app.get('/:token', async (c) => {
    checkQuery(c, noQuery);
    const [payload = '', signature = ''] = c.req.param('token').split('.');
    const link = vault.isReady && (await vault.isSigned(labelOf(payload), signature));
    const given = link ? readLink(payload) : undefined;
    if (given === undefined)
      throw new ComposerError('not_found', 'Cannot find the file: nobody made this link');
    const { tenant, id, digest, expiresAt } = given;
    if (expiresAt <= clock.now())
      throw new ComposerError('link_expired', 'Cannot give the file: the link has expired');
    const file = await files.find(tenant, id);
    if (file === undefined && (await files.hasExpired(tenant, id)))
      throw new ComposerError('file_expired', 'Cannot give the file: its time is over');
    if (file?.digest !== digest)
      throw new ComposerError('file_not_found', 'Cannot find the file: it was deleted or replaced');
    return sendFile(c, files, { tenant, file });
  });
  return app;
}

function labelOf(payload: string): string {
  return `file-link:${payload}`;
}

/** Of a payload that this server has signed. */
function readLink(payload: string): FileLink | undefined {
  const parts = parseJson(new TextDecoder().decode(fromBase64Url(payload)))?.value ?? null;
  if (!isJsonArray(parts)) return undefined;
  const [tenant, id, digest, expiresAt] = parts;
  if (typeof tenant !== 'string' || typeof id !== 'string') return undefined;
  if (typeof digest !== 'string' || typeof expiresAt !== 'number') return undefined;
  return { tenant, id, digest, expiresAt };
}
