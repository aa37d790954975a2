/** `prices`: what models cost, where it is not what the built-in table says. */
import * as z from 'zod';

const usd = z.number().min(0).max(1_000_000);

const price = z.strictObject({
  /** US dollars for a million tokens. */
  input: usd,
  output: usd,
  /** Read from the provider's cache. Default: as `input`. */
  cached_input: usd.optional(),
  /** Written to it. Default: as `input`. */
  cache_write: usd.optional(),
});

/** In US dollars. */
const voicePrice = z.strictObject({
  /** Of text that is spoken. */
  per_million_characters: usd.optional(),
  /** Of a recording that is heard. */
  per_minute: usd.optional(),
});

/** By `provider/model`, or `provider/*` for all that have no own. */
export const priceSettings = z.strictObject({
  models: z.record(z.string().min(1).max(200), price).default({}),
  voices: z.record(z.string().min(1).max(200), voicePrice).default({}),
});

export type Price = z.output<typeof price>;
export type PriceTable = { readonly [of: string]: Price };
export type VoicePrice = z.output<typeof voicePrice>;
export type VoicePriceTable = { readonly [of: string]: VoicePrice };
