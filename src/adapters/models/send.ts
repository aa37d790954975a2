/** How a request leaves: with the options that the SDK does not know, never to another host, its answer bounded. */
import { isJsonArray, isJsonObject, parseJson } from '../../core/json.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';

export type Send = (url: string, init: RequestInit) => Promise<Response>;

const MIB = 1024 * 1024;
/** Of an answer that is in memory as a whole; audio is the largest. */
const MAX_ANSWER_BYTES = 16 * MIB;
const MAX_AUDIO_BYTES = 48 * MIB;
/** A stream says each word in a frame, and none of them is kept. */
const MAX_STREAM_BYTES = 32 * MIB;

export class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge';
}

/** A `fetch` for the SDK. Redirects are answers: the key is for the address that was set up. */
export function sendWith(send: Send, extra: JsonObject): typeof fetch {
  return async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    const body = init?.body;
    const merged = typeof body === 'string' ? withExtra(body, extra) : withFields(body, extra);
    const answer = await send(url, {
      ...init,
      ...(merged !== undefined && { body: merged }),
      redirect: 'manual',
    });
    return bounded(answer);
  };
}

/** A server that never ends does not fill the memory. */
function bounded(answer: Response): Response {
  if (answer.body === null) return answer;
  const most = mostOf(answer.headers.get('content-type') ?? '');
  let bytes = 0;
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(piece, controller) {
      bytes += piece.byteLength;
      if (bytes > most) controller.error(new AnswerTooLarge());
      else controller.enqueue(piece);
    },
  });
  return new Response(answer.body.pipeThrough(counter), answer);
}

function mostOf(type: string): number {
  if (type.startsWith('text/event-stream')) return MAX_STREAM_BYTES;
  return type.startsWith('audio/') ? MAX_AUDIO_BYTES : MAX_ANSWER_BYTES;
}

function withExtra(text: string, extra: JsonObject): string {
  if (Object.keys(extra).length === 0) return text;
  const body = parseJson(text)?.value;
  return isJsonObject(body) ? JSON.stringify(merge(body, extra)) : text;
}

/** Of a form the options are fields; what is no text is written as JSON. */
function withFields(body: RequestInit['body'], extra: JsonObject): RequestInit['body'] {
  if (!(body instanceof FormData)) return body;
  for (const [key, value] of Object.entries(extra))
    body.set(key, typeof value === 'string' ? value : JSON.stringify(value));
  return body;
}

/** Maps are joined, lists follow one another, all else is replaced. */
function merge(base: JsonObject, extra: JsonObject): JsonObject {
  const joined: [string, JsonValue][] = Object.entries(extra).map(([key, value]) => {
    const old = Object.hasOwn(base, key) ? base[key] : undefined;
    if (isJsonObject(old) && isJsonObject(value)) return [key, merge(old, value)];
    if (isJsonArray(old) && isJsonArray(value)) return [key, [...old, ...value]];
    return [key, value];
  });
  return Object.fromEntries([...Object.entries(base), ...joined]);
}
