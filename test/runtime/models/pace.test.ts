/** Limits of a provider, shared by a tenant's runs: never passed, and everything gets its turn. */
import { describe, expect, it } from 'vitest';
import { createSlots } from '../../../src/runtime/models/slots.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import type { ModelLimits } from '../../../src/runtime/settings/models.ts';
import { createManualClock, settled } from '../../support/manual-clock.ts';
import { recipe } from '../../support/recipe-text.ts';
import { startRun } from '../../support/run-recipe.ts';
import { scriptModels } from '../../support/scripted-models.ts';
import { createTestStores } from '../../support/stores.ts';

const USAGE = { inputTokens: 20, outputTokens: 150 };

const map = (
  items: number,
  { concurrency, prompt, options }: { concurrency: number; prompt: string; options: JsonObject },
) =>
  recipe({
    nodes: [
      {
        id: 'm',
        type: 'map',
        over: Array.from({ length: items }, (_, index) => index),
        max_concurrency: concurrency,
        collect: 'values',
        task: {
          type: 'language_task',
          prompt,
          model: { provider: 'x', model: 'm', ...options },
        },
      },
    ],
  });

/** The most that any window of a minute has seen. */
function most(uses: readonly { at: number; amount: number }[]): number {
  return Math.max(
    ...uses.map(({ at }) =>
      uses
        .filter((each) => each.at >= at && each.at < at + 60_000)
        .reduce((sum, { amount }) => sum + amount, 0),
    ),
  );
}

async function together(
  limits: { [of: string]: ModelLimits },
  {
    runs = 2,
    items = 40,
    concurrency = 20,
    usage = USAGE,
    tookMs = 700,
    prompt = '{{ item }}',
    options = { max_tokens: 150 } as JsonObject,
  } = {},
) {
  const clock = createManualClock();
  const stores = createTestStores(clock);
  const modelSlots = createSlots();
  const asked: number[] = [];
  const answered: number[] = [];
  const flying = { now: 0, most: 0 };
  const models = scriptModels(async () => {
    asked.push(clock.now());
    flying.now += 1;
    flying.most = Math.max(flying.most, flying.now);
    await clock.sleep(tookMs);
    answered.push(clock.now());
    flying.now -= 1;
    return { says: 'ok', usage };
  });
  const modelRules = async () => ({ models: { aliases: {}, limits }, prices: {} });
  const started = await Promise.all(
    Array.from({ length: runs }, () =>
      startRun(map(items, { concurrency, prompt, options }), {
        clock,
        stores,
        modelSlots,
        models,
        modelRules,
      }),
    ),
  );
  for (let step = 0; step < 2_000 && started.some((run) => run.status() === 'running'); step += 1) {
    await clock.advance(Math.max(1, (clock.nextAt() ?? clock.now()) - clock.now()));
    await settled();
  }
  return { started, asked, answered, flying, minutes: (clock.now() - asked[0]!) / 60_000 };
}

describe('two runs of 40 language nodes each, 20 at a time', () => {
  it('never pass 60 requests or 10 000 tokens a minute, and finish', async () => {
    const { started, asked, minutes } = await together({
      x: { requests_per_minute: 60, tokens_per_minute: 10_000 },
    });
    expect(started.map((run) => run.status())).toEqual(['completed', 'completed']);
    expect(asked).toHaveLength(80);
    const uses = asked.map((at) => ({ at, amount: 1 }));
    expect(most(uses)).toBeLessThanOrEqual(60);
    expect(most(uses.map(({ at }) => ({ at, amount: 170 })))).toBeLessThanOrEqual(10_000);
    // 13 600 tokens at 10 000 a minute: no faster than the limit, and not much slower.
    expect(minutes).toBeLessThan(2);
    expect(started.map((run) => run.state.ledgers.get('m')?.failed)).toEqual([0, 0]);
    // Waiting for a limit of ours is no failure, so it uses up no attempt.
    const events = started.flatMap((run) => run.events().map(({ type }) => type));
    expect(events).not.toContain('node.retrying');
    expect(events).toContain('node.throttled');
  });

  it.each([
    ['a token for each byte of Chinese text', '語'.repeat(300), 1_000 + 150],
    ['a token for each byte, and a lot around it', 'x'.repeat(900), 1_000 + 150],
  ])('never pass 10 000 tokens when a provider counts %s', async (_what, prompt, tokens) => {
    const { started, asked, answered } = await together(
      { x: { requests_per_minute: 60, tokens_per_minute: 10_000 } },
      { prompt, usage: { inputTokens: tokens - 150, outputTokens: 150 }, items: 20 },
    );
    expect(started.map((run) => run.status())).toEqual(['completed', 'completed']);
    // Whenever it counts: as it is asked, or as it has answered.
    for (const times of [asked, answered])
      expect(most(times.map((at) => ({ at, amount: tokens })))).toBeLessThanOrEqual(10_000);
  });

  it('give back what an answer does not take: it is not waited for until it leaves the window', async () => {
    const { started, asked, answered, minutes } = await together(
      { x: { tokens_per_minute: 10_000 } },
      // Nobody limits the answer, so 4 096 tokens are reserved for it: two calls at a time.
      { options: {}, usage: { inputTokens: 10, outputTokens: 20 } },
    );
    expect(started.map((run) => run.status())).toEqual(['completed', 'completed']);
    expect(asked).toHaveLength(80);
    expect(most(answered.map((at) => ({ at, amount: 30 })))).toBeLessThanOrEqual(10_000);
    expect(minutes).toBeLessThan(1);
  });

  it('never pass it with answers that take longer than a minute', async () => {
    const { started, asked, answered } = await together(
      { x: { tokens_per_minute: 2_000 } },
      { items: 4, tookMs: 90_000, usage: { inputTokens: 20, outputTokens: 150 } },
    );
    expect(started.map((run) => run.status())).toEqual(['completed', 'completed']);
    for (const times of [asked, answered])
      expect(most(times.map((at) => ({ at, amount: 170 })))).toBeLessThanOrEqual(2_000);
  });

  it('never pass a limit of requests alone', async () => {
    const { asked, started } = await together(
      { 'x/m': { requests_per_minute: 15 } },
      { items: 20 },
    );
    expect(most(asked.map((at) => ({ at, amount: 1 })))).toBe(15);
    expect(started.map((run) => run.status())).toEqual(['completed', 'completed']);
  });

  it('have no more calls under way than may be', async () => {
    const { flying, started } = await together({ x: { max_concurrency: 3 } });
    expect(flying.most).toBe(3);
    expect(started.map((run) => run.status())).toEqual(['completed', 'completed']);
  });
});

it('tokens that were guessed too low are made good, and the next guess is better', async () => {
  const usage = { inputTokens: 350, outputTokens: 150 };
  const { asked, started } = await together(
    { x: { tokens_per_minute: 2_000 } },
    { runs: 1, items: 12, concurrency: 1, usage },
  );
  expect(most(asked.map((at) => ({ at, amount: 500 })))).toBeLessThanOrEqual(2_000);
  expect(started[0]!.status()).toBe('completed');
});

it('a call that could never pass is refused, not kept waiting', async () => {
  const { started, asked } = await together(
    { x: { tokens_per_minute: 100 } },
    { runs: 1, items: 1 },
  );
  expect(asked).toEqual([]);
  expect(started[0]!.state.failure).toMatchObject({ code: 'map_items_failed' });
  expect(JSON.stringify(started[0]!.state.failure)).toContain('model_options_invalid');
});

describe('createSlots()', () => {
  const signal = new AbortController().signal;

  it('gives slots in the order in which they were asked for', async () => {
    const slots = createSlots();
    const order: number[] = [];
    const first = await slots.take('x', 1, signal);
    const others = [1, 2, 3].map(async (number) => {
      const slot = await slots.take('x', 1, signal);
      order.push(number);
      if (slot.ok) slot.value();
    });
    if (first.ok) {
      first.value();
      first.value();
    }
    await Promise.all(others);
    expect(order).toEqual([1, 2, 3]);
  });

  it('passes over whoever has left', async () => {
    const slots = createSlots();
    const first = await slots.take('x', 1, signal);
    const stop = new AbortController();
    const gone = slots.take('x', 1, stop.signal);
    const next = slots.take('x', 1, signal);
    stop.abort();
    expect(await gone).toMatchObject({ ok: false });
    if (first.ok) first.value();
    expect((await next).ok).toBe(true);
  });
});
