/** The RateLimiter on Durable Objects, in workerd. */
import { env } from 'cloudflare:workers';
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { createMemoryRateStore } from '../../src/adapters/memory/rate-store.ts';
import { createObjectRateStore } from '../../src/adapters/durable-objects/rate-store.ts';
import { createClock } from '../../src/adapters/system/clock.ts';
import { createDigests } from '../../src/adapters/system/digests.ts';
import { createRateLimiter } from '../../src/runtime/limits/rate-limiter.ts';
import { describeRateLimiter, faultsOf, PLAIN } from '../contracts/rate-limiter.ts';
import type { LimiterObject } from '../../src/adapters/durable-objects/limiter-object.ts';
import type { RateCheck, RateLimiter } from '../../src/runtime/ports/rate-limiter.ts';

// SAFETY: wrangler.toml binds it.
const { LIMITER } = env as unknown as { LIMITER: DurableObjectNamespace<LimiterObject> };
const USE = { log: 'api 60000', limit: 3, windowMs: 60_000, cost: 1 };
const objectOf = (name: string) => LIMITER.get(LIMITER.idFromName(name));

// The first touch of an object loads the whole Worker.
beforeAll(() => objectOf('warm').peek(USE), 60_000);
afterEach(() => void vi.useRealTimers());

let subjects = 0;

/** A tenant's names begin with those of the test, so no two tests share an object. */
function makeLimiter(prefix: string): RateLimiter {
  const clock = createClock();
  const limiter = createRateLimiter({
    store: createObjectRateStore(LIMITER),
    local: createMemoryRateStore({ clock }),
    digests: createDigests(),
    clock,
    log: { write: () => undefined },
  });
  return {
    check: (tenant, checks) => limiter.check(prefix + tenant, checks),
    peek: (tenant, check) => limiter.peek(prefix + tenant, check),
    correct: (tenant, used) => limiter.correct(prefix + tenant, used),
    reset: (tenant, check) => limiter.reset(prefix + tenant, check),
  };
}

/** The objects run in this isolate, so its time is theirs. */
function stopTime(): { now: () => number; advance: (ms: number) => Promise<void> } {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2030-01-31T12:00:00Z') });
  return {
    now: () => Date.now(),
    advance: async (ms) => void vi.setSystemTime(Date.now() + ms),
  };
}

function makeSubject(count: number) {
  const prefix = `subject ${++subjects}: `;
  const [first = makeLimiter(prefix), ...rest] = Array.from({ length: count }, () =>
    makeLimiter(prefix),
  );
  return { clients: [first, ...rest] as const, ...stopTime() };
}

// Fewer steps, because each is a call; all of them are made inside of the object below.
describeRateLimiter('Durable Object, 1 client', { make: async () => makeSubject(1), steps: 300 });
describeRateLimiter('Durable Object, 20 clients', {
  make: async () => makeSubject(20),
  steps: 30,
});

it('20 000 random steps in an object: no wrong decision, no wrong wait', async () => {
  const time = stopTime();
  const faults = await runInDurableObject(objectOf('plain'), (object) =>
    faultsOf(
      20_000,
      time,
      async (cost) => object.use([{ ...PLAIN, log: 'plain', cost }]).states[0]!,
    ),
  );
  expect(faults).toEqual([]);
}, 120_000);

it('an object that was evicted has forgotten nothing', async () => {
  const time = stopTime();
  const object = objectOf('evicted');
  await object.use([USE, { ...USE, log: 'other', cost: 2 }]);
  await time.advance(1_000);
  await object.use([USE]);
  await evictDurableObject(object);
  expect(await object.peek({ ...USE, cost: 2 })).toMatchObject({ ok: false, retryAfterMs: 59_000 });
  expect((await object.peek({ ...USE, log: 'other' })).remaining).toBe(1);
});

it('a clock that was set back stays so for an object that was evicted', async () => {
  const time = stopTime();
  const object = objectOf('set back');
  await object.use([{ ...USE, cost: 2 }]);
  await time.advance(1_000);
  await object.use([USE]);
  await time.advance(-3_600_000);
  expect(await object.peek(USE)).toMatchObject({ ok: false, retryAfterMs: 60_000 });
  await evictDurableObject(object);
  await time.advance(59_999);
  expect(await object.peek(USE)).toMatchObject({ ok: false, retryAfterMs: 1 });
  await time.advance(1);
  expect(await object.peek({ ...USE, cost: 3 })).toMatchObject({ ok: true });
});

it('what has left the window leaves no rows, and an idle object nothing at all', async () => {
  const time = stopTime();
  const object = objectOf('idle');
  const rows = () =>
    runInDurableObject(object, (_, { storage }) =>
      storage.sql.exec<{ n: number }>('SELECT count(*) AS n FROM uses').one(),
    );
  await runInDurableObject(object, async (instance) => {
    for (let index = 0; index < 500; index += 1) {
      instance.use([USE]);
      await time.advance(30_000);
    }
  });
  expect((await rows()).n).toBeLessThan(70);
  await time.advance(60_001);
  expect(await runDurableObjectAlarm(object)).toBe(true);
  const tables = await runInDurableObject(object, (_, { storage }) =>
    storage.sql.exec(`SELECT name FROM sqlite_schema WHERE name = 'uses'`).toArray(),
  );
  expect(tables).toEqual([]);
  expect(await object.use([USE])).toMatchObject({ states: [{ ok: true, remaining: 2 }] });
});

it('an alarm that comes while a window is open keeps what is in it', async () => {
  const time = stopTime();
  const object = objectOf('open');
  await object.use([USE]);
  await time.advance(30_000);
  await object.use([USE]);
  await time.advance(30_001);
  expect(await runDurableObjectAlarm(object)).toBe(true);
  expect((await object.peek(USE)).remaining).toBe(2);
  await time.advance(30_000);
  expect(await runDurableObjectAlarm(object)).toBe(true);
  expect(await runDurableObjectAlarm(object)).toBe(false);
});

it('what one object passed is taken back when another refuses', async () => {
  stopTime();
  const [limiter] = makeSubject(1).clients;
  const check = (subject: string, limit: number): RateCheck => ({
    policy: { name: 'api', limit, windowMs: 60_000, onStoreError: 'local' },
    subject,
  });
  await limiter.check('acme', [check('b', 1)]);
  for (let round = 0; round < 10; round += 1) {
    const decisions = await limiter.check('acme', [check('a', 5), check('b', 1)]);
    expect(decisions.map(({ ok }) => ok)).toEqual([true, false]);
  }
  expect((await limiter.peek('acme', check('a', 5))).remaining).toBe(5);
});
