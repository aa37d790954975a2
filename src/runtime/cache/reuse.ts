/**
 * A call under its node's `cache` and `rate_limit`: found, or made once for all who ask, or put off.
 *
 * U1. A failure is never kept.
 * U2. Of all who miss a key one makes its value; the others wait for it, and no longer than its lease.
 */
import type { Result } from '../../core/errors.ts';
import type { CachePolicy, PlanNode } from '../../core/recipe/plan.ts';
import { resolveToText } from '../../core/run/resolve.ts';
import type { ResolveContext } from '../../core/run/resolve.ts';
import type { RunIdentity } from '../../core/run/state.ts';
import type { Clock, Digests, Log, Tenant } from '../ports.ts';
import type { Cache, CacheLease, Memo } from '../ports/cache.ts';
import type { RateLimiter } from '../ports/rate-limiter.ts';
import { throttledBy } from '../limits/throttle.ts';
import type { TaskFailure, TaskOutcome } from '../tasks/outcome.ts';
import { identityText, keyOf } from './identity.ts';
import type { CallIdentity, KeyScope } from './identity.ts';
import { outcomeText, readOutcome } from './outcome.ts';

export type Outcome = Result<TaskOutcome, TaskFailure>;
export type Make = (signal: AbortSignal) => Promise<Outcome>;
export type Reuse = (identity: CallIdentity, make: Make) => Promise<Outcome>;

export interface ReuseDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly digests: Pick<Digests, 'sha256'>;
  readonly cache: Cache;
  readonly limiter: RateLimiter;
  readonly memo: Memo;
  /** Goes on with work whose result nobody waits for. */
  readonly background: (work: Promise<unknown>) => void;
}

/** Whose call it is. */
export interface Caller {
  readonly tenant: Tenant;
  readonly run: RunIdentity;
  readonly node: PlanNode;
  /** Names the step among all runs, so that a restart finds its own lease. */
  readonly step: string;
  readonly context: ResolveContext;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** A lease ends by then even if its holder is gone. */
const MAX_LEASE_MS = 60_000;
const FIRST_POLL_MS = 25;
const MAX_POLL_MS = 1_000;

export function createReuse(deps: ReuseDeps, caller: Caller): Reuse {
  const { node, signal } = caller;
  return async (identity, make) => {
    const limited: Make = (within) => underLimit(deps, caller, () => make(within));
    const { cache: policy } = node;
    if (policy === undefined) return limited(signal);
    const scope = scopeOf(policy, caller);
    const text = identityText(identity, scope);
    if (text === undefined) return limited(signal);
    const key = await keyOf(deps.digests, policy.scope, text);
    const tags = tagsOf(identity, caller, scope);
    return findOrMake({ ...deps, ...caller, policy, key, tags, identity, make: limited });
  };
}

interface Asked extends ReuseDeps, Caller {
  readonly policy: CachePolicy;
  readonly key: string;
  readonly tags: readonly string[];
  readonly identity: CallIdentity;
  readonly make: Make;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

async function findOrMake(asked: Asked): Promise<Outcome> {
  const { cache, clock, tenant, key, tags, run, step, timeoutMs, signal, make } = asked;
  const memoized = fromMemo(asked);
  if (memoized !== undefined) return { ok: true, value: memoized };
  const leaseMs = Math.min(timeoutMs, MAX_LEASE_MS);
  const terms = { ms: leaseMs, holder: `${run.id} ${step}`, tags };
  const patience = clock.now() + leaseMs;
  for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(2 * pollMs, MAX_POLL_MS)) {
    const { hit, lease } = await cache.take(tenant, key, terms);
    const found = hit && readOutcome(decoder.decode(hit.value));
    if (found !== undefined) {
      if (lease !== undefined) refresh(asked, lease);
      else memorize(asked, hit);
      return { ok: true, value: found };
    }
    // Not one of ours, or of another release: a miss.
    if (hit !== undefined) await cache.delete(tenant, key);
    if (lease !== undefined) return makeAndKeep(asked, lease, signal);
    if (clock.now() + pollMs > patience) return make(signal);
    await clock.sleep(pollMs, signal);
  }
}

async function makeAndKeep(asked: Asked, lease: CacheLease, signal: AbortSignal): Promise<Outcome> {
  const { cache, tenant, key, make } = asked;
  try {
    const made = await make(signal);
    if (!made.ok) return made;
    await keep(asked, made.value, lease);
    return { ok: true, value: { ...made.value, stats: { ...made.value.stats, cached: false } } };
  } finally {
    await cache.release(tenant, key, lease);
  }
}

/** What is stale has been served; the next ones get what is made now. */
function refresh(asked: Asked, lease: CacheLease): void {
  const { background, clock, log, run, node, timeoutMs } = asked;
  const deadline = clock.deadline(timeoutMs);
  const work = makeAndKeep(asked, lease, deadline.signal)
    .then((made) => made.ok)
    .catch(() => false)
    .then((refreshed) => {
      deadline.clear();
      log.write('debug', 'cache_refreshed', { run: run.id, node: node.id, refreshed });
    });
  background(work);
}

async function keep(asked: Asked, outcome: TaskOutcome, lease: CacheLease): Promise<void> {
  const { cache, clock, memo, identity, log, tenant, run, node, key, tags, policy } = asked;
  const text = outcomeText(outcome);
  if (text === undefined) return;
  const { ttlMs, staleMs } = policy;
  if (identity.isPure === true) memo.keep(memoKey(asked), text, clock.now() + ttlMs);
  const value = encoder.encode(text);
  const kept = await cache.set(tenant, key, { value, ttlMs, staleMs, tags, lease });
  if (kept.ok) return;
  log.write('info', 'cache_bypassed', { run: run.id, node: node.id, code: kept.error.code });
}

// ---------------------------------------------------------------- in this isolate

const memoKey = ({ tenant, key }: Asked): string => JSON.stringify([tenant, key]);

function fromMemo(asked: Asked): TaskOutcome | undefined {
  if (asked.identity.isPure !== true) return undefined;
  const text = asked.memo.find(memoKey(asked));
  return text === undefined ? undefined : readOutcome(text);
}

function memorize(
  asked: Asked,
  hit: { readonly value: Uint8Array; readonly freshUntil: number } | undefined,
): void {
  if (asked.identity.isPure !== true || hit === undefined) return;
  asked.memo.keep(memoKey(asked), decoder.decode(hit.value), hit.freshUntil);
}

// ---------------------------------------------------------------- what it goes by

function scopeOf({ scope, key }: CachePolicy, { run, context }: Caller): KeyScope {
  const owner = { tenant: '', recipe: run.recipe, run: run.id }[scope];
  return { scope, owner, key: key === undefined ? undefined : resolveToText(key, context) };
}

/** Of a tag's name; longer ones are cut, on both sides alike. */
const MAX_TAG = 256;

export function tagName(text: string): string {
  return text.slice(0, MAX_TAG);
}

function tagsOf(identity: CallIdentity, { run, node }: Caller, { key }: KeyScope): string[] {
  const own = ['all', `recipe:${run.recipe}`, `node:${run.recipe}/${node.id}`];
  const named = key === undefined ? [] : [`key:${key}`];
  return [...own, ...identity.tags, ...named].map(tagName);
}

/** The node's own limit, which calls with the same `key` share, whichever recipe they are in. */
async function underLimit(
  { limiter }: ReuseDeps,
  { tenant, run, node, context }: Caller,
  make: () => Promise<Outcome>,
): Promise<Outcome> {
  const { rateLimit } = node;
  if (rateLimit === undefined) return make();
  const { limit, windowMs, key } = rateLimit;
  const subject =
    key === undefined ? `node ${run.recipe}/${node.id}` : `key ${resolveToText(key, context)}`;
  const policy = { name: 'node', limit, windowMs, onStoreError: 'local' as const };
  const refused = throttledBy(await limiter.check(tenant, [{ policy, subject }]));
  return refused === undefined ? make() : { ok: false, error: refused };
}
