/** Reads a body up to a bound. The bytes counted are decoded ones, so a small answer cannot grow large. */

/** Nothing: it is longer than `maxBytes`. Rejects when the stream breaks or the signal aborts. */
export async function readBody(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  if (body === null) return new Uint8Array();
  const reader = body.getReader();
  const stop = () => void reader.cancel(signal.reason).catch(() => undefined);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await collect(reader, maxBytes, signal);
  } finally {
    signal.removeEventListener('abort', stop);
    // What is left is of no use, and an endless answer would hold its connection.
    stop();
  }
}

const FIRST_BYTES = 4_096;

/** One buffer that doubles: a body in a million pieces must not become a million objects. */
async function collect(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  let bytes = new Uint8Array(Math.min(FIRST_BYTES, maxBytes));
  let length = 0;
  for (;;) {
    signal.throwIfAborted();
    const { done, value } = await reader.read();
    signal.throwIfAborted();
    if (done) return bytes.subarray(0, length);
    const end = length + value.byteLength;
    if (end > maxBytes) return undefined;
    if (end > bytes.byteLength) {
      const larger = new Uint8Array(Math.min(maxBytes, Math.max(end, bytes.byteLength * 2)));
      larger.set(bytes.subarray(0, length));
      bytes = larger;
    }
    bytes.set(value, length);
    length = end;
  }
}
