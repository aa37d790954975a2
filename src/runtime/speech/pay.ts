/** Pays for what is spoken and heard: by characters before a call, by minutes once it is known how many. */
import { fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import { roundUsd } from '../../core/run/spend.ts';
import type { Spend } from '../../core/run/spend.ts';
import type { SpeechNode } from '../../core/recipe/plan.ts';
import type { Budget, Reservation } from '../models/budget.ts';
import { nameOf } from '../models/names.ts';
import { takeTurn } from '../models/pace.ts';
import type { PaceDeps } from '../models/pace.ts';
import { voicePriceOf } from '../models/prices.ts';
import type { ModelFailure, ModelName } from '../ports/models.ts';
import type { VoicePriceTable } from '../settings/prices.ts';
import type { TaskContext, TaskFailure } from '../tasks/task.ts';

/** What a call is paid by. */
export type Amount =
  | { readonly of: 'characters'; readonly count: number }
  /** `most`: before anybody has listened. */
  | { readonly of: 'minutes'; readonly most: number };

/** Asks a provider when budgets and limits let it. `took`: minutes, as far as the reply tells. */
export type Pay = <T>(
  model: ModelName,
  amount: Amount,
  order: {
    readonly ask: () => Promise<Result<T, ModelFailure>>;
    readonly took?: (reply: T) => number | undefined;
  },
) => Promise<Result<T, TaskFailure>>;

const NO_TOKENS = { inputTokens: 0, outputTokens: 0 };
const MILLION = 1_000_000;

export function createPay(
  { budgets, context, note }: TaskContext<SpeechNode>,
  { pace, prices }: { readonly pace: PaceDeps; readonly prices: VoicePriceTable },
): Pay {
  return async (model, amount, { ask, took }) => {
    const priced = voicePriceOf(model, prices);
    const each = amount.of === 'characters' ? priced?.per_million_characters : priced?.per_minute;
    const bounds = await Promise.all(budgets.map((budget) => budget.limits()));
    const hasCost = bounds.some(({ maxCostUsd }) => maxCostUsd !== undefined);
    if (each === undefined && hasCost && context.plan.limits.allowUnpriced !== true) {
      return fail(
        'price_unknown',
        `Cannot ask "${nameOf(model)}" within a budget: it has no price for its ${amount.of}; set one, or "allow_unpriced"`,
      );
    }
    const most =
      amount.of === 'characters'
        ? ((each ?? 0) * amount.count) / MILLION
        : (each ?? 0) * amount.most;
    const held = await holdAll(budgets, roundUsd(most), pace.signal);
    if (!held.ok) return held;
    let spent: Spend | undefined;
    try {
      const turn = await takeTurn(pace, model, NO_TOKENS);
      if (!turn.ok) return turn;
      try {
        const reply = await ask();
        const told = reply.ok ? (took === undefined ? most : timesOf(each, took(reply.value))) : 0;
        const isKnown = reply.ok ? told !== undefined : reply.error.mayHaveCost !== true;
        if (each !== undefined && (reply.ok || !isKnown)) {
          const usd = roundUsd(isKnown ? (told ?? 0) : most);
          spent = { ...NO_TOKENS, ...(isKnown ? { costUsd: usd } : { heldUsd: usd }) };
        }
        return reply;
      } finally {
        await turn.value.done(undefined);
      }
    } finally {
      if (spent !== undefined) note({ spent });
      for (const reservation of held.value) reservation.settle(spent);
    }
  };
}

async function holdAll(
  budgets: readonly Budget[],
  usd: number,
  signal: AbortSignal,
): Promise<Result<readonly Reservation[]>> {
  const held: Reservation[] = [];
  for (const budget of budgets) {
    const reserved = await budget.reserve({ ...NO_TOKENS, inputUsd: 0, outputUsd: usd }, signal);
    if (!reserved.ok) {
      for (const each of held) each.settle(undefined);
      return reserved;
    }
    held.push(reserved.value);
  }
  return ok(held);
}

/** A number of minutes that cannot be is none. */
function timesOf(each: number | undefined, minutes: number | undefined): number | undefined {
  const isTold = minutes !== undefined && Number.isFinite(minutes) && minutes >= 0;
  return isTold ? (each ?? 0) * minutes : undefined;
}

/** No codec of speech in use takes fewer bits. */
const LEAST_BITS_PER_SECOND = 4_000;
const SECONDS = 60;

/** Of a WAV file it says so itself; of any other it is what its bytes can hold. */
export function mostMinutes(audio: Uint8Array): number {
  const perSecond = wavBytesPerSecond(audio) ?? LEAST_BITS_PER_SECOND / 8;
  return audio.length / perSecond / SECONDS;
}

function wavBytesPerSecond(audio: Uint8Array): number | undefined {
  const isWav = audio.length > 44 && String.fromCharCode(...audio.subarray(0, 4)) === 'RIFF';
  if (!isWav) return undefined;
  const rate = new DataView(audio.buffer, audio.byteOffset).getUint32(28, true);
  return rate >= LEAST_BITS_PER_SECOND / 8 ? rate : undefined;
}
