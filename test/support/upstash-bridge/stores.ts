/** Cache and limiter over an Upstash database, as `src/index.ts` builds them. */
import { createApproximateRateStore } from '../../../src/adapters/upstash/approximate-rate-store.ts';
import { createUpstashCacheStore } from '../../../src/adapters/upstash/cache-store.ts';
import { createConnection } from '../../../src/adapters/upstash/connection.ts';
import { createClients } from '../../../src/adapters/upstash/clients.ts';
import type { Clients } from '../../../src/adapters/upstash/clients.ts';
import { createUpstashRateStore } from '../../../src/adapters/upstash/rate-store.ts';
import { createRequests } from '../../../src/adapters/upstash/requests.ts';
import { createSend } from '../../../src/adapters/upstash/send.ts';
import type { UpstashAccount } from '../../../src/adapters/upstash/send.ts';
import { createMemoryRateStore } from '../../../src/adapters/memory/rate-store.ts';
import { createClock } from '../../../src/adapters/system/clock.ts';
import { createDigests } from '../../../src/adapters/system/digests.ts';
import { createCache } from '../../../src/runtime/cache/cache.ts';
import { createBreaker } from '../../../src/runtime/limits/breaker.ts';
import { createRateLimiter } from '../../../src/runtime/limits/rate-limiter.ts';
import type { Clock, Log } from '../../../src/runtime/ports.ts';

export interface Lines {
  readonly log: Log;
  /** All that was logged, as text. */
  readonly text: () => string;
}

export function createLines(): Lines {
  const lines: string[] = [];
  const log: Log = { write: (...line) => void lines.push(JSON.stringify(line)) };
  return { log, text: () => lines.join('\n') };
}

/** Keys of one prefix in one database. */
export interface Place extends UpstashAccount {
  readonly prefix: string;
}

export interface ClientOptions {
  readonly now?: Clock['now'];
  readonly log?: Log;
  readonly deadlineMs?: number;
  /** Default: as `src/stores.ts` has them. */
  readonly clientsOf?: (account: UpstashAccount) => Clients;
}

export function createClient(
  { prefix, ...account }: Place,
  {
    now = () => Date.now(),
    log = createLines().log,
    deadlineMs,
    clientsOf = ownClients,
  }: ClientOptions = {},
) {
  const clock: Clock = { ...createClock(), now };
  const breaker = createBreaker({ clock, random: () => 0.5 });
  const connection = createConnection({
    clients: clientsOf(account),
    prefix,
    clock,
    breaker,
    log,
    ...(deadlineMs !== undefined && { deadlineMs }),
  });
  const shared = { digests: createDigests(), clock, log };
  const limiterOver = (store: ReturnType<typeof createUpstashRateStore>) =>
    createRateLimiter({
      ...shared,
      store,
      local: createMemoryRateStore({ clock, source: 'local' }),
    });
  return {
    breaker,
    connection,
    limiter: limiterOver(createUpstashRateStore({ connection, clock })),
    approximate: limiterOver(createApproximateRateStore({ connection, clock })),
    cache: createCache({
      store: createUpstashCacheStore({ connection, clock }),
      clock,
      random: () => 0.5,
      log,
    }),
  };
}

function ownClients(account: UpstashAccount): Clients {
  const send = createSend(account, (url, init) => fetch(url, init));
  return createClients(account, createRequests({ send, clock: createClock() }));
}

export type UpstashClient = ReturnType<typeof createClient>;

/** A time that a test moves, from now on: Redis's own goes on beside it. */
export function createMovedTime() {
  let now = Date.now();
  return {
    now: () => now,
    advance: async (ms: number) => void (now += ms),
  };
}
