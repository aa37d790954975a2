/** What a run has spent on models, failed attempts included: exact to the token. */

export interface Spend {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedTokens?: number;
  readonly cacheWriteTokens?: number;
  readonly reasoningTokens?: number;
  /** Absent: nothing of it had a price. */
  readonly costUsd?: number;
}

export const NOTHING_SPENT: Spend = { inputTokens: 0, outputTokens: 0 };

export function addSpend(a: Spend, b: Spend): Spend {
  const sum = (key: keyof Spend): number => (a[key] ?? 0) + (b[key] ?? 0);
  const optional = (['cachedTokens', 'cacheWriteTokens', 'reasoningTokens'] as const).filter(
    (key) => a[key] !== undefined || b[key] !== undefined,
  );
  return {
    inputTokens: sum('inputTokens'),
    outputTokens: sum('outputTokens'),
    ...Object.fromEntries(optional.map((key) => [key, sum(key)])),
    ...((a.costUsd ?? b.costUsd) !== undefined && { costUsd: roundUsd(sum('costUsd')) }),
  };
}

/** To a millionth of a millionth: sums of binary fractions must not show what they are. */
export function roundUsd(usd: number): number {
  return Math.round(usd * 1e12) / 1e12;
}

export function isSpent(spend: Spend): boolean {
  return spend.inputTokens > 0 || spend.outputTokens > 0 || spend.costUsd !== undefined;
}
