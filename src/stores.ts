/** Cache and limiter of this server: on Durable Objects, or on Redis when an account is set up. */
import { createObjectCacheStore } from './adapters/durable-objects/cache-store.ts';
import { createObjectRateStore } from './adapters/durable-objects/rate-store.ts';
import { createSharedBreaker, shareBreaker } from './adapters/durable-objects/shared-breaker.ts';
import { createMemoryRateStore } from './adapters/memory/rate-store.ts';
import { createLargeValues } from './adapters/storage/large-values.ts';
import { createClock } from './adapters/system/clock.ts';
import { createApproximateRateStore } from './adapters/upstash/approximate-rate-store.ts';
import { createUpstashCacheStore } from './adapters/upstash/cache-store.ts';
import { createConnection } from './adapters/upstash/connection.ts';
import { createClients } from './adapters/upstash/clients.ts';
import { createUpstashHealth } from './adapters/upstash/health.ts';
import { createUpstashRateStore } from './adapters/upstash/rate-store.ts';
import { createRequests } from './adapters/upstash/requests.ts';
import { createSend } from './adapters/upstash/send.ts';
import type { UpstashAccount } from './adapters/upstash/send.ts';
import { ok } from './core/errors.ts';
import type { Bindings, Variables } from './env.ts';
import { operatorNetwork } from './operator-network.ts';
import { createCache } from './runtime/cache/cache.ts';
import { createHeld, withHeld } from './runtime/cache/held.ts';
import { withLargeValues } from './runtime/cache/large-values.ts';
import { createMemo } from './runtime/cache/memo.ts';
import { createBreaker } from './runtime/limits/breaker.ts';
import type { Breaker } from './runtime/limits/breaker.ts';
import { createRateLimiter } from './runtime/limits/rate-limiter.ts';
import type { Ports } from './runtime/ports.ts';
import type { CacheStore } from './runtime/ports/cache.ts';
import type { RateStore } from './runtime/ports/rate-limiter.ts';
import type { StoreHealth } from './runtime/ports/store-health.ts';

type Given = Pick<Ports, 'clock' | 'ids' | 'digests' | 'log' | 'background'>;
type StoreVariables = Pick<
  Variables,
  | 'CACHE_SHARDS'
  | 'RATE_ALGORITHM'
  | 'REDIS_PREFIX'
  | 'UPSTASH_REDIS_REST_TOKEN'
  | 'UPSTASH_REDIS_REST_URL'
>;

/** Of this isolate. */
const memo = createMemo({ clock: createClock() });
const held = createHeld({ clock: createClock() });
const localRates = createMemoryRateStore({ clock: createClock(), source: 'local' });
const breakers = new Map<string, Breaker>();

export function makeStores(
  env: Bindings,
  variables: StoreVariables,
  given: Given,
): Pick<Ports, 'cache' | 'limiter' | 'memo' | 'storeHealth'> {
  const { clock, ids, digests, log } = given;
  const account = accountOf(variables);
  const { entries, rates, health } =
    account === undefined
      ? onObjects(env, variables)
      : onRedis(env, { account, ...variables }, given);
  const store = withLargeValues(entries, { values: createLargeValues(env.FILES), digests, clock });
  return {
    cache: createCache({ store: withHeld(store, held), clock, random: ids.random, log }),
    limiter: createRateLimiter({ store: rates, local: localRates, digests, clock, log }),
    memo,
    storeHealth: health,
  };
}

interface Stores {
  readonly entries: CacheStore;
  readonly rates: RateStore;
  readonly health: StoreHealth;
}

function onObjects(env: Bindings, { CACHE_SHARDS }: StoreVariables): Stores {
  return {
    entries: createObjectCacheStore({ namespace: env.CACHE, shards: CACHE_SHARDS }),
    rates: createObjectRateStore(env.LIMITER),
    // An object is there as long as its server is.
    health: { source: 'object', ping: async () => ok(undefined), openUntil: () => undefined },
  };
}

function onRedis(
  env: Bindings,
  { account, REDIS_PREFIX, RATE_ALGORITHM }: StoreVariables & { readonly account: UpstashAccount },
  { clock, ids, log, background }: Given,
): Stores {
  const shared = createSharedBreaker(env.LIMITER, account.url);
  const name = JSON.stringify([account.url, account.token]);
  const breaker = breakers.get(name) ?? createBreaker({ clock: createClock(), random: ids.random });
  breakers.set(name, breaker);
  const send = createSend(account, operatorNetwork(env));
  const connection = createConnection({
    clients: createClients(account, createRequests({ send, clock })),
    prefix: REDIS_PREFIX,
    clock,
    breaker: shareBreaker(breaker, shared, background),
    log,
  });
  const deps = { connection, clock };
  return {
    entries: createUpstashCacheStore(deps),
    rates:
      RATE_ALGORITHM === 'exact' ? createUpstashRateStore(deps) : createApproximateRateStore(deps),
    health: createUpstashHealth(connection, breaker),
  };
}

function accountOf(variables: StoreVariables): UpstashAccount | undefined {
  const { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = variables;
  if (url === undefined || token === undefined) return undefined;
  return { url, token };
}
