/** The RateLimiter over a store of logs: what a check is called there, and who decides while it is down. */
import { codeOf } from '../../core/errors.ts';
import type { Clock, Digests, Log, Tenant } from '../ports.ts';
import type {
  RateCheck,
  RateDecision,
  RateLimiter,
  RatePolicy,
  RateState,
  RateStore,
  RateUse,
} from '../ports/rate-limiter.ts';

export interface LimiterDeps {
  readonly store: RateStore;
  /** Counts for this isolate alone, while the store cannot be asked. */
  readonly local: RateStore;
  readonly digests: Pick<Digests, 'sha256'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

/** The share of the limit that one isolate grants while it counts alone. */
const LOCAL_SHARE = 4;
/** When to ask again what is closed for want of a store. */
const CLOSED_MS = 1_000;
const DEGRADED = { remaining: 0, retryAfterMs: 0, resetMs: 0 };

export function createRateLimiter(deps: LimiterDeps): RateLimiter {
  const { store, digests, log } = deps;

  async function useOf(tenant: Tenant, { policy, subject, cost = 1 }: RateCheck): Promise<RateUse> {
    return {
      subject: await digests.sha256(JSON.stringify([tenant, subject])),
      // Another length of the window is another log: one for both would forget too early for the longer.
      log: `${policy.name} ${policy.windowMs}`,
      limit: Math.max(1, Math.floor(policy.limit)),
      windowMs: Math.max(1, Math.floor(policy.windowMs)),
      cost: Math.max(0, Math.ceil(cost)),
    };
  }

  function failed(error: unknown): void {
    // A store whose errors are of this code has said itself what is wrong.
    if (codeOf(error) === 'store_unavailable') return;
    // The text of another error may hold keys and values.
    log.write('warn', 'limiter_store_failed', {
      store: store.source,
      error: error instanceof Error ? error.name : 'unknown',
    });
  }

  return {
    async check(tenant, checks) {
      const uses = await Promise.all(checks.map((check) => useOf(tenant, check)));
      const joined = joinUses(uses);
      try {
        const states = await store.use(joined.uses);
        return checks.map(({ policy }, index) =>
          decisionOf(policy, states[joined.places[index] ?? 0], store.source),
        );
      } catch (error) {
        failed(error);
        return checkAlone(deps, checks, joined);
      }
    },
    async peek(tenant, check) {
      const use = await useOf(tenant, check);
      try {
        return decisionOf(check.policy, await store.peek(use), store.source);
      } catch (error) {
        failed(error);
        if (check.policy.onStoreError !== 'local') return withoutStore(check.policy);
        return alone(check.policy, await deps.local.peek(localUse(use)));
      }
    },
    async correct(tenant, { stamp, units, ...check }) {
      if (stamp === undefined) return;
      try {
        const use = await useOf(tenant, check);
        await store.correct({ ...use, stamp, units: Math.max(0, Math.ceil(units)) });
      } catch (error) {
        failed(error);
      }
    },
    async reset(tenant, check) {
      try {
        await store.reset(await useOf(tenant, check));
      } catch (error) {
        failed(error);
      }
    },
  };
}

interface Joined {
  readonly uses: readonly RateUse[];
  /** Which of them each check is part of. */
  readonly places: readonly number[];
}

/** Two checks of one log are one use of both their costs. */
function joinUses(uses: readonly RateUse[]): Joined {
  const joined: RateUse[] = [];
  const places = uses.map((use) => {
    const place = joined.findIndex(
      ({ subject, log }) => subject === use.subject && log === use.log,
    );
    const same = joined[place];
    if (same === undefined) return joined.push(use) - 1;
    const limit = Math.min(same.limit, use.limit);
    joined[place] = { ...same, limit, cost: same.cost + use.cost };
    return place;
  });
  return { uses: joined, places };
}

/** Those that nobody may pass and those that everybody may are decided; the rest are counted here. */
async function checkAlone(
  { local }: LimiterDeps,
  checks: readonly RateCheck[],
  { uses, places }: Joined,
): Promise<readonly RateDecision[]> {
  const isClosed = checks.some(({ policy }) => policy.onStoreError === 'closed');
  const counted = uses.filter((_, place) =>
    checks.some(({ policy }, index) => places[index] === place && policy.onStoreError === 'local'),
  );
  const asked = counted.map(localUse);
  const states = isClosed
    ? await Promise.all(asked.map((use) => local.peek(use)))
    : await local.use(asked);
  return checks.map(({ policy }, index) => {
    if (policy.onStoreError !== 'local') return withoutStore(policy);
    const use = uses[places[index] ?? 0];
    const state = states[counted.findIndex((one) => one === use)];
    return alone(policy, state);
  });
}

function localUse(use: RateUse): RateUse {
  return { ...use, limit: localLimit(use.limit) };
}

function localLimit(limit: number): number {
  return Math.max(1, Math.floor(limit / LOCAL_SHARE));
}

function alone(policy: RatePolicy, state: RateState | undefined): RateDecision {
  const limited = { ...policy, limit: localLimit(policy.limit) };
  return { ...decisionOf(limited, state, 'local'), degraded: true };
}

function withoutStore(policy: RatePolicy): RateDecision {
  const isOpen = policy.onStoreError === 'open';
  return {
    ...decisionOf(policy, { ...DEGRADED, ok: isOpen }, 'local'),
    retryAfterMs: isOpen ? 0 : CLOSED_MS,
    degraded: true,
  };
}

function decisionOf(
  { name, limit, windowMs }: RatePolicy,
  state: RateState | undefined,
  source: RateDecision['source'],
): RateDecision {
  if (state === undefined) throw new Error(`Cannot decide by policy "${name}": no state`);
  return {
    ...state,
    policy: name,
    limit,
    windowMs,
    source,
    degraded: false,
  };
}

/** The one to report: a refusal before any pass, then the longest wait, then the least that is left. */
export function tightest(decisions: readonly RateDecision[]): RateDecision | undefined {
  return decisions.toSorted(
    (a, b) =>
      Number(a.ok) - Number(b.ok) ||
      b.retryAfterMs - a.retryAfterMs ||
      a.remaining / a.limit - b.remaining / b.limit,
  )[0];
}
