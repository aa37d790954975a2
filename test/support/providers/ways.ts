/** The ways in which models are asked. */

/** Each way of asking: how it is named, and the options that choose it. */
export const WAYS = [
  { way: 'openai chat', provider: 'openai', options: {} },
  { way: 'openai responses', provider: 'openai', options: { api: 'responses' } },
  { way: 'anthropic', provider: 'anthropic', options: {} },
  { way: 'google', provider: 'google', options: {} },
  { way: 'ollama', provider: 'ollama', options: {} },
  { way: 'my-vllm', provider: 'my-vllm', options: {} },
] as const;
