/** How a call and its reply cross into a loaded isolate: a header as JSON, its length in front, then bytes. */
import { isJsonObject } from '../../core/json.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';

export interface Frame {
  readonly header: JsonObject;
  readonly body: Uint8Array;
}

const LENGTH_SIZE = 4;

export function encodeFrame({ header, body }: Frame): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const frame = new Uint8Array(LENGTH_SIZE + text.length + body.length);
  new DataView(frame.buffer).setUint32(0, text.length);
  frame.set(text, LENGTH_SIZE);
  frame.set(body, LENGTH_SIZE + text.length);
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
    const value = JSON.parse(new TextDecoder().decode(bytes)) as JsonValue;
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
