/** `models`: what names stand for, what may be asked, and how often. */
import * as z from 'zod';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { knownServer } from '../models/known-servers.ts';

const name = z.string().min(1).max(200);
/** "provider/model", an alias, `{provider, model, …}`, or a list of these to fall back on. */
export const modelName = z.union([
  z.string().min(1).max(500),
  z.record(z.string().max(200), z.json()),
  z
    .array(z.union([z.string().min(1).max(500), z.record(z.string().max(200), z.json())]))
    .min(1)
    .max(20),
]);

const limits = z.strictObject({
  requests_per_minute: z.int().min(1).max(1_000_000).optional(),
  /** Counted at their worst before a call: what is sent, and `max_tokens`. */
  tokens_per_minute: z.int().min(1).max(1_000_000_000).optional(),
  /** Calls under way at a time, in one partition. */
  max_concurrency: z.int().min(1).max(10_000).optional(),
  /** Of a prompt, before a call: what budgets and `tokens_per_minute` count it at. Default 1. */
  bytes_per_token: z.number().min(1).max(16).optional(),
});

/** As `mock`, no name of a tenant's may be. */
const serverName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/)
  .refine((text) => text !== 'mock', 'is the offline provider');

const address = z
  .string()
  .max(2_048)
  .refine((text) => {
    const url = URL.parse(text);
    const isPlain = url?.username === '' && url.password === '' && url.search + url.hash === '';
    return isPlain && /^https?:$/.test(url.protocol);
  }, 'must be an http or https address without a name, a password and a query');

const server = z
  .strictObject({
    /** All of the path but the last part. Absent: that of the provider with this name. */
    url: address.optional(),
    /** Name of the secret that is sent as its key. */
    key: z
      .string()
      .regex(/^[A-Za-z_]\w{0,99}$/)
      .optional(),
    /** Default: the provider's own, `openai` for any other name. */
    protocol: z.enum(['openai', 'anthropic', 'google', 'elevenlabs']).optional(),
    /** False: it takes no JSON Schema, and the model is told of it in words. */
    structured_outputs: z.boolean().optional(),
  })
  .refine(({ url, key }) => url !== undefined || key !== undefined, 'needs "url" or "key"');

const servers = z
  .record(serverName, server)
  .refine((all) => Object.keys(all).length <= 50, 'must be at most 50')
  .superRefine((all, context) => {
    for (const [name, { url }] of Object.entries(all)) {
      if (url !== undefined || knownServer(name)?.url !== undefined) continue;
      const message = 'is needed: no provider of this name is known';
      context.addIssue({ code: 'custom', path: [name, 'url'], message });
    }
  });

export const modelSettings = z.strictObject({
  /** Of nodes that name none in recipes that name none. */
  default: modelName.optional(),
  aliases: z.record(name, modelName).default({}),
  /** `provider/model`, or `provider/*`. Absent: every model. */
  allow: z.array(name).max(1_000).optional(),
  /** By provider, or by `provider/model`. */
  limits: z.record(name, limits).default({}),
  /** Servers of the tenant's own, by the name of their provider: they go before the operator's. */
  servers: servers.default({}),
});

export type ServerSettings = z.output<typeof servers>;
export type ModelLimits = z.output<typeof limits>;

/** As the runtime reads it. */
export interface ModelSettings {
  readonly default?: JsonValue | undefined;
  readonly aliases: JsonObject;
  readonly allow?: readonly string[] | undefined;
  readonly limits: { readonly [of: string]: ModelLimits };
  readonly servers?: ServerSettings;
}

export const NO_MODEL_SETTINGS: ModelSettings = { aliases: {}, limits: {} };
