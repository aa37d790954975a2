/** `http_request` and what follows it: the guest waits in the middle of its call until the answer is there. */
import { isJsonObject, parseJson } from '../../core/json.ts';
import { HOST_COST } from './limits.ts';
import type { JsonValue } from '../../core/json.ts';
import type { GuestAnswer, GuestRequest } from '../../runtime/ports/gateway.ts';
import type { Desk, HostFunction } from './desk.ts';

/** Bytes of the request as the guest writes it, its body apart. */
const MAX_REQUEST = 64 * 1024;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export interface HttpFunctions {
  readonly httpRequest: HttpRequest;
  readonly http_request: HostFunction;
  readonly http_status_code: HostFunction;
  readonly http_headers: HostFunction;
}

export type HttpRequest = (pointer: bigint, bodyPointer: bigint) => Promise<bigint>;

export function httpFunctions(desk: Desk): HttpFunctions {
  const { charge, memory, refuse, send, limits } = desk;
  let count = 0;
  let answer: GuestAnswer | undefined;

  async function request(pointer: bigint, bodyPointer: bigint): Promise<bigint> {
    charge(HOST_COST.write);
    count += 1;
    if (count > limits.httpRequests) refuse('http_limit', `${count} requests`);
    if (send === undefined) return refuse('http_denied', 'no host is granted to this plugin');
    const asked = readRequest(desk, pointer, bodyPointer);
    const reply = await send(asked);
    if (!reply.ok) return refuse(reply.error.code, reply.error.message);
    answer = reply.value;
    const { body } = answer;
    charge(0, body.length);
    return body.length === 0 ? 0n : memory.store(body);
  }

  return {
    httpRequest: request,
    /** Where no guest can wait. */
    http_request() {
      charge(HOST_COST.write);
      return refuse('http_denied', 'no host is granted to this plugin');
    },
    http_status_code() {
      charge(HOST_COST.access);
      return answer?.status ?? 0;
    },
    http_headers() {
      charge(HOST_COST.call);
      if (answer === undefined) return 0n;
      const bytes = new TextEncoder().encode(JSON.stringify(joined(answer.headers)));
      charge(0, bytes.length);
      return memory.store(bytes);
    },
  };
}

/** As Extism's development kits write it: `{url, method, headers}`, in older ones `header`. */
function readRequest(desk: Desk, pointer: bigint, bodyPointer: bigint): GuestRequest {
  const { charge, memory, refuse } = desk;
  const bytes = memory.from(pointer);
  if (bytes.length > MAX_REQUEST) refuse('http_denied', `a request of ${bytes.length} bytes`);
  charge(0, bytes.length);
  const value = parseText(bytes);
  if (value === undefined || !isJsonObject(value))
    return refuse('http_denied', 'its request is not JSON');
  const { url, method = 'GET', headers = value['header'] ?? null } = value;
  const list = readHeaders(headers);
  if (typeof url !== 'string' || !isText(method) || list === undefined) {
    return refuse('http_denied', 'its request needs a "url", a "method" and "headers"');
  }
  const request = { url, method: (method ?? 'GET').toUpperCase(), headers: list };
  const body = bodyPointer === 0n ? undefined : memory.from(bodyPointer);
  if (body === undefined || body.length === 0) return request;
  charge(0, body.length);
  // A copy: it lies in a block that other work of this guest may change.
  return { ...request, body: body.slice() };
}

function isText(value: JsonValue): value is string | null {
  return value === null || typeof value === 'string';
}

function parseText(bytes: Uint8Array): JsonValue | undefined {
  try {
    return parseJson(decoder.decode(bytes))?.value;
  } catch {
    return undefined;
  }
}

function readHeaders(value: JsonValue): GuestRequest['headers'] | undefined {
  if (value === null) return [];
  if (!isJsonObject(value)) return undefined;
  const list = Object.entries(value).map(([name, text]) => [name, text] as const);
  return list.every((pair): pair is readonly [string, string] => typeof pair[1] === 'string')
    ? list
    : undefined;
}

/** Each name once, as Extism has it. */
function joined(headers: GuestAnswer['headers']): { [name: string]: string } {
  const all = new Map<string, string>();
  for (const [name, value] of headers) {
    const before = all.get(name);
    all.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries(all);
}
