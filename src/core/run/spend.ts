/** What a run has spent on models, failed attempts included: exact to the token. */

export interface Spend {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedTokens?: number;
  readonly cacheWriteTokens?: number;
  readonly reasoningTokens?: number;
  /** Absent: nothing of it had a price. */
  readonly costUsd?: number;
  /** Of calls that broke off, or whose tokens nobody told: the most they may have taken. Budgets count it. */
  readonly heldTokens?: number;
  readonly heldUsd?: number;
}

export const NOTHING_SPENT: Spend = { inputTokens: 0, outputTokens: 0 };

export function addSpend(a: Spend, b: Spend): Spend {
  const sum = (key: keyof Spend): number => (a[key] ?? 0) + (b[key] ?? 0);
  const optional = (
    ['cachedTokens', 'cacheWriteTokens', 'reasoningTokens', 'heldTokens'] as const
  ).filter((key) => a[key] !== undefined || b[key] !== undefined);
  return {
    inputTokens: sum('inputTokens'),
    outputTokens: sum('outputTokens'),
    ...Object.fromEntries(optional.map((key) => [key, sum(key)])),
    ...((a.costUsd ?? b.costUsd) !== undefined && { costUsd: roundUsd(sum('costUsd')) }),
    ...((a.heldUsd ?? b.heldUsd) !== undefined && { heldUsd: roundUsd(sum('heldUsd')) }),
  };
}

/** What a budget counts: what was told, and the most of what was not. */
export function budgeted(spend: Spend | undefined): {
  readonly tokens: number;
  readonly usd: number;
} {
  const { inputTokens = 0, outputTokens = 0, heldTokens = 0 } = spend ?? {};
  const { costUsd = 0, heldUsd = 0 } = spend ?? {};
  return { tokens: inputTokens + outputTokens + heldTokens, usd: roundUsd(costUsd + heldUsd) };
}

/** To a millionth of a millionth: sums of binary fractions must not show what they are. */
export function roundUsd(usd: number): number {
  return Math.round(usd * 1e12) / 1e12;
}

export function isSpent(spend: Spend): boolean {
  const { costUsd } = spend;
  const { tokens, usd } = budgeted(spend);
  return tokens > 0 || usd > 0 || costUsd !== undefined;
}
