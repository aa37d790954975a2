/** What a tenant may spend in a day and in a month, all its runs together. */
import { fail, ok } from '../../core/errors.ts';
import { budgeted, roundUsd } from '../../core/run/spend.ts';
import type { EpochMs } from '../ports.ts';
import type { SpendSettings } from '../settings/spend.ts';
import type { Budget } from './budget.ts';

/** What was spent, as far as anybody knows. */
export interface SpendBook {
  /** US dollars since the start of a day in UTC. */
  spentSince(day: EpochMs): Promise<number> | number;
  /** Spent now, and not in the tables yet. */
  add(usd: number): void;
}

export interface TenantBudgetDeps {
  readonly caps: () => Promise<SpendSettings>;
  readonly book: SpendBook;
  readonly now: () => EpochMs;
}

/** A run that is refused ends; nothing waits for another day. */
export function createTenantBudget({ caps, book, now }: TenantBudgetDeps): Budget {
  let held = 0;
  return {
    async limits() {
      const { max_usd_per_day: day, max_usd_per_month: month } = await caps();
      const least = [day, month].filter((cap) => cap !== undefined);
      return least.length === 0 ? {} : { maxCostUsd: Math.min(...least) };
    },
    async reserve({ inputUsd, outputUsd }) {
      const { max_usd_per_day: perDay, max_usd_per_month: perMonth } = await caps();
      const worst = inputUsd + outputUsd;
      const periods = [
        { what: 'day', cap: perDay, since: startOfDay(now()) },
        { what: 'month', cap: perMonth, since: startOfMonth(now()) },
      ];
      for (const { what, cap, since } of periods) {
        if (cap === undefined) continue;
        const spent = await book.spentSince(since);
        if (roundUsd(spent + held + worst) <= cap) continue;
        const said = `$${roundUsd(spent)} of $${cap} are spent, and this call may cost $${roundUsd(worst)}`;
        return fail('budget_exceeded', `Cannot ask another model this ${what}: ${said}`);
      }
      held += worst;
      let isSettled = false;
      return ok({
        settle(actual) {
          if (isSettled) return;
          isSettled = true;
          held = roundUsd(held - worst);
          book.add(budgeted(actual).usd);
        },
      });
    },
  };
}

const DAY_MS = 86_400_000;

export function startOfDay(at: EpochMs): EpochMs {
  return Math.floor(at / DAY_MS) * DAY_MS;
}

function startOfMonth(at: EpochMs): EpochMs {
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
}
