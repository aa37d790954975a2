/** What a recipe says about its runs as a whole: their bounds, and how many go on at a time. */
import { compact } from './compact.ts';
import { parseDuration } from './duration.ts';
import { readRateLimit } from './nodes/common.ts';
import type { Path } from './path.ts';
import type { Plan, RunLimits } from './plan.ts';
import type { Report } from './report.ts';
import type { recipeSchema } from './schema/recipe.ts';
import type { z } from 'zod';

type Keys = Pick<
  z.infer<typeof recipeSchema>,
  'limits' | 'concurrency' | 'rate_limit' | 'debounce' | 'priority'
>;

const MAX_STEPS = 10_000;
/** A start that is put off for ever is no start: without `max_wait`, so many waits are the most. */
const WAITS = 10;
/** The starts of a window are kept one by one. */
const MAX_RATE = 1_000;

export function limitsOf({ limits }: Keys): RunLimits {
  return {
    maxSteps: limits?.max_steps ?? MAX_STEPS,
    ...compact({
      timeoutMs: parseDuration(limits?.timeout),
      maxConcurrent: limits?.max_concurrent,
      maxCostUsd: limits?.max_cost_usd,
      maxTokens: limits?.max_tokens,
      allowUnpriced: limits?.allow_unpriced,
    }),
  };
}

export function flowControl(
  keys: Keys,
  path: Path,
  report: Report,
): Pick<Plan, 'concurrency' | 'rateLimit' | 'debounce' | 'priority'> {
  return compact({
    concurrency: concurrencyOf(keys),
    rateLimit: rateLimitOf(keys, [...path, 'rate_limit'], report),
    debounce: debounceOf(keys, [...path, 'debounce'], report),
    priority: keys.priority === 0 ? undefined : keys.priority,
  });
}

function concurrencyOf({ concurrency }: Keys): Plan['concurrency'] {
  if (concurrency === undefined) return undefined;
  const { limit, key, on_limit: onLimit = 'queue' } = concurrency;
  return { limit, onLimit, ...compact({ key: key === undefined ? undefined : String(key) }) };
}

function rateLimitOf({ rate_limit: keys }: Keys, path: Path, report: Report): Plan['rateLimit'] {
  const policy = readRateLimit(keys, path, { report });
  if (policy === undefined || policy.limit <= MAX_RATE) return policy;
  const detail = `At most ${MAX_RATE} runs in one window can be counted: use a shorter window`;
  const at = keys?.limit === undefined ? 'max_calls' : 'limit';
  report.add({ code: 'out_of_range', path: [...path, at], detail });
  return undefined;
}

function debounceOf({ debounce }: Keys, path: Path, report: Report): Plan['debounce'] {
  const waitMs = parseDuration(debounce?.wait);
  if (debounce === undefined || waitMs === undefined) return undefined;
  const maxWaitMs = parseDuration(debounce.max_wait) ?? waitMs * WAITS;
  if (maxWaitMs < waitMs) {
    const detail = '"max_wait" is shorter than "wait", so no run would ever be put off so long';
    report.add({ code: 'out_of_range', path: [...path, 'max_wait'], detail });
  }
  const { key } = debounce;
  return { waitMs, maxWaitMs, ...compact({ key: key === undefined ? undefined : String(key) }) };
}
