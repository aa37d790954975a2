/** What a run may spend: it ends before the call that could pass, and what was spent is exact. */
import { describe, expect, it } from 'vitest';
import { createBudget } from '../../../src/runtime/models/budget.ts';
import { priceOf, spendOf } from '../../../src/runtime/models/prices.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import type { PriceTable } from '../../../src/runtime/settings/prices.ts';
import { recipe } from '../../support/recipe-text.ts';
import { runRecipe } from '../../support/run-recipe.ts';
import { createRandom } from '../../contracts/rate-limiter.ts';
import { scriptModels } from '../../support/scripted-models.ts';
import type { Scripted } from '../../support/scripted-models.ts';

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
    // A call takes 0.582, and may take about 0.68: two fit into 1.8, a third does not.
    const { run, calls } = await spend({ max_cost_usd: 1.8 });
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
      limits: { max_cost_usd: 1.5 },
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

  it.each<[JsonObject, string | undefined]>([
    [{ generationConfig: { maxOutputTokens: null } }, 'model_options_invalid'],
    [{ generationConfig: { maxOutputTokens: -1 } }, 'model_options_invalid'],
    [{ generationConfig: 'none' }, 'model_options_invalid'],
    [{ generationConfig: { maxOutputTokens: 60, topK: 1 } }, undefined],
    [{ generationConfig: null }, undefined],
  ])(
    'is not led past by options that go into the request as they are: %j',
    async (options, code) => {
      const model = { provider: 'x', model: 'm', max_tokens: 50, ...options };
      const { run, calls } = await spend({ max_cost_usd: 50 }, { nodes: 1, node: { model } });
      expect(run.state.failure?.code).toBe(code);
      expect(calls).toHaveLength(code === undefined ? 1 : 0);
    },
  );

  it('gives an answer without a limit one, so that it has a worst', async () => {
    const { calls } = await spend({ max_cost_usd: 500 }, { nodes: 1, node: { model: 'x/m' } });
    expect(calls[0]?.options).toEqual({ max_tokens: 4096 });
    const { calls: free } = await spend({}, { nodes: 1, node: { model: 'x/m' } });
    expect(free[0]?.options).toEqual({});
  });
});

describe('what a provider does not tell', () => {
  const limits = { max_cost_usd: 1.2 };
  const node = {
    id: 'a',
    type: 'language_task',
    prompt: 'Go',
    model: { provider: 'x', model: 'm', max_tokens: 50 },
    retry: { max_attempts: 5 },
  };
  const modelRules = async () => ({ models: { aliases: {}, limits: {} }, prices: PRICES });
  const told = { inputTokens: 100, outputTokens: 50 };

  it.each<[string, Scripted]>([
    ['an answer that breaks off', { fails: 'provider_network', mayHaveCost: true }],
    [
      'one that had told a part of it',
      {
        fails: 'provider_network',
        mayHaveCost: true,
        usage: { inputTokens: 90, outputTokens: 1 },
      },
    ],
  ])('%s counts at its worst: the next attempt does not fit', async (_what, broken) => {
    const models = scriptModels(() => broken);
    const run = await runRecipe(recipe({ limits, nodes: [node] }), { models, modelRules });
    expect(models.calls).toHaveLength(1);
    expect(run.state.failure).toMatchObject({ code: 'budget_exceeded' });
    const view = run.view();
    if (!('metrics' in view)) throw new Error('it has not begun');
    const { metrics } = view;
    const usage = ('usage' in broken && broken.usage) || { inputTokens: 0, outputTokens: 0 };
    expect(metrics).toMatchObject({
      input_tokens: usage.inputTokens,
      output_tokens: usage.outputTokens,
    });
    // 0.5 for the answer, and the prompt at a token a byte.
    expect((metrics.cost_usd ?? 0) + (metrics.unreported_cost_usd ?? 0)).toBeGreaterThan(0.6);
    expect(metrics.unreported_tokens).toBeGreaterThan(100);
  });

  it('a refusal took nothing: it is tried again', async () => {
    const models = scriptModels((_call, before) =>
      before < 4 ? { fails: 'provider_rate_limited' } : { says: 'ok', usage: told },
    );
    const run = await runRecipe(recipe({ limits, nodes: [node] }), { models, modelRules });
    expect(run.view()).toMatchObject({
      status: 'completed',
      metrics: { cost_usd: 0.6, unreported_tokens: 0, unreported_cost_usd: null },
    });
  });

  it('an answer without its usage counts at its worst, and a warning says so', async () => {
    const models = scriptModels(() => ({ says: 'ok', usage: null }));
    const nodes = [node, { ...node, id: 'b' }];
    const run = await runRecipe(recipe({ limits, nodes }), { models, modelRules });
    expect(models.calls).toHaveLength(1);
    expect(run.warnings()).toContain('usage_unknown');
    expect(run.state.failure).toMatchObject({ code: 'budget_exceeded', node: 'b' });
    expect(run.state.rows.get('a')?.stats).not.toHaveProperty('heldTokens');
  });

  it('still counts when the run is restored', async () => {
    const before = { inputTokens: 0, outputTokens: 0, heldTokens: 90, heldUsd: 0.9 };
    const budget = createBudget({ maxCostUsd: 1, maxTokens: 100 }, before);
    expect((await budget.reserve(worst(0.2), signal)).ok).toBe(false);
    expect((await budget.reserve(worst(0, 11), signal)).ok).toBe(false);
    expect((await budget.reserve(worst(0.1, 10), signal)).ok).toBe(true);
  });
});

it('no budget is passed by a provider that counts every byte, whatever it is asked', async () => {
  const random = createRandom(7);
  const counted = { tokens: 0, usd: 0 };
  const models = scriptModels(({ messages, options }) => {
    const inputTokens = Buffer.byteLength(JSON.stringify({ messages, options }));
    const outputTokens = Math.floor(Number(options['max_tokens']) * (0.5 + random() / 2));
    counted.tokens += inputTokens + outputTokens;
    counted.usd += inputTokens / 1_000 + outputTokens / 100;
    return random() < 0.2
      ? { fails: 'provider_network', mayHaveCost: true }
      : { says: 'ok', usage: { inputTokens, outputTokens } };
  });
  for (let round = 0; round < 30; round += 1) {
    Object.assign(counted, { tokens: 0, usd: 0 });
    const limits = {
      max_cost_usd: 1 + random() * 20,
      max_tokens: 500 + Math.floor(random() * 9_000),
    };
    const over = Array.from({ length: 12 }, () => '語🙂a\n'.repeat(Math.floor(random() * 60)));
    const task = {
      type: 'language_task',
      prompt: '{{ item }}',
      model: { provider: 'x', model: 'm', max_tokens: 10 + Math.floor(random() * 90) },
      retry: { max_attempts: 3, initial_delay: '10ms' },
    };
    const map = { id: 'm', type: 'map', over, task, max_concurrency: 5, on_error: 'skip' };
    await runRecipe(recipe({ limits, nodes: [map] }), {
      models,
      modelRules: async () => ({ models: { aliases: {}, limits: {} }, prices: PRICES }),
    });
    expect(counted.tokens).toBeLessThanOrEqual(limits.max_tokens);
    expect(counted.usd).toBeLessThanOrEqual(limits.max_cost_usd);
  }
  expect(models.calls.length).toBeGreaterThan(100);
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
});
