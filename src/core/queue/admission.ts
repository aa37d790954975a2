/** By what a run is admitted: its priority, the limits it counts under, when it may start. */
import type { JsonObject } from '../json.ts';
import type { Plan } from '../recipe/plan.ts';
import { createResolveContext, resolveToText } from '../run/resolve.ts';
import type { ResolveContext } from '../run/resolve.ts';

/** A limit that runs share. While one is under way, it holds a slot of it. */
export interface Lane {
  readonly key: string;
  /** Slots, as the recipe's version of this run says. */
  readonly limit: number;
}

export interface Rate {
  readonly key: string;
  /** Starts in a window. */
  readonly limit: number;
  readonly windowMs: number;
}

export interface Debounce {
  readonly key: string;
  readonly waitMs: number;
  readonly maxWaitMs: number;
}

/** Fixed when a run is submitted. Plain JSON: it is kept beside the run. */
export interface Admission {
  /** Higher ones start first. */
  readonly priority: number;
  readonly lanes: readonly Lane[];
  /** What becomes of a run that finds its lanes full. */
  readonly onLimit: 'queue' | 'reject' | 'replace';
  readonly rate?: Rate;
  readonly debounce?: Debounce;
  /** Not before, in epoch milliseconds. */
  readonly startAt?: number;
}

export const PLAIN: Admission = { priority: 0, lanes: [], onLimit: 'queue' };

/** What a submission says beside its recipe. */
export interface AdmissionOrder {
  readonly recipe: string;
  readonly inputs: JsonObject;
  readonly priority?: number;
  readonly startAt?: number;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly random: () => number;
}

/**
 * Throws what the templates of its keys throw. Keys belong to the recipe by its name: two recipes
 * never share a limit by accident, and all versions of one do.
 */
export function admissionOf(plan: Plan, order: AdmissionOrder): Admission {
  const { concurrency, rateLimit, debounce, limits } = plan;
  const { recipe, startAt } = order;
  const context = keyContext(plan, order);
  const keyed = (kind: string, template: string | undefined): string =>
    template === undefined
      ? `${kind} ${recipe}`
      : `${kind} ${recipe} ${resolveToText(template, context)}`;
  const lanes: Lane[] = [];
  if (limits.maxConcurrent !== undefined)
    lanes.push({ key: `runs ${recipe}`, limit: limits.maxConcurrent });
  if (concurrency !== undefined)
    lanes.push({ key: keyed('lane', concurrency.key), limit: concurrency.limit });
  return {
    priority: order.priority ?? plan.priority ?? 0,
    lanes,
    onLimit: concurrency?.onLimit ?? 'queue',
    ...(rateLimit && {
      rate: {
        key: keyed('rate', rateLimit.key),
        limit: rateLimit.limit,
        windowMs: rateLimit.windowMs,
      },
    }),
    ...(debounce && {
      debounce: {
        key: keyed('debounce', debounce.key),
        waitMs: debounce.waitMs,
        maxWaitMs: debounce.maxWaitMs,
      },
    }),
    ...(startAt !== undefined && { startAt }),
  };
}

/** Which runs must lie together: those under one of these keys, the first that there is. */
export function placementKey(plan: Plan, admission: Admission): string | undefined {
  const lane = plan.concurrency?.key === undefined ? undefined : admission.lanes.at(-1)?.key;
  const rate = plan.rateLimit?.key === undefined ? undefined : admission.rate?.key;
  return lane ?? admission.debounce?.key ?? rate;
}

function keyContext(plan: Plan, { inputs, now, random }: AdmissionOrder): ResolveContext {
  const get = (name: string) =>
    Object.hasOwn(inputs, name) ? inputs[name] : name === 'inputs' ? inputs : undefined;
  return createResolveContext({ plan, scope: { get }, now, random });
}
