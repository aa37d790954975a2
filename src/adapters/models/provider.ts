/**
 * The SDK's models, loaded when the first call needs them: a Worker that asks no model starts
 * without. Only what speaks a provider's protocol is used. The SDK's own retries, telemetry and loops
 * of tools lie a layer above it, and are ours to decide.
 */
import type { LanguageModelV4 } from '@ai-sdk/provider';
import { KNOWN_SERVERS } from '../../runtime/models/known-servers.ts';
import type { ModelCall } from '../../runtime/ports/models.ts';
import type { ModelServer } from './servers.ts';

/** Where no key is set none may be sent, and the SDK wants one or looks for it in the environment. */
const NO_KEY = 'none';

/** Undefined: the provider has no models of language. */
export async function modelOf(
  { provider, model }: Pick<ModelCall, 'provider' | 'model'>,
  server: ModelServer,
  { fetch, isChat }: { fetch: typeof globalThis.fetch; isChat: boolean },
): Promise<LanguageModelV4 | undefined> {
  const { baseUrl, apiKey = NO_KEY } = server;
  const settings = { apiKey, fetch, ...(baseUrl !== undefined && { baseURL: baseUrl }) };
  switch (server.kind) {
    case 'openai': {
      const { createOpenAI } = await import('@ai-sdk/openai');
      // Both addresses are given, because the SDK would else read one from the environment.
      const openai = createOpenAI({ baseURL: KNOWN_SERVERS.openai.url, ...settings });
      return isChat ? openai.chat(model) : openai.responses(model);
    }
    case 'anthropic': {
      const { createAnthropic } = await import('@ai-sdk/anthropic');
      return createAnthropic({ baseURL: KNOWN_SERVERS.anthropic.url, ...settings })(model);
    }
    case 'google': {
      const { createGoogle } = await import('@ai-sdk/google');
      const baseURL = KNOWN_SERVERS.google.url;
      return createGoogle({ baseURL, ...settings })(model);
    }
    case 'elevenlabs':
      return undefined;
    case 'compatible': {
      const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
      return createOpenAICompatible({
        name: provider,
        baseURL: baseUrl ?? '',
        fetch,
        includeUsage: true,
        supportsStructuredOutputs: server.structuredOutputs !== false,
        ...(server.apiKey !== undefined && { apiKey: server.apiKey }),
      }).chatModel(model);
    }
  }
}
