/** What isolates tell each other of a Redis that fails, through an object in workerd. */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import {
  createSharedBreaker,
  shareBreaker,
} from '../../src/adapters/durable-objects/shared-breaker.ts';
import type { SharedBreaker } from '../../src/adapters/durable-objects/shared-breaker.ts';
import { createClock } from '../../src/adapters/system/clock.ts';
import { createBreaker } from '../../src/runtime/limits/breaker.ts';
import type { LimiterObject } from '../../src/adapters/durable-objects/limiter-object.ts';

// SAFETY: wrangler.toml binds it.
const { LIMITER } = env as unknown as { LIMITER: DurableObjectNamespace<LimiterObject> };
const OPEN_MS = 5_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2030-01-31T12:00:00Z') });
});
afterEach(() => void vi.useRealTimers());

function makeIsolate(shared: SharedBreaker) {
  const work: Promise<unknown>[] = [];
  const own = createBreaker({ clock: createClock(), random: () => 0.5 });
  const breaker = shareBreaker(own, shared, (promise) => void work.push(promise));
  const fail = async (times: number): Promise<void> => {
    for (let count = 0; count < times; count += 1) breaker.failed();
    await Promise.all(work);
  };
  return { breaker, fail };
}

it('one that fails once keeps away when another has found the store failing', async () => {
  const shared = createSharedBreaker(LIMITER, 'https://one.example');
  const [first, second, third] = [makeIsolate(shared), makeIsolate(shared), makeIsolate(shared)];
  await first.fail(5);
  expect(await shared.ask()).toBe(Date.now() + OPEN_MS);
  // Who has seen nothing of it asks on.
  expect(third.breaker.allow()).toBe(true);
  await second.fail(1);
  expect(second.breaker.allow()).toBe(false);
  expect(second.breaker.openUntil()).toBe(Date.now() + OPEN_MS);
  vi.setSystemTime(Date.now() + OPEN_MS);
  expect([second.breaker.allow(), second.breaker.allow()]).toEqual([true, false]);
  second.breaker.succeeded();
  expect(second.breaker.allow()).toBe(true);
});

it('what was said of one store says nothing of another, and is over when its time is', async () => {
  const shared = createSharedBreaker(LIMITER, 'https://two.example');
  await makeIsolate(shared).fail(5);
  const other = makeIsolate(createSharedBreaker(LIMITER, 'https://three.example'));
  await other.fail(1);
  expect(other.breaker.allow()).toBe(true);
  vi.setSystemTime(Date.now() + OPEN_MS);
  const later = makeIsolate(shared);
  await later.fail(1);
  expect(later.breaker.allow()).toBe(true);
});

it('a breaker that cannot be shared is one’s own', async () => {
  const broken: SharedBreaker = {
    tell: () => Promise.reject(new Error('gone')),
    ask: () => Promise.reject(new Error('gone')),
  };
  const { breaker, fail } = makeIsolate(broken);
  await fail(4);
  expect(breaker.allow()).toBe(true);
  await fail(1);
  expect(breaker.allow()).toBe(false);
});
