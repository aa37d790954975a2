/** Pays for the calls of one attempt: what may be asked, what it cost, and what is to be written of it. */
import { fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import { addSpend, budgeted, roundUsd } from '../../core/run/spend.ts';
import type { Spend } from '../../core/run/spend.ts';
import type { ModelCall, ModelFailure, ModelReply, ModelUsage } from '../ports/models.ts';
import type { Price, PriceTable } from '../settings/prices.ts';
import type { TaskFailure } from '../tasks/task.ts';
import type { Budget, Reservation } from './budget.ts';
import { nameOf } from './names.ts';
import { bytesPerTokenOf, limitsOf, takeTurn } from './pace.ts';
import type { PaceDeps } from './pace.ts';
import { priceOf, spendOf } from './prices.ts';
import { hidesLimit, maxTokensOf, USUAL_MAX_TOKENS, worstOf } from './worst.ts';
import type { Worst } from './worst.ts';

export interface PurseDeps {
  readonly prices: PriceTable;
  /** The run's, and the tenant's. */
  readonly budgets: readonly Budget[];
  readonly allowUnpriced: boolean;
  readonly pace: PaceDeps;
}

interface Terms {
  readonly call: ModelCall;
  readonly worst: Worst;
  readonly priced: Price | undefined;
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

  /** What the call is sent as, and what it comes to at most. Fails when a budget needs a price, and there is none. */
  async function terms(given: ModelCall): Promise<Result<Terms>> {
    const priced = priceOf(given, prices);
    const limited = limitsOf(given, pace.settings);
    const bounds = await Promise.all(budgets.map((budget) => budget.limits()));
    const isPaced = limited.some(({ limits }) => limits.tokens_per_minute);
    const isBounded = isPaced || bounds.some((limits) => Object.keys(limits).length > 0);
    const hasCost = bounds.some(({ maxCostUsd }) => maxCostUsd !== undefined);
    if (hasCost && priced === undefined && !allowUnpriced) {
      return fail(
        'price_unknown',
        `Cannot ask "${nameOf(given)}" within a budget: it has no price; set one, or "allow_unpriced"`,
      );
    }
    if (isBounded && hidesLimit(given)) {
      return fail(
        'model_options_invalid',
        `Cannot ask "${nameOf(given)}" within limits: its "generationConfig" leaves the answer without one`,
      );
    }
    const call = isBounded && maxTokensOf(given) === undefined ? withMaxTokens(given) : given;
    const worst = worstOf(call, { priced, bytesPerToken: bytesPerTokenOf(limited) });
    return ok({ call, worst, priced });
  }

  async function hold(worst: Worst): Promise<Result<readonly Reservation[]>> {
    const held: Reservation[] = [];
    for (const budget of budgets) {
      const reserved = await budget.reserve(worst, pace.signal);
      if (!reserved.ok) {
        for (const each of held) each.settle(undefined);
        return reserved;
      }
      held.push(reserved.value);
    }
    return ok(held);
  }

  return {
    async pay(given, send) {
      const found = await terms(given);
      if (!found.ok) return found;
      const { call, worst } = found.value;
      const held = await hold(worst);
      if (!held.ok) return held;
      let spent: Spend | undefined;
      try {
        const turn = await takeTurn(pace, call, worst);
        if (!turn.ok) return turn;
        // Whatever happens, it was sent.
        spent = restOf(undefined, found.value);
        try {
          const reply = await send(call);
          spent = spentBy(reply, found.value);
          return reply;
        } finally {
          await turn.value.done(spent);
        }
      } finally {
        if (spent !== undefined) note(spent);
        for (const each of held.value) each.settle(spent);
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

/** What was told, and the most of what was not. Nothing: it was refused. */
function spentBy(reply: Result<ModelReply, ModelFailure>, terms: Terms): Spend | undefined {
  const usage = reply.ok ? reply.value.usage : reply.error.usage;
  const isWhole = reply.ok ? usage !== undefined : reply.error.mayHaveCost !== true;
  if (!isWhole) return restOf(usage, terms);
  return usage === undefined ? undefined : spendOf(usage, terms.priced);
}

function restOf(usage: ModelUsage | undefined, { worst, priced }: Terms): Spend {
  const told = spendOf(usage ?? { inputTokens: 0, outputTokens: 0 }, priced);
  const { costUsd: _nothing, ...untold } = told;
  const spent = usage === undefined ? untold : told;
  const { tokens, usd } = budgeted(spent);
  const heldTokens = Math.max(0, worst.inputTokens + worst.outputTokens - tokens);
  const heldUsd = Math.max(0, roundUsd(worst.inputUsd + worst.outputUsd - usd));
  return { ...spent, heldTokens, ...(priced !== undefined && { heldUsd }) };
}

function withMaxTokens(call: ModelCall): ModelCall {
  return { ...call, options: { ...call.options, max_tokens: USUAL_MAX_TOKENS } };
}
