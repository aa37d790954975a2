/** Clients whose commands leave by the SDK's own HTTP, one in a request: what ours does is held against it. */
import { Redis } from '@upstash/redis/cloudflare';
import type { Clients } from '../../../src/adapters/upstash/clients.ts';
import type { UpstashAccount } from '../../../src/adapters/upstash/send.ts';

/**
 * The SDK's own retries repeat commands that may have been carried out, and a signal that is not a
 * function makes an abort an answer.
 */
export function createSdkClients({ url, token }: UpstashAccount): Clients {
  return {
    use: (signal, ask) =>
      ask(
        new Redis({
          url,
          token,
          signal: () => signal,
          retry: { retries: 0 },
          enableAutoPipelining: false,
          automaticDeserialization: false,
          enableTelemetry: false,
          readYourWrites: false,
          keepAlive: false,
        }),
      ),
  };
}
