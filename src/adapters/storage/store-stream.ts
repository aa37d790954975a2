/** Writes a stream of unknown length to R2 in parts, hashed on the way; one part is in memory at a time. */
import { fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import type { Digest } from '../../runtime/ports.ts';

/** The smallest part that R2 takes; all but the last have to be of one size. */
const PART_BYTES = 5 * 1024 * 1024;

export interface StreamToStore {
  readonly body: ReadableStream<Uint8Array>;
  readonly maxBytes: number;
}

/** Rejects as the stream does. Nothing is left behind then, nor after `body_too_large`. */
export async function storeStream(
  bucket: R2Bucket,
  key: string,
  { body, maxBytes }: StreamToStore,
): Promise<Result<{ readonly size: number; readonly digest: Digest }>> {
  const parts = createParts(bucket, key);
  const hash = new crypto.DigestStream('SHA-256');
  // Rejects when the hash is given up, which is nobody's concern.
  hash.digest.catch(() => undefined);
  const hashing = hash.getWriter();
  const source = readPieces(body);
  let size = 0;
  try {
    for (let value = await source.next(); value !== undefined; value = await source.next()) {
      size += value.length;
      if (size > maxBytes) {
        await Promise.all([source.cancel(), hashing.abort(), parts.abort()]);
        return fail('body_too_large', `Cannot keep the file: it is over ${maxBytes} bytes`);
      }
      await hashing.write(value);
      await parts.add(value);
    }
    await hashing.close();
    await parts.finish();
  } catch (error) {
    await Promise.all([hashing.abort(), parts.abort()]);
    throw error;
  }
  return ok({ size, digest: hex(await hash.digest) });
}

interface Pieces {
  /** Good until the next is asked for; undefined at the end. */
  readonly next: () => Promise<Uint8Array | undefined>;
  readonly cancel: () => Promise<void>;
}

const PIECE_BYTES = 64 * 1024;

/**
 * Into one buffer again and again where the stream can, as the body of a request: what each piece
 * of a large one leaves behind would add up to far more than a part.
 */
function readPieces(body: ReadableStream<Uint8Array>): Pieces {
  const reader = findByteReader(body);
  if (reader === undefined) {
    const plain: ReadableStreamDefaultReader<Uint8Array> = body.getReader();
    return { next: async () => (await plain.read()).value, cancel: () => plain.cancel() };
  }
  let spare = new Uint8Array(PIECE_BYTES);
  return {
    async next() {
      const { done, value } = await reader.read(spare);
      if (done || value === undefined) return undefined;
      spare = new Uint8Array(value.buffer);
      return value;
    },
    cancel: () => reader.cancel(),
  };
}

function findByteReader(body: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | undefined {
  try {
    return body.getReader({ mode: 'byob' });
  } catch {
    return undefined;
  }
}

interface Parts {
  readonly add: (bytes: Uint8Array) => Promise<void>;
  readonly finish: () => Promise<void>;
  readonly abort: () => Promise<void>;
}

function createParts(bucket: R2Bucket, key: string): Parts {
  // Most files are small, and uploads may be many at a time: it grows as it has to.
  let buffer = new Uint8Array(PIECE_BYTES);
  const uploaded: R2UploadedPart[] = [];
  let used = 0;
  let upload: R2MultipartUpload | undefined;

  async function flush(): Promise<void> {
    upload ??= await bucket.createMultipartUpload(key);
    uploaded.push(await upload.uploadPart(uploaded.length + 1, buffer.subarray(0, used)));
    used = 0;
  }

  return {
    async add(bytes) {
      for (let at = 0; at < bytes.length;) {
        // Only when more has come: a file of one part is put as it is.
        if (used === PART_BYTES) await flush();
        const piece = bytes.subarray(at, at + PART_BYTES - used);
        if (used + piece.length > buffer.length) buffer = grown(buffer, used + piece.length);
        buffer.set(piece, used);
        used += piece.length;
        at += piece.length;
      }
    },
    async finish() {
      if (upload === undefined) {
        await bucket.put(key, buffer.subarray(0, used));
        return;
      }
      await flush();
      await upload.complete(uploaded);
    },
    async abort() {
      // What cannot be taken back now, R2 drops by itself after a week.
      await upload?.abort().catch(() => undefined);
    },
  };
}

function grown(buffer: Uint8Array<ArrayBuffer>, least: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.min(PART_BYTES, Math.max(least, 2 * buffer.length)));
  larger.set(buffer);
  return larger;
}

function hex(digest: ArrayBuffer): string {
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
