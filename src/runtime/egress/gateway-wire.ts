/** How a guest's request and its answer cross between its isolate and the gateway. */
import { failure, isErrorCode, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import { isJsonArray } from '../../core/json.ts';
import type { JsonValue } from '../../core/json.ts';
import { decodeFrame, encodeFrame } from '../frame.ts';
import type { GuestAnswer, GuestRequest } from '../ports/gateway.ts';

type Headers = GuestRequest['headers'];

export function encodeRequest({
  method,
  url,
  headers,
  body,
}: GuestRequest): Uint8Array<ArrayBuffer> {
  const header = {
    method,
    url,
    headers: headers.map((pair) => [...pair]),
    hasBody: body !== undefined,
  };
  return encodeFrame(header, body === undefined ? [] : [body]);
}

/** `undefined` for what no isolate of ours would say: it is a guest's, should that ever get out of its sandbox. */
export function decodeRequest(frame: ArrayBuffer): GuestRequest | undefined {
  const decoded = decodeFrame(frame);
  if (decoded === undefined) return undefined;
  const { method, url, headers, hasBody } = decoded.header;
  const list = headersOf(headers);
  if (typeof method !== 'string' || typeof url !== 'string' || list === undefined) return undefined;
  return { method, url, headers: list, ...(hasBody === true && { body: decoded.body }) };
}

export function encodeAnswer(answer: Result<GuestAnswer>): Uint8Array<ArrayBuffer> {
  if (!answer.ok) {
    const { code, message } = answer.error;
    return encodeFrame({ code, message }, []);
  }
  const { status, headers, body } = answer.value;
  return encodeFrame({ status, headers: headers.map((pair) => [...pair]) }, [body]);
}

export function decodeAnswer(frame: ArrayBuffer): Result<GuestAnswer> | undefined {
  const decoded = decodeFrame(frame);
  if (decoded === undefined) return undefined;
  const { code, message, status, headers } = decoded.header;
  if (isErrorCode(code) && typeof message === 'string') {
    return { ok: false, error: failure(code, message) };
  }
  const list = headersOf(headers);
  if (typeof status !== 'number' || list === undefined) return undefined;
  return ok({ status, headers: list, body: decoded.body });
}

function headersOf(value: JsonValue | undefined): Headers | undefined {
  if (value === undefined || !isJsonArray(value)) return undefined;
  const list: (readonly [string, string])[] = [];
  for (const pair of value) {
    if (!isJsonArray(pair)) return undefined;
    const [name, text] = pair;
    if (typeof name !== 'string' || typeof text !== 'string') return undefined;
    list.push([name, text]);
  }
  return list;
}
