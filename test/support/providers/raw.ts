/** A server on a loopback address that answers with the bytes of a test: for answers that no provider should give. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { once } from 'node:events';

export interface RawServer {
  readonly url: string;
  readonly seen: { readonly path: string; readonly headers: IncomingMessage['headers'] }[];
  /** How the next requests are answered. */
  answer: (response: ServerResponse, request: IncomingMessage) => unknown;
  readonly close: () => Promise<void>;
}

export async function startRaw(): Promise<RawServer> {
  const server = createServer((request, response) => {
    request.resume();
    raw.seen.push({ path: request.url ?? '', headers: request.headers });
    response.on('error', () => undefined);
    void raw.answer(response, request);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const raw: RawServer = {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    seen: [],
    answer: (response) => response.end(),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return raw;
}
