/** What every node has: identity, output, retry, cache, limits, condition. */
import { isJsonObject, ownProperty } from '../../json.ts';
import type { JsonValue } from '../../json.ts';
import { compact } from '../compact.ts';
import type { NodeContext, NodeDefaults } from '../context.ts';
import { parseDuration } from '../duration.ts';
import { conditionText } from '../expression-text.ts';
import type { CachePolicy, NodeType, RateLimitPolicy, RetryPolicy } from '../plan.ts';
import type { z } from 'zod';
import type { cacheSchema, rateLimitSchema, retrySchema } from '../schema/common.ts';
import type { Path } from '../path.ts';
import { checkRetryCodes } from './retry-codes.ts';

type Retry = z.infer<typeof retrySchema>;

/** The parsed keys of commonShape that this file reads. */
export interface CommonKeys {
  readonly id: string;
  readonly description?: string | number | boolean | undefined;
  readonly input?: JsonValue | undefined;
  readonly output?: string | undefined;
  readonly timeout?: string | number | undefined;
  readonly retry?: Retry | undefined;
  readonly retry_config?: Retry | undefined;
  readonly max_retries?: number | undefined;
  readonly on_error?: string | undefined;
  readonly cache?: z.infer<typeof cacheSchema> | undefined;
  readonly rate_limit?: z.infer<typeof rateLimitSchema> | undefined;
  readonly when?: string | boolean | number | null | undefined;
  readonly max_visits?: number | undefined;
  readonly compensate?: JsonValue | undefined;
  readonly sensitive?: boolean | undefined;
}

const MAX_VISITS = 10;
/** Types bound to the network, worth another try. */
const NETWORK = new Set<NodeType>([
  'language_task',
  'text_to_speech_task',
  'speech_to_text_task',
  'http_task',
]);
/** Types that take the time, retry, cache and rate defaults: the others hold work or wait. */
const WORKING = new Set<NodeType>([...NETWORK, 'function_task', 'reduce']);

export function readCommon(keys: CommonKeys, type: NodeType, path: Path, context: NodeContext) {
  const defaults: NodeDefaults = WORKING.has(type) ? context.defaults : {};
  const onError = keys.on_error ?? context.defaults.on_error ?? 'halt';
  useCompensation(keys.compensate, [...path, 'compensate'], context);
  checkRetryCodes(keys, path, context.report);
  return compact({
    id: keys.id,
    description: keys.description === undefined ? undefined : String(keys.description),
    input: keys.input,
    output: keys.output ?? keys.id,
    when: conditionText(keys.when),
    timeoutMs: parseDuration(keys.timeout ?? defaults.timeout),
    retry: readRetry([retryKeys(keys, path, context), retryKeys(defaults)], type),
    onError: nodeErrors(type, onError),
    cache: readCache(keys.cache ?? defaults.cache),
    rateLimit: readRateLimit(
      keys.rate_limit ?? defaults.rate_limit,
      [...path, 'rate_limit'],
      context,
    ),
    maxVisits: keys.max_visits ?? context.defaults.max_visits ?? MAX_VISITS,
    compensate: keys.compensate,
    sensitive: keys.sensitive === true ? (true as const) : undefined,
  });
}

/** `compensate: plugin.function`, or `{function_identifier, input}`. */
function useCompensation(value: JsonValue | undefined, path: Path, context: NodeContext): void {
  if (value === undefined || value === null) return;
  if (context.isTask) {
    const detail =
      'Items are not undone one by one: write "compensate" on the map, or on nodes of a sub-recipe';
    context.report.add({ code: 'conflicting_keys', path, detail });
    return;
  }
  const reference = isJsonObject(value) ? ownProperty(value, 'function_identifier') : value;
  if (typeof reference === 'string') return context.useFunction(reference.trim(), path);
  const detail =
    'Cannot read "compensate": it must be a function, or a map with "function_identifier"';
  context.report.add({ code: 'wrong_type', path, detail });
}

/** A map's own `skip` and `drop` are about items; `continue` is about the node. */
function nodeErrors(type: NodeType, onError: string): 'halt' | 'continue' {
  const goesOn = type === 'map' ? onError === 'continue' : onError !== 'halt';
  return goesOn ? 'continue' : 'halt';
}

/** The retry keys of a node or of `defaults`, spellings joined. */
export function retryKeys(
  keys: Pick<CommonKeys, 'retry' | 'retry_config' | 'max_retries'>,
  path?: Path,
  context?: NodeContext,
): Retry | undefined {
  const { retry, retry_config: config, max_retries: retries } = keys;
  if (
    path !== undefined &&
    [retry, config, retries].filter((given) => given !== undefined).length > 1
  ) {
    const detail =
      'Only one of "retry", "retry_config" and "max_retries" is needed: they are joined';
    context?.report.add({ code: 'repeated_setting', path, detail });
  }
  if (retry === undefined && config === undefined && retries === undefined) return undefined;
  return { ...(retries === undefined ? {} : { max_retries: retries }), ...config, ...retry };
}

/** The first policy given wins as a whole; what it leaves open takes the language's defaults. */
export function readRetry(policies: readonly (Retry | undefined)[], type: NodeType): RetryPolicy {
  const given = policies.find((policy) => policy !== undefined);
  const usual = NETWORK.has(type) ? 3 : 1;
  const retries = given?.max_retries;
  return compact({
    maxAttempts:
      given?.max_attempts ??
      (retries === undefined ? (given === undefined ? usual : 3) : retries + 1),
    initialDelayMs: parseDuration(given?.initial_delay) ?? 1000,
    backoff: given?.backoff ?? given?.backoff_factor ?? 2,
    maxDelayMs: parseDuration(given?.max_delay) ?? 60_000,
    jitter: given?.jitter ?? 0.1,
    retryOn: given?.retry_on,
  });
}

function readCache(cache: z.infer<typeof cacheSchema> | undefined): CachePolicy | undefined {
  if (cache === undefined) return undefined;
  const keys = typeof cache === 'object' ? cache : { ttl: cache };
  const ttlMs = parseDuration(keys.ttl) ?? 0;
  if (ttlMs === 0) return undefined;
  return compact({
    ttlMs,
    staleMs: parseDuration(keys.stale) ?? 0,
    scope: keys.scope ?? ('tenant' as const),
    key: keys.key === undefined ? undefined : String(keys.key),
  });
}

export function readRateLimit(
  keys: z.infer<typeof rateLimitSchema> | undefined,
  path: Path,
  context: Pick<NodeContext, 'report'>,
): RateLimitPolicy | undefined {
  if (keys === undefined) return undefined;
  const limit = keys.limit ?? keys.max_calls;
  const windowMs = parseDuration(keys.window ?? keys.time_window);
  if (limit === undefined || windowMs === undefined) {
    const detail = `A rate limit needs "${limit === undefined ? 'limit' : 'window'}"`;
    context.report.add({ code: 'missing_key', path, detail });
    return undefined;
  }
  return compact({ limit, windowMs, key: keys.key === undefined ? undefined : String(keys.key) });
}
