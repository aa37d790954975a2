/** Bindings, variables and secrets, parsed once: a missing or malformed one fails with its name. */
import { z } from 'zod';
import { parseHostRules, parseRanges } from './runtime/egress/settings.ts';
import { parseApiRates } from './runtime/limits/api-rates.ts';
import type { ApiRates } from './runtime/limits/api-rates.ts';
import type { EgressPolicy } from './runtime/ports.ts';
import type { CacheObject } from './adapters/durable-objects/cache-object.ts';
import { parseVaultKeys } from './adapters/system/vault-keys.ts';
import type { CatalogObject } from './adapters/durable-objects/catalog-object.ts';
import type { LimiterObject } from './adapters/durable-objects/limiter-object.ts';
import type { WorkflowQueueObject } from './adapters/durable-objects/workflow-queue.ts';

export interface Bindings {
  readonly LOADER: WorkerLoader;
  readonly WORKFLOW_QUEUE: DurableObjectNamespace<WorkflowQueueObject>;
  readonly CATALOG: DurableObjectNamespace<CatalogObject>;
  readonly CACHE: DurableObjectNamespace<CacheObject>;
  readonly LIMITER: DurableObjectNamespace<LimiterObject>;
  readonly META: KVNamespace;
  readonly FILES: R2Bucket;
  /** The way out to what the operator names; absent where every address may be asked. */
  readonly OPERATOR_NETWORK?: Fetcher;
}

const count = (byDefault: number) => z.coerce.number().int().min(1).default(byDefault);

/** A list in one variable, separated by commas or spaces. */
const list = <T>(parse: (text: string) => readonly T[] | { readonly wrong: string[] }) =>
  z.string().transform((text, context): readonly T[] => {
    const parsed = parse(text);
    if (!('wrong' in parsed)) return parsed;
    const message = `cannot read ${parsed.wrong.map((part) => `"${part}"`).join(', ')}`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });

const Variables = z.object({
  /** SHA-256 of the admin key, in hex. */
  ADMIN_KEY_SHA256: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, 'must be a SHA-256 in hex')
    .transform((digest) => digest.toLowerCase())
    .optional(),
  /** Seals secrets and signs keys: `ID:BASE64` of 32 bytes, the newest first. Absent: none can be kept. */
  SECRETS_KEY: list(parseVaultKeys).default([]),
  /** The address that a launcher has bound; nothing else may set it. */
  BOUND_HOST: z.string().min(1).optional(),
  INSTANCE: z.string().min(1).optional(),
  /** Where people outside reach this server: links start with it. */
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  PLATFORM: z.enum(['cloudflare', 'self-hosted']).default('cloudflare'),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  /** Runs of a partition under way at a time, and waiting. */
  MAX_RUNNING: count(100),
  MAX_QUEUED: count(10_000),
  /** Objects that a tenant's runs are spread over. */
  PARTITIONS: z.coerce.number().int().min(1).max(1000).default(1),
  /** Objects over which a tenant's cache is spread. Another number begins with an empty one. */
  CACHE_SHARDS: count(4),
  /** Isolates of plugins that are kept although nobody calls them. */
  MAX_WARM_PLUGINS: count(32),
  /** Requests of a key in a time, by the class of the route: `read=6000/1m run=600/1m`, or `off`. */
  API_RATES: z
    .string()
    .transform((text, context): ApiRates => {
      const parsed = parseApiRates(text);
      if (!('wrong' in parsed)) return parsed;
      const message = `cannot read ${parsed.wrong.map((part) => `"${part}"`).join(', ')}`;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    })
    .optional(),
  /** An Upstash database, for cache and rate limits instead of Durable Objects. Both, or neither. */
  UPSTASH_REDIS_REST_URL: z.url({ protocol: /^https?$/ }).optional(),
  UPSTASH_REDIS_REST_TOKEN: z.string().min(1).optional(),
  /** Of every key in that database. */
  REDIS_PREFIX: z
    .string()
    .regex(/^[\w-]{1,64}$/)
    .default('edge-composer'),
  /** How limits are counted in that database. */
  RATE_ALGORITHM: z.enum(['exact', 'approximate']).default('exact'),
  /** Bytes of the largest file that is taken. */
  MAX_FILE_BYTES: count(512 * 1024 * 1024),
  /** Hosts that recipes may ask: `name` or `*.name`, with an optional port. Default: every public one. */
  EGRESS_ALLOW_HOSTS: list(parseHostRules).optional(),
  EGRESS_DENY_HOSTS: list(parseHostRules).default([]),
  /** Whether plain `http:` may be used. */
  EGRESS_ALLOW_HTTP: z.stringbool().default(false),
  /** Addresses that are not public and may be asked nevertheless: `10.0.0.5`, `10.0.0.0/8`. */
  EGRESS_ALLOW_ADDRESSES: list(parseRanges).default([]),
});

export type Variables = z.infer<typeof Variables>;

export function egressPolicy(variables: Omit<Variables, 'LOG_LEVEL' | 'INSTANCE'>): EgressPolicy {
  const { EGRESS_ALLOW_HOSTS: hosts } = variables;
  return {
    allowHttp: variables.EGRESS_ALLOW_HTTP,
    // An empty variable is one that is not set.
    ...(hosts !== undefined && hosts.length > 0 && { allowHosts: hosts }),
    denyHosts: variables.EGRESS_DENY_HOSTS,
    allowAddresses: variables.EGRESS_ALLOW_ADDRESSES,
  };
}

const BINDINGS = [
  'LOADER',
  'WORKFLOW_QUEUE',
  'CATALOG',
  'CACHE',
  'LIMITER',
  'META',
  'FILES',
] as const;

export function readVariables(env: object): Variables {
  const missing = BINDINGS.filter((name) => !(name in env));
  if (missing.length > 0) throw new Error(`Cannot start: missing bindings ${missing.join(', ')}`);
  return parseVariables(env);
}

/** Throws an Error that names every variable that is wrong, and no value. */
export function parseVariables(given: object): Variables {
  const parsed = Variables.safeParse(given);
  if (parsed.success) {
    const { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = parsed.data;
    if ((url === undefined) === (token === undefined)) return parsed.data;
    const missing = url === undefined ? 'UPSTASH_REDIS_REST_URL' : 'UPSTASH_REDIS_REST_TOKEN';
    throw new Error(`Cannot start: ${missing} is not set, and the other one is`);
  }
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(`Cannot start: wrong settings: ${faults.join('; ')}`);
}
