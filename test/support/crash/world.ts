/** What the crash matrix's recipes send requests to: it answers the same for ever, and remembers when it was asked. */
import { createServer } from 'node:http';
import { once } from 'node:events';

export interface World {
  readonly url: string;
  /** Epoch milliseconds of each request, by its idempotency key: the run and the step. */
  readonly asked: ReadonlyMap<string, readonly number[]>;
  readonly close: () => void;
}

export async function startWorld(): Promise<World> {
  const asked = new Map<string, number[]>();
  const server = createServer((request, response) => {
    const key = String(request.headers['idempotency-key']);
    asked.set(key, [...(asked.get(key) ?? []), Date.now()]);
    response.sendDate = false;
    response.writeHead(request.url!.startsWith('/broken') ? 503 : 200, {
      'content-type': 'application/json',
    });
    response.end(JSON.stringify({ path: request.url }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
