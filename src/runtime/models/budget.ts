/**
 * What may still be spent: no call begins that could pass it. Calls under way count at their worst
 * until they end; one that fits only without them waits for them.
 *
 * Where a provider counts more tokens in a prompt than the worst, later ones grow as much.
 *
 * B1. What was spent and what is reserved are never more than the limits together.
 */
import { fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import { budgeted, roundUsd } from '../../core/run/spend.ts';
import type { Spend } from '../../core/run/spend.ts';
import type { Worst } from './worst.ts';

export interface BudgetLimits {
  readonly maxCostUsd?: number;
  readonly maxTokens?: number;
}

export interface Reservation {
  /** With what the call came to, however it ended; once. */
  readonly settle: (spent: Spend | undefined) => void;
}

export interface Budget {
  /** Asked before each call: settings change. */
  limits(): Promise<BudgetLimits>;
  /** `budget_exceeded`, `cancelled`. */
  reserve(worst: Worst, signal: AbortSignal): Promise<Result<Reservation>>;
}

interface Sum {
  usd: number;
  tokens: number;
}

export function createBudget(given: BudgetLimits, before: Spend): Budget {
  const spent: Sum = { ...budgeted(before) };
  const reserved: Sum = { usd: 0, tokens: 0 };
  const waiting = new Set<() => void>();
  /** By how much the worst guess so far was too low. */
  let ratio = 1;
  const { maxCostUsd, maxTokens } = given;
  const limits: BudgetLimits = {
    ...(maxCostUsd !== undefined && { maxCostUsd }),
    ...(maxTokens !== undefined && { maxTokens }),
  };

  function fits(worst: Sum, held: Sum): boolean {
    const usd = roundUsd(spent.usd + held.usd + worst.usd);
    const tokens = spent.tokens + held.tokens + worst.tokens;
    return (
      (maxCostUsd === undefined || usd <= maxCostUsd) &&
      (maxTokens === undefined || tokens <= maxTokens)
    );
  }

  function hold(worst: Sum, guessed: number): Reservation {
    reserved.usd += worst.usd;
    reserved.tokens += worst.tokens;
    let isSettled = false;
    return {
      settle(actual) {
        if (isSettled) return;
        isSettled = true;
        reserved.usd = roundUsd(reserved.usd - worst.usd);
        reserved.tokens -= worst.tokens;
        const { usd, tokens } = budgeted(actual);
        spent.usd = roundUsd(spent.usd + usd);
        spent.tokens += tokens;
        if (guessed > 0) ratio = Math.max(ratio, (actual?.inputTokens ?? 0) / guessed);
        for (const wake of waiting) wake();
        waiting.clear();
      },
    };
  }

  return {
    limits: async () => limits,
    async reserve({ inputTokens, outputTokens, inputUsd, outputUsd }, signal) {
      for (;;) {
        const worst: Sum = {
          usd: roundUsd(inputUsd * ratio + outputUsd),
          tokens: Math.ceil(inputTokens * ratio) + outputTokens,
        };
        if (signal.aborted) return fail('cancelled', 'Cannot wait for the budget any longer');
        if (!fits(worst, { usd: 0, tokens: 0 })) return exceeded(limits, spent, worst);
        if (fits(worst, reserved)) return ok(hold(worst, inputTokens));
        await new Promise<void>((wake) => {
          waiting.add(wake);
          signal.addEventListener('abort', () => wake(), { once: true });
        });
      }
    },
  };
}

function exceeded(
  { maxCostUsd, maxTokens }: BudgetLimits,
  spent: Sum,
  worst: Sum,
): ReturnType<typeof fail> {
  const isCost = maxCostUsd !== undefined && roundUsd(spent.usd + worst.usd) > maxCostUsd;
  const said = isCost
    ? `$${spent.usd} of $${maxCostUsd} are spent, and this call may cost $${worst.usd}`
    : `${spent.tokens} of ${maxTokens} tokens are spent, and this call may take ${worst.tokens}`;
  return fail('budget_exceeded', `Cannot ask another model within the budget: ${said}`);
}
