/** What every RateLimiter does. An adapter that cannot pass a case says so, with the reason. */
import { describe, expect, it } from 'vitest';
import type {
  RateCheck,
  RateLimiter,
  RatePolicy,
  RateState,
} from '../../src/runtime/ports/rate-limiter.ts';

export interface LimiterSubject {
  /** Clients of one store, which have nothing else in common. */
  readonly clients: readonly [RateLimiter, ...RateLimiter[]];
  readonly now: () => number;
  readonly advance: (ms: number) => Promise<void>;
}

export interface LimiterContract {
  readonly make: () => Promise<LimiterSubject>;
  /** Cases that the adapter is known not to hold, and why. */
  readonly deviations?: Readonly<Record<string, string>>;
  /** Random steps against a plain log. Default 20 000. */
  readonly steps?: number;
}

type Case = (name: string, run: (subject: LimiterSubject) => Promise<void>) => void;

const policy = (over: Partial<RatePolicy> = {}): RatePolicy => ({
  name: 'api',
  limit: 3,
  windowMs: 60_000,
  onStoreError: 'local',
  ...over,
});
const check = (over: Partial<RatePolicy> = {}, rest: Partial<RateCheck> = {}): RateCheck => ({
  policy: policy(over),
  subject: 'key_1',
  ...rest,
});

export function describeRateLimiter(name: string, contract: LimiterContract): void {
  const { make, deviations = {}, steps = 20_000 } = contract;
  const used = new Set<string>();
  const test: Case = (title, run) => {
    const reason = deviations[title];
    used.add(title);
    if (reason === undefined) it(title, async () => run(await make()), 120_000);
    else {
      it(`does not hold: ${title} (${reason})`, async () => {
        await expect(run(await make())).rejects.toThrow();
      }, 120_000);
    }
  };
  describe(`RateLimiter contract: ${name}`, () => {
    describeWindow(test);
    describeCorrections(test);
    describeSubjects(test);
    describeCrowds(test);
    test('random steps: no wrong decision, no wrong wait', (subject) =>
      compareWithPlainLog(subject, steps));
    it('names only cases that exist', () => {
      expect(Object.keys(deviations).filter((title) => !used.has(title))).toEqual([]);
    });
  });
}

const ask = async (
  { clients: [limiter] }: LimiterSubject,
  ...checks: readonly RateCheck[]
): Promise<readonly boolean[]> => (await limiter.check('acme', checks)).map(({ ok }) => ok);

function describeWindow(test: Case): void {
  test('admits the limit, and says what is left', async ({ clients: [limiter] }) => {
    const left = [];
    for (let count = 0; count < 3; count += 1) {
      const [decision] = await limiter.check('acme', [check()]);
      expect(decision).toMatchObject({ ok: true, policy: 'api', limit: 3, windowMs: 60_000 });
      expect(decision).toMatchObject({ degraded: false, retryAfterMs: 0 });
      left.push(decision!.remaining);
    }
    expect(left).toEqual([2, 1, 0]);
  });

  test('a refusal says when the same would pass, and then it does', async (subject) => {
    const {
      clients: [limiter],
      advance,
    } = subject;
    await ask(subject, check());
    await advance(10_000);
    await ask(subject, check());
    await ask(subject, check());
    await advance(20_000);
    const [refused] = await limiter.check('acme', [check()]);
    expect(refused).toMatchObject({ ok: false, remaining: 0, retryAfterMs: 30_000 });
    await advance(29_999);
    expect(await ask(subject, check())).toEqual([false]);
    await advance(1);
    expect(await ask(subject, check())).toEqual([true]);
    expect(await ask(subject, check())).toEqual([false]);
  });

  test('no window admits more than the limit, wherever it begins', async (subject) => {
    await subject.advance(59_999);
    expect(await ask(subject, check())).toEqual([true]);
    expect(await ask(subject, check())).toEqual([true]);
    expect(await ask(subject, check())).toEqual([true]);
    await subject.advance(2);
    expect(await ask(subject, check())).toEqual([false]);
    await subject.advance(59_998);
    expect(await ask(subject, check())).toEqual([true]);
  });

  test('a refusal consumes nothing, whatever it asks for', async (subject) => {
    expect(await ask(subject, check({}, { cost: 2 }))).toEqual([true]);
    expect(await ask(subject, check({}, { cost: 2 }))).toEqual([false]);
    expect(await ask(subject, check({}, { cost: 1 }))).toEqual([true]);
  });

  test('more than the limit never passes', async (subject) => {
    const [refused] = await subject.clients[0].check('acme', [check({}, { cost: 4 })]);
    expect(refused).toMatchObject({ ok: false, remaining: 3, retryAfterMs: 60_000 });
  });

  test('a cost of nothing passes and leaves nothing', async (subject) => {
    await ask(subject, check({}, { cost: 3 }));
    expect(await ask(subject, check({}, { cost: 0 }))).toEqual([true]);
  });

  test('large costs are counted, not listed', async (subject) => {
    const tokens = { name: 'tokens', limit: 4_000 };
    expect(await ask(subject, check(tokens, { cost: 2_500 }))).toEqual([true]);
    await subject.advance(1_000);
    expect(await ask(subject, check(tokens, { cost: 1_500 }))).toEqual([true]);
    const [refused] = await subject.clients[0].check('acme', [check(tokens, { cost: 2_501 })]);
    expect(refused).toMatchObject({ ok: false, retryAfterMs: 60_000, remaining: 0 });
    const [smaller] = await subject.clients[0].check('acme', [check(tokens, { cost: 2_500 })]);
    expect(smaller).toMatchObject({ ok: false, retryAfterMs: 59_000, remaining: 0 });
  });

  test('a limit of millions admits no more than it says', async (subject) => {
    const tokens = { name: 'tokens', limit: 1_000_000 };
    const passed = await Promise.all(
      Array.from({ length: 12 }, () => ask(subject, check(tokens, { cost: 100_000 }))),
    );
    expect(passed.flat().filter(Boolean)).toHaveLength(10);
    await subject.advance(59_000);
    expect(await ask(subject, check(tokens))).toEqual([false]);
    // Stamps are up to a 4096th of the window late.
    await subject.advance(1_000 + Math.ceil(60_000 / 4096));
    expect(await ask(subject, check(tokens, { cost: 1_000_000 }))).toEqual([true]);
  });

  test('another limit counts what the first has admitted', async (subject) => {
    await ask(subject, check({ limit: 10 }, { cost: 8 }));
    expect(await ask(subject, check({ limit: 3 }))).toEqual([false]);
    expect(await ask(subject, check({ limit: 9 }))).toEqual([true]);
  });

  test('peek() tells what check() would, and consumes nothing', async (subject) => {
    const [limiter] = subject.clients;
    expect(await limiter.peek('acme', check())).toMatchObject({
      ok: true,
      remaining: 3,
      resetMs: 0,
    });
    await ask(subject, check({}, { cost: 2 }));
    await subject.advance(15_000);
    expect(await limiter.peek('acme', check())).toMatchObject({
      ok: true,
      remaining: 1,
      resetMs: 45_000,
    });
    expect(await limiter.peek('acme', check({}, { cost: 2 }))).toMatchObject({
      ok: false,
      retryAfterMs: 45_000,
    });
    expect(await ask(subject, check())).toEqual([true]);
  });

  test('a limit of one, and windows of a second and of a day', async (subject) => {
    for (const windowMs of [1_000, 86_400_000]) {
      const one = check({ limit: 1, windowMs });
      expect(await ask(subject, one)).toEqual([true]);
      const [refused] = await subject.clients[0].check('acme', [one]);
      expect(refused).toMatchObject({ ok: false, remaining: 0, retryAfterMs: windowMs });
      await subject.advance(windowMs - 1);
      expect(await ask(subject, one)).toEqual([false]);
      await subject.advance(1);
      expect(await ask(subject, one)).toEqual([true]);
    }
  });

  test('a clock that is set back a little opens no window again', async (subject) => {
    expect(await ask(subject, check({}, { cost: 3 }))).toEqual([true]);
    await subject.advance(-5_000);
    expect(await ask(subject, check())).toEqual([false]);
    await subject.advance(64_999);
    expect(await ask(subject, check())).toEqual([false]);
    await subject.advance(1);
    expect(await ask(subject, check({}, { cost: 3 }))).toEqual([true]);
  });

  test('a clock that is set back by an hour closes no limit for an hour', async (subject) => {
    await ask(subject, check({}, { cost: 2 }));
    await subject.advance(1_000);
    await ask(subject, check());
    await subject.advance(-3_600_000);
    const [refused] = await subject.clients[0].check('acme', [check()]);
    expect(refused).toMatchObject({ ok: false, retryAfterMs: 60_000 });
    await subject.advance(59_999);
    expect(await ask(subject, check())).toEqual([false]);
    await subject.advance(1);
    expect(await ask(subject, check({}, { cost: 2 }), check({ name: 'other' }))).toEqual([
      true,
      true,
    ]);
    expect(await ask(subject, check({}, { cost: 2 }))).toEqual([false]);
  });

  test('reset() forgets what was used', async (subject) => {
    const [limiter] = subject.clients;
    await ask(subject, check({}, { cost: 3 }));
    await ask(subject, check({ name: 'other' }, { cost: 3 }));
    await limiter.reset('acme', check());
    expect(await ask(subject, check())).toEqual([true]);
    expect(await ask(subject, check({ name: 'other' }))).toEqual([false]);
  });
}

function describeCorrections(test: Case): void {
  const tokens = check({ name: 'tokens', limit: 100 }, { cost: 80 });
  const use = async ({ clients: [limiter] }: LimiterSubject, cost: number) => {
    const [decision] = await limiter.check('acme', [{ ...tokens, cost }]);
    return decision!;
  };

  test('correct() gives back what a use did not take', async (subject) => {
    const { stamp } = await use(subject, 80);
    expect((await use(subject, 21)).ok).toBe(false);
    await subject.clients[0].correct('acme', { ...tokens, stamp, units: 30 });
    expect(await use(subject, 71)).toMatchObject({ ok: false, remaining: 70 });
    expect((await use(subject, 70)).ok).toBe(true);
  });

  test('what a use came to counts from the correction on, whatever came between', async (subject) => {
    const { stamp } = await use(subject, 80);
    await subject.advance(10_000);
    await use(subject, 20);
    await subject.advance(20_000);
    await subject.clients[0].correct('acme', { ...tokens, stamp, units: 50 });
    await subject.advance(39_999);
    expect(await use(subject, 51)).toMatchObject({ ok: false, remaining: 30 });
    await subject.advance(1);
    expect(await use(subject, 51)).toMatchObject({ ok: false, remaining: 50 });
    await subject.advance(20_000);
    expect((await use(subject, 100)).ok).toBe(true);
  });

  test('correct() takes more than was asked for, also over the limit', async (subject) => {
    const { stamp } = await use(subject, 80);
    await subject.clients[0].correct('acme', { ...tokens, stamp, units: 130 });
    expect(await use(subject, 1)).toMatchObject({ ok: false, remaining: 0 });
    await subject.advance(59_999);
    expect((await use(subject, 1)).ok).toBe(false);
    await subject.advance(1);
    expect((await use(subject, 100)).ok).toBe(true);
  });

  test('correct() of a use that has left the window enters what it came to', async (subject) => {
    const { stamp } = await use(subject, 80);
    await subject.advance(60_000);
    expect((await use(subject, 40)).ok).toBe(true);
    await subject.clients[0].correct('acme', { ...tokens, stamp, units: 60 });
    expect(await use(subject, 1)).toMatchObject({ ok: false, remaining: 0 });
    await subject.clients[0].correct('acme', { ...tokens, stamp: undefined, units: 7 });
    await subject.advance(60_000);
    expect((await use(subject, 100)).ok).toBe(true);
  });
}

const APART: readonly (readonly [string, string, string])[] = [
  ['acme', 'key_1', 'api'],
  ['acme', 'key_1', 'api 60000'],
  ['acme', 'key_2', 'api'],
  ['acme', 'key_1 api', ''],
  ['acme:key_1', '', 'api'],
  ['acm', 'e:key_1', 'api'],
  ['', 'acme', 'key_1'],
  ['ACME', 'key_1', 'api'],
  ['acme', 'key_1\u0000', 'api'],
  ['acme', '語'.repeat(2_000), 'api'],
  ['__proto__', 'constructor', 'toString'],
];

function describeSubjects(test: Case): void {
  test('tenants, subjects, policies and windows are apart', async ({ clients: [limiter] }) => {
    const windows = [60_000, 30_000];
    for (const windowMs of windows) {
      for (const [tenant, subject, name] of APART) {
        const [first] = await limiter.check(tenant, [
          check({ name, windowMs, limit: 1 }, { subject }),
        ]);
        expect([tenant, subject, name, first?.ok]).toEqual([tenant, subject, name, true]);
      }
    }
    for (const [tenant, subject, name] of APART) {
      const [second] = await limiter.check(tenant, [check({ name, limit: 1 }, { subject })]);
      expect(second?.ok).toBe(false);
    }
  });

  test('of several policies all are consumed, or none', async (subject) => {
    const few = check({ name: 'few', limit: 1 });
    const many = check({ name: 'many', limit: 5 });
    expect(await ask(subject, few, many)).toEqual([true, true]);
    expect(await ask(subject, many, few)).toEqual([true, false]);
    const [, limited] = await subject.clients[0].check('acme', [many, few]);
    expect(limited).toMatchObject({ ok: false, retryAfterMs: 60_000 });
    expect((await subject.clients[0].peek('acme', many)).remaining).toBe(4);
  });

  test('of policies of several subjects all are consumed, or none', async (subject) => {
    const mine = check({ name: 'mine', limit: 5 });
    const all = check({ name: 'all', limit: 1 }, { subject: 'everybody' });
    expect(await ask(subject, mine, all)).toEqual([true, true]);
    const decisions = await subject.clients[0].check('acme', [mine, all]);
    expect(decisions.map(({ ok, remaining }) => [ok, remaining])).toEqual([
      [true, 4],
      [false, 0],
    ]);
    expect((await subject.clients[0].peek('acme', mine)).remaining).toBe(4);
  });

  test('two checks of one log are one of both', async (subject) => {
    expect(await ask(subject, check(), check({}, { cost: 2 }))).toEqual([true, true]);
    expect(await ask(subject, check())).toEqual([false]);
    await subject.advance(60_000);
    expect(await ask(subject, check({}, { cost: 2 }), check({}, { cost: 2 }))).toEqual([
      false,
      false,
    ]);
    expect(await ask(subject, check({}, { cost: 3 }))).toEqual([true]);
  });

  test('no check is no decision', async ({ clients: [limiter] }) => {
    expect(await limiter.check('acme', [])).toEqual([]);
  });
}

function describeCrowds(test: Case): void {
  test('of 200 callers at a limit of 50 exactly 50 pass', async ({ clients }) => {
    const decisions = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        clients[index % clients.length]!.check('acme', [check({ limit: 50 })]),
      ),
    );
    const passed = decisions.flat().filter(({ ok }) => ok);
    expect(passed).toHaveLength(50);
    expect(passed.map(({ remaining }) => remaining).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 50 }, (_, index) => index),
    );
  });

  test('of 200 callers with two policies exactly as many pass as the tighter admits', async ({
    clients,
  }) => {
    const checks = [
      check({ name: 'loose', limit: 80 }),
      check({ name: 'tight', limit: 50 }, { subject: 'everybody' }),
    ];
    for (let round = 0; round < 4; round += 1) {
      await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          clients[index % clients.length]!.check('acme', checks),
        ),
      );
    }
    const [limiter] = clients;
    expect((await limiter.peek('acme', checks[1]!)).remaining).toBe(0);
    expect((await limiter.peek('acme', checks[0]!)).remaining).toBe(30);
  });
}

/** A linear congruential generator: the same steps on every machine. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The policy of the random steps. */
export const PLAIN = { limit: 37, windowMs: 600_000 };

async function compareWithPlainLog(subject: LimiterSubject, steps: number): Promise<void> {
  const [limiter] = subject.clients;
  const faults = await faultsOf(steps, subject, async (cost) => {
    const [decision] = await limiter.check('acme', [
      { policy: policy(PLAIN), subject: 'plain', cost },
    ]);
    return decision!;
  });
  expect(faults).toEqual([]);
}

/** Against every admission as it was, summed up anew at each step. */
export async function faultsOf(
  steps: number,
  time: Pick<LimiterSubject, 'now' | 'advance'>,
  use: (cost: number) => Promise<Pick<RateState, 'ok' | 'retryAfterMs'>>,
): Promise<readonly string[]> {
  const random = createRandom(42);
  const { limit, windowMs } = PLAIN;
  let admitted: { readonly at: number; readonly cost: number }[] = [];
  const faults: string[] = [];
  for (let step = 0; step < steps; step += 1) {
    const pause =
      random() < 0.3 ? 0 : Math.floor(random() * (random() < 0.02 ? 1_000_000 : 31_000));
    if (pause > 0) await time.advance(pause);
    const cost = random() < 0.9 ? 1 : 1 + Math.floor(random() * 6);
    const now = time.now();
    admitted = admitted.filter(({ at }) => at > now - windowMs);
    const used = admitted.reduce((sum, each) => sum + each.cost, 0);
    const isAdmitted = used + cost <= limit;
    const waitMs = isAdmitted ? 0 : waitOf(admitted, used + cost - limit) + windowMs - now;
    const decision = await use(cost);
    if (decision.ok !== isAdmitted || decision.retryAfterMs !== waitMs) {
      faults.push(`step ${step}: ${JSON.stringify({ decision, isAdmitted, waitMs })}`);
    }
    if (isAdmitted) admitted.push({ at: now, cost });
  }
  return faults;
}

/** The instant of the admission with whose leaving `wanted` units have left. */
function waitOf(admitted: readonly { at: number; cost: number }[], wanted: number): number {
  let left = wanted;
  for (const { at, cost } of admitted) {
    left -= cost;
    if (left <= 0) return at;
  }
  throw new Error('Cannot be: more is wanted than was admitted');
}
