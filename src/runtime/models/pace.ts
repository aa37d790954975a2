/** How often a tenant's runs may ask: requests and tokens a minute together, and calls at a time. */
import { ComposerError, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import type { Spend } from '../../core/run/spend.ts';
import { throttledBy } from '../limits/throttle.ts';
import type { Tenant } from '../ports.ts';
import type { ModelName } from '../ports/models.ts';
import type { RateCheck, RateLimiter, RatePolicy } from '../ports/rate-limiter.ts';
import type { ModelLimits, ModelSettings } from '../settings/models.ts';
import type { TaskFailure } from '../tasks/task.ts';
import { nameOf } from './names.ts';
import type { Worst } from './prices.ts';
import type { Slots } from './slots.ts';

export interface PaceDeps {
  readonly tenant: Tenant;
  readonly limiter: RateLimiter;
  readonly slots: Slots;
  readonly settings: Pick<ModelSettings, 'limits'>;
  readonly signal: AbortSignal;
}

/** Leave to ask now. */
export interface Turn {
  /** The call has ended, and took so much; nothing when nobody knows. */
  readonly done: (spent: Spend | undefined) => Promise<void>;
}

const MINUTE_MS = 60_000;

interface Limited {
  /** A provider, or one of its models. */
  readonly of: string;
  readonly limits: ModelLimits;
}

export function limitsOf(
  call: ModelName,
  { limits }: Pick<ModelSettings, 'limits'>,
): readonly Limited[] {
  return [call.provider, nameOf(call)].flatMap((of) => {
    const found = Object.hasOwn(limits, of) ? limits[of] : undefined;
    return found === undefined ? [] : [{ of, limits: found }];
  });
}

/** Waits for a slot, then takes from the windows; a refusal says when to come again. */
export async function takeTurn(
  deps: PaceDeps,
  call: ModelName,
  worst: Pick<Worst, 'inputTokens' | 'outputTokens'>,
): Promise<Result<Turn, TaskFailure>> {
  const server = `${deps.tenant} ${call.provider}`;
  const tokens = Math.ceil(worst.inputTokens * deps.slots.ratio(server)) + worst.outputTokens;
  const limited = limitsOf(call, deps.settings);
  const slots: (() => void)[] = [];
  const leave = () => slots.forEach((give) => give());
  for (const { of, limits } of limited) {
    if (limits.max_concurrency === undefined) continue;
    const slot = await deps.slots.take(`${deps.tenant} ${of}`, limits.max_concurrency, deps.signal);
    if (!slot.ok) {
      leave();
      return slot;
    }
    slots.push(slot.value);
  }
  const refused = await consume(deps, limited, call, tokens);
  if (refused !== undefined) {
    leave();
    return { ok: false, error: refused };
  }
  return ok({
    async done(spent) {
      if (spent !== undefined) {
        deps.slots.learn(server, spent.inputTokens / Math.max(1, worst.inputTokens));
        await makeGood(deps, limited, spent.inputTokens + spent.outputTokens - tokens);
      }
      leave();
    },
  });
}

/** A guess that was too low takes from the window what it still has. */
async function makeGood(
  { limiter, tenant }: PaceDeps,
  limited: readonly Limited[],
  more: number,
): Promise<void> {
  if (more <= 0) return;
  for (const check of limited.flatMap((each) => tokenCheck(each, more))) {
    const [decision] = await limiter.check(tenant, [check]);
    if (decision === undefined || decision.ok || decision.remaining <= 0) continue;
    await limiter.check(tenant, [{ ...check, cost: decision.remaining }]);
  }
}

async function consume(
  { limiter, tenant }: PaceDeps,
  limited: readonly Limited[],
  call: ModelName,
  tokens: number,
): Promise<TaskFailure | undefined> {
  const checks = limited.flatMap((each) => [
    ...requestCheck(each),
    // Voices count no tokens.
    ...(tokens > 0 ? tokenCheck(each, tokens) : []),
  ]);
  if (checks.length === 0) return undefined;
  const never = checks.find(({ policy, cost = 1 }) => cost > policy.limit);
  if (never !== undefined) {
    throw new ComposerError(
      'model_options_invalid',
      `Cannot ask "${nameOf(call)}": one call may take ${never.cost} tokens, and ${never.policy.limit} a minute are allowed; set a lower "max_tokens"`,
    );
  }
  return throttledBy(await limiter.check(tenant, checks));
}

function requestCheck({ of, limits }: Limited): RateCheck[] {
  const { requests_per_minute: limit } = limits;
  return limit === undefined ? [] : [{ policy: policyOf(of, 'requests', limit), subject: of }];
}

function tokenCheck({ of, limits }: Limited, cost: number): RateCheck[] {
  const { tokens_per_minute: limit } = limits;
  return limit === undefined ? [] : [{ policy: policyOf(of, 'tokens', limit), subject: of, cost }];
}

/** Calls cost money: while the store cannot be asked, none is made. */
function policyOf(of: string, what: string, limit: number): RatePolicy {
  return { name: `models:${of}:${what}`, limit, windowMs: MINUTE_MS, onStoreError: 'closed' };
}
