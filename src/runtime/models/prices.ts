/** What calls cost: a table that the tenant's settings go over. */
import { roundUsd } from '../../core/run/spend.ts';
import type { Spend } from '../../core/run/spend.ts';
import type { ModelName, ModelUsage } from '../ports/models.ts';
import type { Price, PriceTable, VoicePrice, VoicePriceTable } from '../settings/prices.ts';
import { PRICE_LIST } from './price-list.ts';

const PRICES: PriceTable = Object.assign({}, ...PRICE_LIST.map(({ models }) => models));
const VOICES: VoicePriceTable = Object.assign({}, ...PRICE_LIST.map(({ voices }) => voices));

const MILLION = 1_000_000;

/** A dated version costs what the model does. */
const DATE = /-(?:\d{8}|\d{4}-\d{2}-\d{2}|latest)$/;

export function priceOf(model: ModelName, settings: PriceTable): Price | undefined {
  return find(model, [settings, PRICES]);
}

export function voicePriceOf(model: ModelName, settings: VoicePriceTable): VoicePrice | undefined {
  return find(model, [settings, VOICES]);
}

/** The nearest name of the first table that has any. */
function find<T>(
  { provider, model }: ModelName,
  tables: readonly { readonly [of: string]: T }[],
): T | undefined {
  const names = [`${provider}/${model}`, `${provider}/${model.replace(DATE, '')}`, `${provider}/*`];
  for (const table of tables) {
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
