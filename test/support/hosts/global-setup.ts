/** Hosts for plugins and recipes to ask: on an address of this machine that the tests opt in. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Origins of two hosts that are let in, and of one that is not: same machine, other address. */
    hosts: { readonly first: string; readonly second: string; readonly denied: string };
  }
}

/** In `EGRESS_ALLOW_ADDRESSES` of the Worker under test. */
export const OPTED_IN = '127.77.0.1';
const NOT_OPTED_IN = '127.77.0.2';

export async function setup(project: TestProject): Promise<() => void> {
  const servers = [OPTED_IN, OPTED_IN, NOT_OPTED_IN].map(() =>
    createServer((request, response) => void answer(request, response)),
  );
  const addresses = [OPTED_IN, OPTED_IN, NOT_OPTED_IN];
  const origins = await Promise.all(
    servers.map(async (server, at) => {
      await new Promise<void>((resolve) => server.listen(0, addresses[at], resolve));
      // SAFETY: it listens on a port.
      return `http://${addresses[at]}:${(server.address() as AddressInfo).port}`;
    }),
  );
  const [first = '', second = '', denied = ''] = origins;
  project.provide('hosts', { first, second, denied });
  return () => servers.forEach((server) => server.close());
}

/** What the path says, or else the request as it came. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://host');
  const body = await textOf(request);
  const seen = { method: request.method, path: url.pathname, headers: request.headers, body };
  switch (url.pathname) {
    case '/redirect':
      response.writeHead(Number(url.searchParams.get('status') ?? 302), {
        location: url.searchParams.get('to') ?? '/',
      });
      response.end();
      return;
    case '/endless':
      response.writeHead(200);
      pour(response);
      return;
    case '/bomb':
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.end(gzipSync(Buffer.alloc(64 * 1024 * 1024)));
      return;
    case '/silent':
      return;
    case '/echo-headers':
      response.writeHead(200, { 'x-echo': String(request.headers['x-key'] ?? '') });
      response.end(JSON.stringify(seen));
      return;
    case '/base64': {
      const key = String(request.headers['x-key'] ?? '');
      response.end(Buffer.from(`user:${key}`).toString('base64'));
      return;
    }
    default:
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(seen));
  }
}

function pour(response: ServerResponse): void {
  const chunk = Buffer.alloc(64 * 1024, 'x');
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
    if (!response.destroyed) response.once('drain', more);
  };
  more();
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}
