/**
 * Stands in for `cloudflare:test` where the suite attacks the started server: the Worker is at its address.
 * Bytes go out as they are written, lies about their number included, so this is no `fetch`.
 */
import { request as open } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { ReadableStream as NodeStream } from 'node:stream/web';
import { inject } from 'vitest';

export const SELF = {
  async fetch(url: string, init: RequestInit): Promise<Response> {
    // What a stream has no length for is sent in chunks.
    const asked = new Request(url, { ...init, duplex: 'half' } as RequestInit);
    const body = await bytesOf(init, asked);
    const { hostname, port } = new URL(inject('server'));
    const { pathname, search } = new URL(url);
    const headers = Object.fromEntries(asked.headers);
    if (body instanceof Uint8Array) headers['content-length'] ??= String(body.length);
    const path = `${pathname}${search}`;
    return new Promise((resolve, reject) => {
      const sent = open({ hostname, port, path, method: asked.method, headers }, (answer) => {
        void answered(answer).then(resolve, reject);
      });
      sent.once('error', reject);
      if (body instanceof Uint8Array) sent.end(body);
      else Readable.fromWeb(body).on('error', reject).pipe(sent);
    });
  },
};

type Body = Uint8Array | NodeStream<Uint8Array>;

async function bytesOf({ body }: RequestInit, asked: Request): Promise<Body> {
  // SAFETY: the types of the Workers platform and of Node name the same class.
  if (body instanceof ReadableStream) return body as unknown as NodeStream<Uint8Array>;
  return new Uint8Array(await asked.arrayBuffer());
}

async function answered(answer: IncomingMessage): Promise<Response> {
  const parts: Buffer[] = [];
  for await (const part of answer) parts.push(part as Buffer);
  const { statusCode: status = 0 } = answer;
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers)) headers.set(name, String(value));
  const content = [101, 204, 205, 304].includes(status) ? null : Buffer.concat(parts);
  return new Response(content, { status, headers });
}
