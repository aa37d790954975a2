/** The API of the Worker under test, in workerd, as a client on this machine calls it. */
import { SELF } from 'cloudflare:test';
import { expect } from 'vitest';

const ORIGIN = 'http://127.0.0.1';

export interface RunBody {
  readonly id: string;
  readonly status: string;
  readonly result?: Record<string, unknown>;
  readonly missing_outputs?: readonly string[];
  readonly error?: { readonly code: string; readonly detail: string; readonly node?: string };
  readonly nodes: readonly {
    readonly key: string;
    readonly status: string;
    readonly stats?: Record<string, unknown>;
  }[];
  readonly warnings: readonly { readonly code: string }[];
  readonly metrics: Record<string, unknown>;
  readonly queue_position?: number;
  readonly runtime_ms?: number;
}

export interface ProblemBody {
  readonly type: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly request_id: string;
  readonly errors?: readonly {
    readonly code: string;
    readonly line?: number;
    readonly column?: number;
    readonly pointer: string;
  }[];
}

export function call(path: string, init: RequestInit = {}): Promise<Response> {
  // A Worker that calls another sends no Host of its own.
  const headers = { host: '127.0.0.1', ...(init.headers as Record<string, string> | undefined) };
  return SELF.fetch(`${ORIGIN}${path}`, {
    ...init,
    headers,
  } as never) as unknown as Promise<Response>;
}

export function post(
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return call(path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });
}

export async function bodyOf<T>(answer: Response, status: number): Promise<T> {
  const text = await answer.text();
  expect(answer.status, text).toBe(status);
  return JSON.parse(text) as T;
}

/** Runs an inline recipe and waits for its end. */
export async function run(
  recipe: unknown,
  inputs: unknown = {},
  more: object = {},
): Promise<RunBody> {
  return bodyOf<RunBody>(
    await post('/v1/runs', { recipe, inputs, ...more }, { prefer: 'wait=30' }),
    200,
  );
}

export async function putPlugin(
  name: string,
  version: string,
  bytes: Uint8Array,
  manifest?: string,
): Promise<Response> {
  const path = `/v1/plugins/${name}/versions/${version}`;
  if (manifest === undefined) {
    return call(path, {
      method: 'PUT',
      body: bytes,
      headers: { 'content-type': 'application/wasm' },
    });
  }
  const form = new FormData();
  form.set('module', new Blob([bytes], { type: 'application/wasm' }), 'module.wasm');
  form.set('manifest', new Blob([manifest], { type: 'application/json' }), 'plugin.json');
  return call(path, { method: 'PUT', body: form });
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (unit) => unit.charCodeAt(0));
}
