/** What a run may spend: it ends before the call that could pass, and what was spent is exact. */
import { describe, expect, it } from 'vitest';
import { createBudget } from '../../../src/runtime/models/budget.ts';
import { priceOf, spendOf, worstOf } from '../../../src/runtime/models/prices.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import type { PriceTable } from '../../../src/runtime/settings/prices.ts';
import { recipe } from '../../support/recipe-text.ts';
import { runRecipe } from '../../support/run-recipe.ts';
import { scriptModels } from '../../support/scripted-models.ts';

/** A dollar for a thousand tokens in, ten for a thousand out. */
const PRICES: PriceTable = { 'x/m': { input: 1_000, output: 10_000, cached_input: 100 } };
const signal = new AbortController().signal;
const worst = (outputUsd: number, outputTokens = 0) => ({
  inputUsd: 0,
  outputUsd,
  inputTokens: 0,
  outputTokens,
});

async function spend(
  limits: JsonObject,
  { nodes = 4, model = 'x/m', node = {} as JsonObject, prices = PRICES } = {},
) {
  const models = scriptModels(() => ({
    says: 'ok',
    usage: { inputTokens: 100, outputTokens: 50, cachedTokens: 20 },
  }));
  const text = recipe({
    limits,
    nodes: Array.from({ length: nodes }, (_, index) => ({
      id: `n${index}`,
      type: 'language_task',
      prompt: 'Go',
      model: { provider: 'x', model: model.slice(2), max_tokens: 50 },
      ...node,
    })),
  });
  const run = await runRecipe(text, {
    models,
    modelRules: async () => ({ models: { aliases: {}, limits: {} }, prices }),
  });
  return { run, calls: models.calls };
}

// 80 × 0.001 + 20 × 0.0001 + 50 × 0.01
const COST = 0.582;

describe('a budget of dollars', () => {
  it('ends the run before the call that could pass it, and not sooner', async () => {
    // A call takes 0.582, and may take 0.6: two fit into 1.2, a third does not.
    const { run, calls } = await spend({ max_cost_usd: 1.2 });
    expect(calls).toHaveLength(2);
    expect(run.state.failure).toMatchObject({ code: 'budget_exceeded', node: 'n2' });
    expect(run.view()).toMatchObject({
      status: 'failed',
      metrics: { input_tokens: 200, output_tokens: 100, cached_tokens: 40, cost_usd: 2 * COST },
    });
  });

  it('of a cent asks nothing that may cost more', async () => {
    const { run, calls } = await spend({ max_cost_usd: 0.01 });
    expect(calls).toHaveLength(0);
    expect(run.state.failure).toMatchObject({ code: 'budget_exceeded', retryable: false });
  });

  it('that is large enough ends nothing', async () => {
    const { run } = await spend({ max_cost_usd: 100 });
    expect(run.state.failure).toBeUndefined();
    expect(run.view()).toMatchObject({ metrics: { cost_usd: Math.round(4 * COST * 1e6) / 1e6 } });
    expect(run.state.rows.get('n0')?.stats).toMatchObject({ costUsd: COST });
  });

  it('holds for calls side by side: those that fit only once others have ended wait', async () => {
    const held: (() => void)[] = [];
    let under = 0;
    let most = 0;
    const models = scriptModels(async () => {
      under += 1;
      most = Math.max(most, under);
      await new Promise<void>((go) => held.push(go));
      under -= 1;
      return { says: 'ok', usage: { inputTokens: 0, outputTokens: 10 } };
    });
    const over = [1, 2, 3, 4, 5, 6];
    const task = {
      type: 'language_task',
      prompt: 'Go',
      model: { provider: 'x', model: 'm', max_tokens: 50 },
    };
    const text = recipe({
      limits: { max_cost_usd: 1.2 },
      nodes: [{ id: 'm', type: 'map', over, task, max_concurrency: 6, collect: 'values' }],
    });
    const running = runRecipe(text, {
      models,
      modelRules: async () => ({ models: { aliases: {}, limits: {} }, prices: PRICES }),
    });
    for (let answered = 0; answered < 6; answered += 1) {
      while (held.length === 0) await new Promise((tick) => setImmediate(tick));
      held.shift()!();
    }
    const run = await running;
    expect(most).toBe(2);
    expect(run.view()).toMatchObject({ status: 'completed', metrics: { cost_usd: 0.6 } });
  });

  it('refuses a model without a price, unless told otherwise', async () => {
    const { run, calls } = await spend({ max_cost_usd: 5 }, { model: 'x/other' });
    expect(calls).toHaveLength(0);
    expect(run.state.failure).toMatchObject({ code: 'price_unknown' });
    const allowed = await spend({ max_cost_usd: 5, allow_unpriced: true }, { model: 'x/other' });
    expect(allowed.calls).toHaveLength(4);
    expect(allowed.run.view()).toMatchObject({ metrics: { cost_usd: null, input_tokens: 400 } });
  });

  it('gives an answer without a limit one, so that it has a worst', async () => {
    const { calls } = await spend({ max_cost_usd: 500 }, { nodes: 1, node: { model: 'x/m' } });
    expect(calls[0]?.options).toEqual({ max_tokens: 4096 });
    const { calls: free } = await spend({}, { nodes: 1, node: { model: 'x/m' } });
    expect(free[0]?.options).toEqual({});
  });
});

it('a budget of tokens ends the run before the call that could pass it', async () => {
  const { run, calls } = await spend({ max_tokens: 400 });
  expect(calls).toHaveLength(2);
  expect(run.state.failure).toMatchObject({ code: 'budget_exceeded', node: 'n2' });
});

it('what failed attempts took is spent too', async () => {
  const models = scriptModels((_call, before) =>
    before === 0
      ? { fails: 'provider_error', usage: { inputTokens: 7, outputTokens: 3 } }
      : { says: 'ok', usage: { inputTokens: 100, outputTokens: 50 } },
  );
  const run = await runRecipe(
    recipe({ nodes: [{ id: 'a', type: 'language_task', prompt: 'Go', model: 'x/m' }] }),
    { models },
  );
  expect(run.view()).toMatchObject({ metrics: { input_tokens: 107, output_tokens: 53 } });
});

it('under on_error: continue the flow goes on without models', async () => {
  const { run } = await spend({ max_cost_usd: 0.01 }, { nodes: 2, node: { on_error: 'continue' } });
  expect(run.outputs()).toMatchObject({
    n0: { success: false, error: { code: 'budget_exceeded' } },
  });
});

describe('createBudget()', () => {
  it('counts what a restored run had spent', async () => {
    const budget = createBudget(
      { maxCostUsd: 1 },
      { inputTokens: 1, outputTokens: 1, costUsd: 0.9 },
    );
    expect(await budget.reserve(worst(0.2), signal)).toMatchObject({
      ok: false,
      error: { code: 'budget_exceeded' },
    });
    expect((await budget.reserve(worst(0.1), signal)).ok).toBe(true);
  });

  it('gives back what a call did not take, once', async () => {
    const budget = createBudget({ maxTokens: 100 }, { inputTokens: 0, outputTokens: 0 });
    const held = await budget.reserve(worst(0, 100), signal);
    if (!held.ok) throw new Error('refused');
    held.value.settle({ inputTokens: 40, outputTokens: 0 });
    held.value.settle({ inputTokens: 40, outputTokens: 0 });
    expect((await budget.reserve(worst(0, 60), signal)).ok).toBe(true);
    expect((await budget.reserve(worst(0, 61), signal)).ok).toBe(false);
  });

  it('lets go of whoever waits when nobody needs the answer any more', async () => {
    const budget = createBudget({ maxTokens: 100 }, { inputTokens: 0, outputTokens: 0 });
    await budget.reserve(worst(0, 100), signal);
    const stop = new AbortController();
    const waiting = budget.reserve(worst(0, 50), stop.signal);
    stop.abort();
    expect(await waiting).toMatchObject({ ok: false, error: { code: 'cancelled' } });
  });
});

describe('prices', () => {
  it.each([
    ['openai', 'gpt-4o-mini', 0.15],
    ['openai', 'gpt-4o-mini-2024-07-18', 0.15],
    ['anthropic', 'claude-sonnet-4-5-20250929', 3],
    ['mock', 'anything', 0],
    ['openai', 'unheard-of', undefined],
    ['openai', '__proto__', undefined],
  ])('of %s/%s', (provider, model, input) => {
    expect(priceOf({ provider, model }, {})?.input).toBe(input);
  });

  it('of the settings go over those of the table', () => {
    const own = { input: 7, output: 7 };
    expect(priceOf({ provider: 'openai', model: 'gpt-4o' }, { 'openai/gpt-4o': own })).toBe(own);
    expect(priceOf({ provider: 'lab', model: 'q' }, { 'lab/*': own })).toBe(own);
  });

  it('count what was cached apart', () => {
    const price = { input: 10, output: 20, cached_input: 1, cache_write: 12 };
    const usage = {
      inputTokens: 1_000_000,
      outputTokens: 500_000,
      cachedTokens: 200_000,
      cacheWriteTokens: 100_000,
    };
    expect(spendOf(usage, price).costUsd).toBe(7 + 0.2 + 1.2 + 10);
  });

  it('at their worst count the prompt, the tools and the longest answer', () => {
    const call = {
      provider: 'x',
      model: 'm',
      options: {},
      messages: [{ role: 'user' as const, content: 'x'.repeat(3_000) }],
    };
    const { inputTokens, outputTokens } = worstOf(call, 50, undefined);
    expect(inputTokens).toBeGreaterThan(1_000);
    expect(inputTokens).toBeLessThan(1_100);
    expect(outputTokens).toBe(50);
  });
});
