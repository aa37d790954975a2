/** How a request leaves: with the options that the SDK does not know, and never to another host. */
import { isJsonArray, isJsonObject, parseJson } from '../../core/json.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';

export type Send = (url: string, init: RequestInit) => Promise<Response>;

/** A `fetch` for the SDK. Redirects are answers: the key is for the address that was set up. */
export function sendWith(send: Send, extra: JsonObject): typeof fetch {
  return async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    const body = init?.body;
    const merged = typeof body === 'string' ? withExtra(body, extra) : withFields(body, extra);
    return send(url, {
      ...init,
      ...(merged !== undefined && { body: merged }),
      redirect: 'manual',
    });
  };
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
