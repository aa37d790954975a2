/** Servers on loopback addresses that answer as hosts of the network may. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { once } from 'node:events';
import { createGzip } from 'node:zlib';

export interface LocalHost {
  readonly port: number;
  /** Method and address of every request, in order. */
  readonly seen: string[];
  readonly headers: IncomingMessage['headers'][];
  /** Resolves when the connection of the next request that is never answered in full is closed. */
  readonly abandoned: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** `/to?url=…` redirects, `/bomb` grows, `/endless` never ends, `/hang` never begins, `/busy` recovers. */
export async function startLocalHost(address = '127.0.0.1', port = 0): Promise<LocalHost> {
  const seen: string[] = [];
  const headers: LocalHost['headers'] = [];
  let waiting: (() => void)[] = [];
  const leave = () => {
    for (const tell of waiting) tell();
    waiting = [];
  };
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    headers.push(request.headers);
    answer(request, response, { leave, count: seen.length });
  }).listen(port, address);
  await once(server, 'listening');
  return {
    port: (server.address() as { port: number }).port,
    seen,
    headers,
    abandoned: () => new Promise((resolve) => waiting.push(resolve)),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { leave, count }: { leave: () => void; count: number },
): void {
  const url = new URL(request.url ?? '/', 'http://local');
  switch (url.pathname) {
    case '/to':
      response.writeHead(Number(url.searchParams.get('status') ?? 302), {
        location: url.searchParams.get('url') ?? '',
      });
      return void response.end();
    case '/bomb':
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'text/plain' });
      response.on('close', leave);
      return flood(createGzip(), response);
    case '/endless':
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.on('close', leave);
      return flood(undefined, response);
    case '/hang':
      return void response.on('close', leave);
    case '/busy':
      if (count === 1) response.writeHead(429, { 'retry-after': '2' });
      return void response.end('recovered');
    default:
      response.writeHead(200, { 'content-type': 'application/json' });
      return void response.end(JSON.stringify({ path: url.pathname }));
  }
}

/** Zeros for as long as somebody takes them. */
function flood(through: NodeJS.ReadWriteStream | undefined, response: ServerResponse): void {
  const piece = Buffer.alloc(65_536);
  const target = through ?? response;
  through?.pipe(response);
  const more = () => {
    while (!response.destroyed && target.write(piece));
  };
  target.on('drain', more);
  response.on('close', () => target.end());
  more();
}
