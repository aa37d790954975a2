/** Providers that everybody knows by name: the protocol they speak, and where. */

export type ServerKind = 'openai' | 'anthropic' | 'google' | 'elevenlabs' | 'compatible';

interface Known {
  readonly kind: ServerKind;
  /** Absent: only whoever sets it up knows. */
  readonly url?: string;
}

const compatible = (url: string): Known => ({ kind: 'compatible', url });

export const KNOWN_SERVERS = {
  openai: { kind: 'openai', url: 'https://api.openai.com/v1' },
  anthropic: { kind: 'anthropic', url: 'https://api.anthropic.com/v1' },
  google: { kind: 'google', url: 'https://generativelanguage.googleapis.com/v1beta' },
  elevenlabs: { kind: 'elevenlabs', url: 'https://api.elevenlabs.io' },
  openrouter: compatible('https://openrouter.ai/api/v1'),
  groq: compatible('https://api.groq.com/openai/v1'),
  perplexity: compatible('https://api.perplexity.ai'),
  deepseek: compatible('https://api.deepseek.com/v1'),
  mistral: compatible('https://api.mistral.ai/v1'),
  xai: compatible('https://api.x.ai/v1'),
  together: compatible('https://api.together.xyz/v1'),
  fireworks: compatible('https://api.fireworks.ai/inference/v1'),
  cerebras: compatible('https://api.cerebras.ai/v1'),
  ollama: { kind: 'compatible' },
  // Each account has an address of its own.
  'workers-ai': { kind: 'compatible' },
} as const satisfies Readonly<Record<string, Known>>;

export function knownServer(name: string): Known | undefined {
  // SAFETY: an own member of the table.
  return Object.hasOwn(KNOWN_SERVERS, name)
    ? KNOWN_SERVERS[name as keyof typeof KNOWN_SERVERS]
    : undefined;
}
