/** Reads request bodies: type and encoding checked first, bytes counted while they arrive. */
import { ComposerError } from '../core/errors.ts';
import { parseJson } from './json-text.ts';
import type { Context } from 'hono';
import type { JsonValue } from '../core/json.ts';

const KIB = 1024;
export const MAX_RUN_BYTES = 1024 * KIB;
/** A recipe's own limit is the compiler's to name; this one only stops a flood. */
export const MAX_RECIPE_BYTES = 1024 * KIB + 4 * KIB;
export const MAX_PLUGIN_BYTES = 8192 * KIB;

export interface BodyRules {
  /** Media types in lower case, without parameters. */
  readonly types: readonly string[];
  readonly maxBytes: number;
}

export interface Body {
  readonly bytes: Uint8Array;
  /** Lower case, without parameters; empty for a request without a body and a type. */
  readonly type: string;
}

/** Throws unless the body has one of the types, no encoding, and fits. */
export async function readBody(c: Context, { types, maxBytes }: BodyRules): Promise<Body> {
  const { headers } = c.req.raw;
  refuseEncoding(headers);
  const type = mediaType(headers.get('content-type') ?? '');
  if (type === undefined || !types.includes(type)) {
    throw unsupported(types.filter((one) => one !== ''));
  }
  return { bytes: await readBytes(c.req.raw, maxBytes), type };
}

export function refuseEncoding(headers: Headers): void {
  const encoding = headers.get('content-encoding');
  if (encoding === null || encoding.toLowerCase() === 'identity') return;
  throw new ComposerError(
    'unsupported_encoding',
    `Cannot read the body: Content-Encoding "${clip(encoding)}" is not supported`,
  );
}

export async function readText(c: Context, rules: BodyRules): Promise<string> {
  return decodeUtf8((await readBody(c, rules)).bytes);
}

/** A JSON body, and its raw bytes, which an idempotency key is bound to. */
export interface JsonBody {
  readonly value: JsonValue;
  readonly bytes: Uint8Array;
}

export async function readJson(c: Context, maxBytes: number): Promise<JsonBody> {
  const { bytes } = await readBody(c, { types: ['application/json'], maxBytes });
  return { value: parseJson(decodeUtf8(bytes)), bytes };
}

/** As `readJson`, but nothing at all stands for an empty object: a run may need no inputs. */
export async function readOptionalJson(c: Context, maxBytes: number): Promise<JsonBody> {
  const { bytes, type } = await readBody(c, { types: ['application/json', ''], maxBytes });
  if (type === '' && bytes.byteLength === 0) return { value: {}, bytes };
  if (type === '') throw unsupported(['application/json']);
  return { value: parseJson(decodeUtf8(bytes)), bytes };
}

export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch (cause) {
    throw new ComposerError('bad_request', 'Cannot read the body: it is not valid UTF-8', {
      cause,
    });
  }
}

/** Undefined when a charset other than UTF-8 is named. */
function mediaType(header: string): string | undefined {
  const [type = '', ...parameters] = header
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  if (charset === undefined) return type;
  return /^charset="?utf-?8"?$/.test(charset) ? type : undefined;
}

async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array> {
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge(maxBytes);
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader: ReadableStreamDefaultReader<Uint8Array> = request.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return join(chunks, size);
    size += value.byteLength;
    if (size > maxBytes) {
      await reader.cancel();
      throw tooLarge(maxBytes);
    }
    chunks.push(value);
  }
}

function join(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

function unsupported(types: readonly string[]): ComposerError {
  return new ComposerError(
    'unsupported_media_type',
    `Cannot read the body: its Content-Type must be ${types.join(' or ')} in UTF-8`,
  );
}

function tooLarge(maxBytes: number): ComposerError {
  return new ComposerError('body_too_large', `Cannot read the body: it is over ${maxBytes} bytes`);
}

function clip(text: string): string {
  return text.slice(0, 64);
}
