/** Pays for the calls of one attempt: what may be asked, what it cost, and what is to be written of it. */
import { fail } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import { addSpend } from '../../core/run/spend.ts';
import type { Spend } from '../../core/run/spend.ts';
import type { ModelCall, ModelFailure, ModelReply } from '../ports/models.ts';
import type { PriceTable } from '../settings/prices.ts';
import type { TaskFailure } from '../tasks/task.ts';
import type { Budget } from './budget.ts';
import { nameOf } from './names.ts';
import { limitsOf, takeTurn } from './pace.ts';
import type { PaceDeps } from './pace.ts';
import { priceOf, spendOf, worstOf } from './prices.ts';

/** Of an answer whose length nobody has limited, where it must have a limit. */
const USUAL_MAX_TOKENS = 4_096;

export interface PurseDeps {
  readonly prices: PriceTable;
  /** The run's, and the tenant's. */
  readonly budgets: readonly Budget[];
  readonly allowUnpriced: boolean;
  readonly pace: PaceDeps;
}

type Send = (call: ModelCall) => Promise<Result<ModelReply, ModelFailure>>;

export interface Purse {
  /** Sends the call once it is paid for. */
  pay(call: ModelCall, send: Send): Promise<Result<ModelReply, TaskFailure>>;
  /** All of this attempt. */
  readonly total: () => Spend | undefined;
  /** What was spent since this was last asked: for the run's own sum. */
  take(): Spend | undefined;
}

export function createPurse({ prices, budgets, allowUnpriced, pace }: PurseDeps): Purse {
  let total: Spend | undefined;
  let untold: Spend | undefined;

  function note(spent: Spend): void {
    total = total === undefined ? spent : addSpend(total, spent);
    untold = untold === undefined ? spent : addSpend(untold, spent);
  }

  return {
    async pay(given, send) {
      const priced = priceOf(given, prices);
      const bounds = await Promise.all(budgets.map((budget) => budget.limits()));
      const isPaced = limitsOf(given, pace.settings).some(({ limits }) => limits.tokens_per_minute);
      const isBounded = isPaced || bounds.some((limits) => Object.keys(limits).length > 0);
      const hasCost = bounds.some(({ maxCostUsd }) => maxCostUsd !== undefined);
      if (hasCost && priced === undefined && !allowUnpriced) {
        return fail(
          'price_unknown',
          `Cannot ask "${nameOf(given)}" within a budget: it has no price; set one, or "allow_unpriced"`,
        );
      }
      const maxTokens = maxTokensOf(given);
      const call = isBounded && maxTokens === undefined ? limited(given) : given;
      const worst = worstOf(call, maxTokens ?? USUAL_MAX_TOKENS, priced);
      const held = [];
      for (const budget of budgets) {
        const reserved = await budget.reserve(worst, pace.signal);
        if (!reserved.ok) {
          for (const each of held) each.settle(undefined);
          return reserved;
        }
        held.push(reserved.value);
      }
      let spent: Spend | undefined;
      try {
        const turn = await takeTurn(pace, call, worst);
        if (!turn.ok) return turn;
        const reply = await send(call);
        const usage = reply.ok ? reply.value.usage : reply.error.usage;
        if (usage !== undefined) spent = spendOf(usage, priced);
        await turn.value.done(spent);
        return reply;
      } finally {
        if (spent !== undefined) note(spent);
        for (const each of held) each.settle(spent);
      }
    },
    total: () => total,
    take() {
      const taken = untold;
      untold = undefined;
      return taken;
    },
  };
}

function maxTokensOf({ options }: ModelCall): number | undefined {
  const given = [
    options['max_tokens'],
    options['max_completion_tokens'],
    options['max_output_tokens'],
  ];
  return given.map(Number).find((number) => Number.isFinite(number) && number > 0);
}

function limited(call: ModelCall): ModelCall {
  return { ...call, options: { ...call.options, max_tokens: USUAL_MAX_TOKENS } };
}
