/** A cache entry as a text in Redis, and back. */
import * as z from 'zod';
import type { CacheHit } from '../../runtime/ports/cache.ts';

const Head = z.strictObject({
  v: z.literal(1),
  f: z.number(),
  d: z.number(),
  /** Bytes of the value. */
  n: z.int().min(0),
  /** Of the value's SHA-256. */
  c: z.string(),
  /** Keys of tags, and their epochs. */
  t: z.array(z.tuple([z.string(), z.string()])),
});

const DIGEST_CHARS = 16;

export async function entryText(
  { value, freshUntil, deadUntil }: CacheHit,
  tags: readonly (readonly [key: string, epoch: string])[],
): Promise<string> {
  const head = {
    v: 1,
    f: freshUntil,
    d: deadUntil,
    n: value.length,
    c: await checksum(value),
    t: tags,
  };
  return `${JSON.stringify(head)}\n${toBase64(value)}`;
}

/** Undefined: not an entry, or not all of one. */
export async function readEntry(text: string): Promise<CacheHit | undefined> {
  const end = text.indexOf('\n');
  try {
    const head = Head.parse(JSON.parse(text.slice(0, end)));
    const value = Uint8Array.from(atob(text.slice(end + 1)), (char) => char.charCodeAt(0));
    if (value.length !== head.n || (await checksum(value)) !== head.c) return undefined;
    return { value, freshUntil: head.f, deadUntil: head.d };
  } catch {
    return undefined;
  }
}

async function checksum(value: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(value)));
  const hex = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.slice(0, DIGEST_CHARS);
}

/** Arguments that one call may have on every platform. */
const PIECE = 0x2000;

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += PIECE) {
    text += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  }
  return btoa(text);
}
