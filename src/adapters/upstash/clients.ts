/** The SDK's clients of one account. What they are asked leaves by requests of ours. */
import { Redis } from '@upstash/redis/cloudflare';
import type { UpstashRequest } from '@upstash/redis/cloudflare';
import type { Requests } from './requests.ts';
import type { UpstashAccount } from './send.ts';

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

export function createClients(account: UpstashAccount, requests: Requests): Clients {
  const idle: Client[] = [];
  return {
    async use(signal, ask) {
      const client = idle.pop() ?? connect(account, requests);
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

function connect({ url, token }: UpstashAccount, requests: Requests): Client {
  const redis = new Redis({
    url,
    token,
    enableAutoPipelining: false,
    automaticDeserialization: false,
    enableTelemetry: false,
    readYourWrites: false,
  });
  const client: Client = { redis, signal: undefined };
  redis.use(async ({ body, path }: UpstashRequest) => {
    if (!Array.isArray(body) || path !== undefined) {
      throw new Error('Cannot ask what is no single command');
    }
    return requests.ask(body, client.signal ?? AbortSignal.abort());
  });
  return client;
}
