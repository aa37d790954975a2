/** A port to listen on. */
import { createServer } from 'node:net';

const FIRST = 8787;
const TRIES = 200;

/** The wanted one, or else the first free one from 8787. Throws when the wanted one is taken. */
export async function findPort(host: string, wanted: number | undefined): Promise<number> {
  if (wanted !== undefined) {
    if (await isFree(host, wanted)) return wanted;
    throw new Error(`Port ${wanted} on ${host} is taken; choose another with --port`);
  }
  for (let port = FIRST; port < FIRST + TRIES; port += 1) if (await isFree(host, port)) return port;
  throw new Error(`No port from ${FIRST} to ${FIRST + TRIES - 1} is free; choose one with --port`);
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((settle, fail) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') settle(false);
      else fail(new Error(`Cannot listen on ${host}: ${error.message}`));
    });
    server.listen({ host, port, exclusive: true }, () => server.close(() => settle(true)));
  });
}
