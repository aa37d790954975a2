/** How bytes with something said of them cross between isolates: a header as JSON, its length in front, then the bytes. */
import { isJsonObject } from '../core/json.ts';
import type { JsonObject, JsonValue } from '../core/json.ts';

export interface Frame {
  readonly header: JsonObject;
  readonly body: Uint8Array;
}

const LENGTH_SIZE = 4;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** `parts` follow one another without a mark: the header says where each ends. */
export function encodeFrame(
  header: JsonObject,
  parts: readonly Uint8Array[],
): Uint8Array<ArrayBuffer> {
  const text = encoder.encode(JSON.stringify(header));
  const size = parts.reduce((sum, { length }) => sum + length, LENGTH_SIZE + text.length);
  const frame = new Uint8Array(size);
  new DataView(frame.buffer).setUint32(0, text.length);
  frame.set(text, LENGTH_SIZE);
  let at = LENGTH_SIZE + text.length;
  for (const part of parts) {
    frame.set(part, at);
    at += part.length;
  }
  return frame;
}

/** `undefined` for what is no frame. The body is a view, not a copy. */
export function decodeFrame(frame: ArrayBuffer): Frame | undefined {
  if (frame.byteLength < LENGTH_SIZE) return undefined;
  const end = LENGTH_SIZE + new DataView(frame).getUint32(0);
  if (end > frame.byteLength) return undefined;
  const header = parseHeader(new Uint8Array(frame, LENGTH_SIZE, end - LENGTH_SIZE));
  return header === undefined ? undefined : { header, body: new Uint8Array(frame, end) };
}

function parseHeader(bytes: Uint8Array): JsonObject | undefined {
  try {
    // SAFETY: JSON.parse gives JSON.
    const value = JSON.parse(decoder.decode(bytes)) as JsonValue;
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
