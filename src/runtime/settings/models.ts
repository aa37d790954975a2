/** `models`: what names stand for, what may be asked, and how often. */
import * as z from 'zod';
import type { JsonObject, JsonValue } from '../../core/json.ts';

const name = z.string().min(1).max(200);
/** "provider/model", an alias, `{provider, model, …}`, or a list of these to fall back on. */
const model = z.union([
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

export const modelSettings = z.strictObject({
  /** Of nodes that name none in recipes that name none. */
  default: model.optional(),
  aliases: z.record(name, model).default({}),
  /** `provider/model`, or `provider/*`. Absent: every model. */
  allow: z.array(name).max(1_000).optional(),
  /** By provider, or by `provider/model`. */
  limits: z.record(name, limits).default({}),
});

export type ModelLimits = z.output<typeof limits>;

/** As the runtime reads it. */
export interface ModelSettings {
  readonly default?: JsonValue | undefined;
  readonly aliases: JsonObject;
  readonly allow?: readonly string[] | undefined;
  readonly limits: { readonly [of: string]: ModelLimits };
}

export const NO_MODEL_SETTINGS: ModelSettings = { aliases: {}, limits: {} };
