/** What calls cost: a table that the tenant's settings go over. */
import { roundUsd } from '../../core/run/spend.ts';
import type { Spend } from '../../core/run/spend.ts';
import type { ModelCall, ModelUsage } from '../ports/models.ts';
import type { Price, PriceTable } from '../settings/prices.ts';

const price = (input: number, output: number, cached?: number, written?: number): Price => ({
  input,
  output,
  ...(cached !== undefined && { cached_input: cached }),
  ...(written !== undefined && { cache_write: written }),
});

/** List prices in US dollars for a million tokens, without tiers and discounts. They change: settings win. */
export const PRICES: PriceTable = {
  'mock/*': price(0, 0),
  'ollama/*': price(0, 0),
  'openai/gpt-5': price(1.25, 10, 0.125),
  'openai/gpt-5-mini': price(0.25, 2, 0.025),
  'openai/gpt-5-nano': price(0.05, 0.4, 0.005),
  'openai/gpt-4.1': price(2, 8, 0.5),
  'openai/gpt-4.1-mini': price(0.4, 1.6, 0.1),
  'openai/gpt-4.1-nano': price(0.1, 0.4, 0.025),
  'openai/gpt-4o': price(2.5, 10, 1.25),
  'openai/gpt-4o-mini': price(0.15, 0.6, 0.075),
  'openai/o3': price(2, 8, 0.5),
  'openai/o4-mini': price(1.1, 4.4, 0.275),
  'anthropic/claude-opus-4-5': price(5, 25, 0.5, 6.25),
  'anthropic/claude-opus-4-1': price(15, 75, 1.5, 18.75),
  'anthropic/claude-sonnet-4-5': price(3, 15, 0.3, 3.75),
  'anthropic/claude-sonnet-4': price(3, 15, 0.3, 3.75),
  'anthropic/claude-haiku-4-5': price(1, 5, 0.1, 1.25),
  'google/gemini-2.5-pro': price(1.25, 10, 0.125),
  'google/gemini-2.5-flash': price(0.3, 2.5, 0.03),
  'google/gemini-2.5-flash-lite': price(0.1, 0.4, 0.01),
};

const MILLION = 1_000_000;

/** A dated version costs what the model does. */
const DATE = /-(?:\d{8}|\d{4}-\d{2}-\d{2}|latest)$/;

export function priceOf(
  { provider, model }: Pick<ModelCall, 'provider' | 'model'>,
  settings: PriceTable,
): Price | undefined {
  const names = [`${provider}/${model}`, `${provider}/${model.replace(DATE, '')}`, `${provider}/*`];
  for (const table of [settings, PRICES]) {
    const name = names.find((each) => Object.hasOwn(table, each));
    if (name !== undefined) return table[name];
  }
  return undefined;
}

export function spendOf(usage: ModelUsage, priced: Price | undefined): Spend {
  const { inputTokens, outputTokens, cachedTokens, cacheWriteTokens, reasoningTokens } = usage;
  const spend = {
    inputTokens,
    outputTokens,
    ...(cachedTokens !== undefined && { cachedTokens }),
    ...(cacheWriteTokens !== undefined && { cacheWriteTokens }),
    ...(reasoningTokens !== undefined && { reasoningTokens }),
  };
  if (priced === undefined) return spend;
  const { input, output, cached_input: cached = input, cache_write: written = input } = priced;
  const read = cachedTokens ?? 0;
  const kept = cacheWriteTokens ?? 0;
  const plain = Math.max(0, inputTokens - read - kept);
  const usd = (plain * input + read * cached + kept * written + outputTokens * output) / MILLION;
  return { ...spend, costUsd: roundUsd(usd) };
}
