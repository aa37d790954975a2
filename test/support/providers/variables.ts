/** How a server is told that every provider is a fake one. */

/** Variables under which every kind of provider is the fake one. */
export function providerVariables(url: string): Record<string, string> {
  return {
    OPENAI_API_KEY: 'sk-openai-4714',
    OPENAI_BASE_URL: `${url}/v1`,
    ANTHROPIC_API_KEY: 'sk-ant-4715',
    ANTHROPIC_BASE_URL: `${url}/v1`,
    GOOGLE_GENERATIVE_AI_API_KEY: 'goog-4716',
    GOOGLE_BASE_URL: `${url}/v1beta`,
    OLLAMA_BASE_URL: `${url}/v1/`,
    WORKERS_AI_BASE_URL: `${url}/client/v4/accounts/a1/ai/v1`,
    WORKERS_AI_API_KEY: 'cf-4721',
    MODEL_SERVERS: `my-vllm=${url}/v1`,
    MY_VLLM_API_KEY: 'key-4717',
  };
}
