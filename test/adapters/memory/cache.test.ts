/** The Cache in memory. */
import { expect, it } from 'vitest';
import { createMemoryCache } from '../../../src/adapters/memory/cache.ts';
import { describeCache } from '../../contracts/cache.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const log = { write: () => undefined };

describeCache('memory', async () => {
  const clock = createManualClock();
  const cache = createMemoryCache({ clock, random: () => 0.5, log });
  return { clients: [cache], now: () => clock.now(), advance: clock.advance };
});

it('the entry used longest ago goes when there is no room', async () => {
  const cache = createMemoryCache({
    clock: createManualClock(),
    random: () => 0,
    log,
    maxBytes: 30,
  });
  const value = new Uint8Array(10);
  for (const key of ['a', 'b', 'c']) await cache.set('acme', key, { value, ttlMs: 1_000 });
  await cache.find('acme', 'a');
  await cache.set('acme', 'd', { value, ttlMs: 1_000 });
  const kept = await Promise.all(
    ['a', 'b', 'c', 'd'].map(async (key) => (await cache.find('acme', key)) !== undefined),
  );
  expect(kept).toEqual([true, false, true, true]);
});

it('times are spread by a tenth either way', async () => {
  const clock = createManualClock();
  let random = 0;
  const cache = createMemoryCache({ clock, random: () => random, log });
  const lived = [];
  for (random of [0, 0.5, 1]) {
    await cache.set('acme', 'a', { value: new Uint8Array(1), ttlMs: 1_000 });
    lived.push((await cache.find('acme', 'a'))!.freshUntil - clock.now());
  }
  expect(lived).toEqual([900, 1_000, 1_100]);
});
