/** What a tenant may spend: all runs together, by the day and by the month. */
import { describe, expect, it } from 'vitest';
import { createTenantBudget } from '../../../src/runtime/models/tenant-budget.ts';
import type { SpendSettings } from '../../../src/runtime/settings/spend.ts';

const signal = new AbortController().signal;
const NOON = Date.UTC(2026, 10, 28, 12);
const worst = (outputUsd: number) => ({ inputTokens: 0, outputTokens: 0, inputUsd: 0, outputUsd });

function tenant(caps: SpendSettings, spent: { [day: string]: number } = {}) {
  const added: number[] = [];
  const asked: number[] = [];
  const budget = createTenantBudget({
    caps: async () => caps,
    now: () => NOON,
    book: {
      spentSince(day) {
        asked.push(day);
        const key = new Date(day).toISOString().slice(0, 10);
        return (spent[key] ?? 0) + added.reduce((sum, usd) => sum + usd, 0);
      },
      add: (usd) => void added.push(usd),
    },
  });
  return { budget, added, asked };
}

describe('createTenantBudget()', () => {
  it('without caps refuses nothing and asks nobody', async () => {
    const { budget, asked } = tenant({});
    expect(await budget.limits()).toEqual({});
    expect((await budget.reserve(worst(1_000), signal)).ok).toBe(true);
    expect(asked).toEqual([]);
  });

  it('refuses what could pass the cap of the day', async () => {
    const { budget } = tenant({ max_usd_per_day: 1 }, { '2026-11-28': 0.9 });
    expect(await budget.limits()).toEqual({ maxCostUsd: 1 });
    expect((await budget.reserve(worst(0.1), signal)).ok).toBe(true);
    expect(await budget.reserve(worst(0.01), signal)).toMatchObject({
      ok: false,
      error: { code: 'budget_exceeded', retryable: false },
    });
  });

  it('refuses what could pass the cap of the month, which begins on its first day', async () => {
    const { budget, asked } = tenant({ max_usd_per_month: 5 }, { '2026-11-01': 4.5 });
    expect((await budget.reserve(worst(0.6), signal)).ok).toBe(false);
    expect((await budget.reserve(worst(0.5), signal)).ok).toBe(true);
    expect(new Set(asked)).toEqual(new Set([Date.UTC(2026, 10, 1)]));
  });

  it('counts what calls under way hold, and what they came to', async () => {
    const { budget, added } = tenant({ max_usd_per_day: 1 });
    const held = await budget.reserve(worst(0.8), signal);
    expect((await budget.reserve(worst(0.3), signal)).ok).toBe(false);
    if (held.ok) {
      held.value.settle({ inputTokens: 1, outputTokens: 1, costUsd: 0.2 });
      held.value.settle({ inputTokens: 1, outputTokens: 1, costUsd: 0.2 });
    }
    expect(added).toEqual([0.2]);
    expect((await budget.reserve(worst(0.8), signal)).ok).toBe(true);
  });
});
