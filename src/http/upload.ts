/** A plugin as it is sent: a module or JavaScript alone, or a form with one of them and a manifest. */
import { ComposerError } from '../core/errors.ts';
import { decodeUtf8, MAX_PLUGIN_BYTES, readBody } from './body.ts';
import type { Context } from 'hono';

const MAX_MANIFEST_BYTES = 256 * 1024;
const FORM = 'multipart/form-data';
/** What a form adds to a module of the largest size: the manifest and the lines between parts. */
const FORM_MARGIN = MAX_MANIFEST_BYTES + 4096;

export interface Upload {
  readonly bytes: Uint8Array;
  readonly language: 'wasm' | 'javascript';
  readonly manifestText?: string;
}

const JAVASCRIPT = ['text/javascript', 'application/javascript'];

export async function readUpload(c: Context): Promise<Upload> {
  const body = await readBody(c, {
    types: ['application/wasm', ...JAVASCRIPT, FORM],
    maxBytes: MAX_PLUGIN_BYTES + FORM_MARGIN,
  });
  const upload =
    body.type === FORM
      ? await readForm(c, body.bytes)
      : { bytes: body.bytes, language: languageOf(body.type) };
  if (upload.bytes.byteLength > MAX_PLUGIN_BYTES) {
    throw new ComposerError(
      'body_too_large',
      `Cannot read the module: it is over ${MAX_PLUGIN_BYTES} bytes`,
    );
  }
  return upload;
}

async function readForm(c: Context, bytes: Uint8Array): Promise<Upload> {
  const form = await parseForm(c.req.header('Content-Type') ?? '', bytes);
  const names = [...form.keys()];
  const odd = names.find(
    (name, at) => !['module', 'manifest'].includes(name) || names.indexOf(name) !== at,
  );
  if (odd !== undefined) {
    throw badForm(`part "${odd.slice(0, 64)}" is unknown or given twice`);
  }
  const module = form.get('module');
  if (module === null || typeof module === 'string') throw badForm('part "module" must be a file');
  const content = new Uint8Array(await module.arrayBuffer());
  const upload = { bytes: content, language: languageOf(module.type, module.name) };
  const manifest = form.get('manifest');
  if (manifest === null) return upload;
  return { ...upload, manifestText: await manifestOf(manifest) };
}

/** By its media type, or else by the name of its file. */
function languageOf(type: string, name = ''): Upload['language'] {
  const [media = ''] = type.toLowerCase().split(';', 1);
  const isNamed = media !== 'application/wasm' && /\.(?:js|mjs|cjs)$/i.test(name);
  return JAVASCRIPT.includes(media.trim()) || isNamed ? 'javascript' : 'wasm';
}

async function manifestOf(part: string | Blob): Promise<string> {
  const size = typeof part === 'string' ? part.length : part.size;
  if (size > MAX_MANIFEST_BYTES) {
    throw new ComposerError(
      'body_too_large',
      `Cannot read the manifest: it is over ${MAX_MANIFEST_BYTES} bytes`,
    );
  }
  return typeof part === 'string' ? part : decodeUtf8(new Uint8Array(await part.arrayBuffer()));
}

async function parseForm(type: string, bytes: Uint8Array): Promise<FormData> {
  try {
    return await new Response(bytes, { headers: { 'Content-Type': type } }).formData();
  } catch (cause) {
    throw new ComposerError(
      'bad_request',
      'Cannot read the form: it is not valid multipart/form-data',
      { cause },
    );
  }
}

function badForm(why: string): ComposerError {
  return new ComposerError('bad_request', `Cannot read the form: ${why}`);
}
