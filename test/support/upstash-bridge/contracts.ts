/** The contracts of cache and limiter, for any Upstash database. */
import { onTestFinished, vi } from 'vitest';
import { describeCache } from '../../contracts/cache.ts';
import { describeRateLimiter } from '../../contracts/rate-limiter.ts';
import { createClient, createMovedTime } from './stores.ts';
import type { ClientOptions, Place } from './stores.ts';

/** For what these tests are about: not how quick a busy machine is. */
const PATIENT = { deadlineMs: 20_000 };

/** What two counters and an estimate between them cannot do. */
const FADES = 'what was used in the last minute of the clock fades instead of leaving';
const LATE = 'it says when the window of the clock ends, not when units are free';
const WEIGHT = 'a refused cost of more than one is consumed all the same';
const CLOCK = 'its windows are those of the clock, whichever way that goes';
const APART = 'policies are asked one after the other, and what was consumed stays so';
const KEPT = 'its counters take nothing back';
const APPROXIMATE = {
  'correct() gives back what a use did not take': KEPT,
  'what a use came to counts from the correction on, whatever came between': KEPT,
  'correct() takes more than was asked for, also over the limit': WEIGHT,
  'correct() of a use that has left the window enters what it came to': KEPT,
  'a refusal says when the same would pass, and then it does': LATE,
  'a refusal consumes nothing, whatever it asks for': WEIGHT,
  'more than the limit never passes': WEIGHT,
  'large costs are counted, not listed': LATE,
  'a limit of millions admits no more than it says': FADES,
  'peek() tells what check() would, and consumes nothing': LATE,
  'a limit of one, and windows of a second and of a day': LATE,
  'a clock that is set back a little opens no window again': LATE,
  'a clock that is set back by an hour closes no limit for an hour': CLOCK,
  'of several policies all are consumed, or none': APART,
  'of policies of several subjects all are consumed, or none': APART,
  'two checks of one log are one of both': WEIGHT,
  'of 200 callers with two policies exactly as many pass as the tighter admits': APART,
  'random steps: no wrong decision, no wrong wait': FADES,
} as const;

export interface UpstashCase {
  readonly steps: number;
  /** How the commands leave, for the names of the cases. */
  readonly way?: string;
  readonly clientsOf?: ClientOptions['clientsOf'];
}

export function describeUpstash(
  makeAccount: () => Place,
  { steps, way = '', clientsOf }: UpstashCase,
): void {
  const client = (place: Place, options: ClientOptions) =>
    createClient(place, { ...options, ...(clientsOf !== undefined && { clientsOf }) });
  /** Keys of its own for each case. */
  const account = (): Place => ({
    ...makeAccount(),
    prefix: `test:${crypto.randomUUID()}`,
  });
  const several = (count: number) => {
    const time = createMovedTime();
    const shared = account();
    const first = client(shared, { ...time, ...PATIENT });
    const rest = Array.from({ length: count - 1 }, () => client(shared, { ...time, ...PATIENT }));
    return { clients: [first, ...rest] as const, time };
  };

  for (const count of [1, 20]) {
    describeRateLimiter(`Upstash exact, ${count} clients${way}`, {
      steps: count === 1 ? steps : 200,
      async make() {
        const { clients, time } = several(count);
        const [first, ...rest] = clients;
        return { clients: [first.limiter, ...rest.map(({ limiter }) => limiter)], ...time };
      },
    });
  }
  describeCache(`Upstash${way}`, async () => {
    const { clients, time } = several(2);
    const [first, ...rest] = clients;
    return { clients: [first.cache, ...rest.map(({ cache }) => cache)], ...time };
  });
  describeRateLimiter(`Upstash approximate${way}`, {
    deviations: APPROXIMATE,
    steps: 200,
    async make() {
      // The SDK takes the time from the platform.
      vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2030-01-31T12:00:10Z') });
      onTestFinished(() => void vi.useRealTimers());
      return {
        clients: [client(account(), PATIENT).approximate],
        now: () => Date.now(),
        advance: async (ms) => void vi.setSystemTime(Date.now() + ms),
      };
    },
  });
}
