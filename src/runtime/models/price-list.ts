/** What providers ask by their published lists, without tiers and discounts: where it was read, and when. */
import type { Price, PriceTable, VoicePrice, VoicePriceTable } from '../settings/prices.ts';

interface Listed {
  readonly source: string;
  /** Month in which it was looked up. Prices change: a tenant's own go over these. */
  readonly asOf: string;
  readonly models: PriceTable;
  readonly voices?: VoicePriceTable;
}

const price = (input: number, output: number, cached?: number, written?: number): Price => ({
  input,
  output,
  ...(cached !== undefined && { cached_input: cached }),
  ...(written !== undefined && { cache_write: written }),
});

const spoken = (usd: number): VoicePrice => ({ per_million_characters: usd });
const heard = (usd: number): VoicePrice => ({ per_minute: usd });

export const PRICE_LIST: readonly Listed[] = [
  {
    source: 'made here, or on a machine of your own',
    asOf: '2026-11',
    models: { 'mock/*': price(0, 0), 'ollama/*': price(0, 0) },
    voices: { 'mock/*': { per_million_characters: 0, per_minute: 0 } },
  },
  {
    source: 'https://developers.openai.com/api/docs/pricing',
    asOf: '2026-06',
    models: {
      'openai/gpt-5': price(1.25, 10, 0.125),
      'openai/gpt-5-mini': price(0.25, 2, 0.025),
      'openai/gpt-5-nano': price(0.05, 0.4, 0.005),
      'openai/gpt-4.1': price(2, 8, 0.5),
      'openai/gpt-4.1-mini': price(0.4, 1.6, 0.1),
      'openai/gpt-4.1-nano': price(0.1, 0.4, 0.025),
      'openai/gpt-4o': price(2.5, 10, 1.25),
      'openai/gpt-4o-mini': price(0.15, 0.6, 0.075),
      'openai/o3': price(2, 8, 0.5),
      'openai/o4-mini': price(1.1, 4.4, 0.275),
    },
    voices: {
      'openai/tts-1': spoken(15),
      'openai/tts-1-hd': spoken(30),
      'openai/whisper-1': heard(0.006),
    },
  },
  {
    source: 'https://platform.claude.com/docs/en/about-claude/pricing',
    asOf: '2025-11',
    models: {
      'anthropic/claude-opus-4-5': price(5, 25, 0.5, 6.25),
      'anthropic/claude-opus-4-1': price(15, 75, 1.5, 18.75),
      'anthropic/claude-sonnet-4-5': price(3, 15, 0.3, 3.75),
      'anthropic/claude-sonnet-4': price(3, 15, 0.3, 3.75),
      'anthropic/claude-haiku-4-5': price(1, 5, 0.1, 1.25),
    },
  },
  {
    source: 'https://ai.google.dev/gemini-api/docs/pricing',
    asOf: '2025-11',
    models: {
      'google/gemini-2.5-pro': price(1.25, 10, 0.125),
      'google/gemini-2.5-flash': price(0.3, 2.5, 0.03),
      'google/gemini-2.5-flash-lite': price(0.1, 0.4, 0.01),
    },
  },
];
