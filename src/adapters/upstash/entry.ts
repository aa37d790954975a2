/** A cache entry as a text in Redis, and back. */
import { isJsonObject, parseJson } from '../../core/json.ts';
import { fromBase64, toBase64 } from '../../runtime/base64.ts';
import type { CacheHit } from '../../runtime/ports/cache.ts';

/** The head of an entry; the script that finds it reads it, too. */
interface Head {
  readonly v: 1;
  readonly f: number;
  readonly d: number;
  /** Bytes of the value. */
  readonly n: number;
  /** The value's CRC-32: against what was cut or overwritten, not against whoever may write here. */
  readonly c: number;
  /** Keys of tags, and their epochs. */
  readonly t: readonly (readonly [key: string, epoch: string])[];
}

export function entryText({ value, freshUntil, deadUntil }: CacheHit, tags: Head['t']): string {
  const head: Head = {
    v: 1,
    f: freshUntil,
    d: deadUntil,
    n: value.length,
    c: crc32(value),
    t: tags,
  };
  return `${JSON.stringify(head)}\n${toBase64(value)}`;
}

/** Undefined: not an entry, or not all of one. */
export function readEntry(text: string): CacheHit | undefined {
  const end = text.indexOf('\n');
  const head = parseJson(text.slice(0, end))?.value;
  if (!isJsonObject(head)) return undefined;
  const { v, f, d, n, c } = head;
  if (v !== 1 || typeof f !== 'number' || typeof d !== 'number') return undefined;
  const value = bytesOf(text.slice(end + 1));
  if (value === undefined || value.length !== n || crc32(value) !== c) return undefined;
  return { value, freshUntil: f, deadUntil: d };
}

function bytesOf(text: string): Uint8Array | undefined {
  try {
    return fromBase64(text);
  } catch {
    return undefined;
  }
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit += 1) rest = (rest >>> 1) ^ (rest & 1 ? 0xedb88320 : 0);
  return rest;
});

/** Sooner done than a digest can be asked for. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}
