/** The SDK's clients of one account. */
import { Redis } from '@upstash/redis/cloudflare';

export interface UpstashAccount {
  readonly url: string;
  readonly token: string;
}

export interface Clients {
  /** No two uses have one client at a time, so whatever is asked by it ends with this signal. */
  use<T>(signal: AbortSignal, ask: (redis: Redis) => Promise<T>): Promise<T>;
}

interface Client {
  readonly redis: Redis;
  signal: AbortSignal | undefined;
}

/** Making a client costs as much as what is asked by it, so they are kept. */
const MAX_IDLE = 64;

export function createClients(account: UpstashAccount): Clients {
  const idle: Client[] = [];
  return {
    async use(signal, ask) {
      const client = idle.pop() ?? connect(account);
      client.signal = signal;
      try {
        return await ask(client.redis);
      } finally {
        client.signal = undefined;
        if (idle.length < MAX_IDLE) idle.push(client);
      }
    },
  };
}

/**
 * The SDK's own retries repeat commands that may have been carried out, and a signal that is not a
 * function makes an abort an answer. All that is kept here is text, so nothing has to be in base64.
 */
function connect({ url, token }: UpstashAccount): Client {
  const client: { signal: AbortSignal | undefined } = { signal: undefined };
  const redis = new Redis({
    url,
    token,
    signal: () => client.signal ?? AbortSignal.abort(),
    retry: { retries: 0 },
    enableAutoPipelining: false,
    automaticDeserialization: false,
    responseEncoding: false,
    enableTelemetry: false,
    readYourWrites: false,
    keepAlive: false,
  });
  return Object.assign(client, { redis });
}
