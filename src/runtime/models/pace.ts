/** How often a tenant's runs may ask: requests and tokens a minute together, and calls at a time. */
import { ComposerError, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import { budgeted } from '../../core/run/spend.ts';
import type { Spend } from '../../core/run/spend.ts';
import { throttledBy } from '../limits/throttle.ts';
import type { Clock, Tenant } from '../ports.ts';
import type { ModelName } from '../ports/models.ts';
import type { RateCheck, RateLimiter, RatePolicy } from '../ports/rate-limiter.ts';
import type { ModelLimits, ModelSettings } from '../settings/models.ts';
import type { TaskFailure } from '../tasks/task.ts';
import { nameOf } from './names.ts';
import type { Slots } from './slots.ts';
import type { Worst } from './worst.ts';

export interface PaceDeps {
  readonly tenant: Tenant;
  readonly limiter: RateLimiter;
  readonly slots: Slots;
  readonly settings: Pick<ModelSettings, 'limits'>;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly signal: AbortSignal;
}

/** Leave to ask now. */
export interface Turn {
  /** The call has ended, and took so much; nothing when it was refused. */
  readonly done: (spent: Spend | undefined) => Promise<void>;
}

/** A minute, and a second for the way: a provider counts a request when it gets there. */
const WINDOW_MS = 61_000;
/** What calls under way have reserved and do not take is waited for so long at a time. */
const PATIENCE_MS = 10_000;

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

/** Bytes that a token of a prompt has at least; a model's own are nearer than its provider's. */
export function bytesPerTokenOf(limited: readonly Limited[]): number {
  return limited.findLast(({ limits }) => limits.bytes_per_token)?.limits.bytes_per_token ?? 1;
}

interface Ask {
  /** What it waits for with others. */
  readonly server: string;
  readonly call: ModelName;
  readonly limited: readonly Limited[];
  readonly tokens: number;
}

/** Waits for a slot, then takes from the windows; a refusal says when to come again. */
export async function takeTurn(
  deps: PaceDeps,
  call: ModelName,
  worst: Pick<Worst, 'inputTokens' | 'outputTokens'>,
): Promise<Result<Turn, TaskFailure>> {
  const { slots, signal, tenant } = deps;
  const server = `${tenant} ${call.provider}`;
  const limited = limitsOf(call, deps.settings);
  const given: (() => void)[] = [];
  const leave = () => given.forEach((give) => give());
  for (const { of, limits } of limited) {
    if (limits.max_concurrency === undefined) continue;
    const slot = await slots.take(`${tenant} ${of}`, limits.max_concurrency, signal);
    if (!slot.ok) {
      leave();
      return slot;
    }
    given.push(slot.value);
  }
  const tokens = Math.ceil(worst.inputTokens * slots.ratio(server)) + worst.outputTokens;
  const entered = await enter(deps, { server, call, limited, tokens });
  if (!entered.ok) {
    leave();
    return entered;
  }
  const { end, used } = entered.value;
  return ok({
    async done(spent) {
      if (spent !== undefined && spent.heldTokens === undefined)
        slots.learn(server, spent.inputTokens / Math.max(1, worst.inputTokens));
      const units = budgeted(spent).tokens;
      for (const each of used) await deps.limiter.correct(tenant, { ...each, units });
      end();
      leave();
    },
  });
}

interface Entered {
  /** Tokens that were entered at their worst. */
  readonly used: readonly (RateCheck & { readonly stamp: number | undefined })[];
  readonly end: () => void;
}

/** What others have reserved comes free when they end, mostly long before it leaves the window. */
async function enter(deps: PaceDeps, ask: Ask): Promise<Result<Entered, TaskFailure>> {
  const { underWay } = deps.slots;
  const { server } = ask;
  const until = deps.clock.now() + PATIENCE_MS;
  const ticket = underWay.ticket();
  for (;;) {
    const taken = await consume(deps, ask);
    if (taken.ok) {
      underWay.passOn(server);
      return taken;
    }
    const { throttle, ...refused } = taken.error;
    const isOfTokens = throttle?.policy.endsWith(':tokens') === true;
    if (throttle === undefined || !isOfTokens || !underWay.isBusy(server)) return taken;
    const leftMs = Math.min(until - deps.clock.now(), throttle.retryAfterMs);
    if (leftMs > 0 && (await waitForEnd(deps, server, { ticket, leftMs }))) continue;
    const retryAfterMs = Math.min(throttle.retryAfterMs, PATIENCE_MS);
    return { ok: false, error: { ...refused, throttle: { ...throttle, retryAfterMs } } };
  }
}

async function waitForEnd(
  { slots, clock, signal }: PaceDeps,
  server: string,
  { ticket, leftMs }: { readonly ticket: number; readonly leftMs: number },
): Promise<boolean> {
  const told = new AbortController();
  const late = clock.sleep(leftMs, AbortSignal.any([signal, told.signal])).catch(() => undefined);
  const isTold = await slots.underWay.nextEnd(server, ticket, late);
  told.abort();
  return isTold && !signal.aborted;
}

async function consume(
  { limiter, tenant, slots }: PaceDeps,
  { server, call, limited, tokens }: Ask,
): Promise<Result<Entered, TaskFailure>> {
  // Voices count no tokens.
  const ofTokens = tokens > 0 ? limited.flatMap((each) => tokenCheck(each, tokens)) : [];
  const checks = [...ofTokens, ...limited.flatMap(requestCheck)];
  if (checks.length === 0) return ok({ used: [], end: () => undefined });
  const never = ofTokens.find(({ policy, cost = 1 }) => cost > policy.limit);
  if (never !== undefined) {
    throw new ComposerError(
      'model_options_invalid',
      `Cannot ask "${nameOf(call)}": one call may take ${never.cost} tokens, and ${never.policy.limit} a minute are allowed; set a lower "max_tokens"`,
    );
  }
  const decisions = await limiter.check(tenant, checks);
  const refused = throttledBy(decisions);
  if (refused !== undefined) return { ok: false, error: refused };
  // At once: whoever was refused after it has to see that it is under way.
  const end = slots.underWay.begin(server);
  return ok({
    used: ofTokens.map((check, at) => ({ ...check, stamp: decisions[at]?.stamp })),
    end,
  });
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
  return { name: `models:${of}:${what}`, limit, windowMs: WINDOW_MS, onStoreError: 'closed' };
}
