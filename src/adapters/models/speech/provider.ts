/** The SDK's models that speak and listen, loaded when the first call needs them. */
import type { SpeechModelV4, TranscriptionModelV4 } from '@ai-sdk/provider';
import { KNOWN_SERVERS } from '../../../runtime/models/known-servers.ts';
import type { ModelName } from '../../../runtime/ports/models.ts';
import type { ModelServer } from '../servers.ts';

const OPENAI = KNOWN_SERVERS.openai.url;
const ELEVENLABS = KNOWN_SERVERS.elevenlabs.url;
/** The SDK wants a key or looks for one in the environment. */
const NO_KEY = 'none';

interface VoiceModels {
  readonly speech: (model: string) => SpeechModelV4;
  readonly transcription: (model: string) => TranscriptionModelV4;
}

/** Undefined: the provider has no such models. */
export async function voiceModels(
  { provider }: Pick<ModelName, 'provider'>,
  { kind, baseUrl, apiKey = NO_KEY }: ModelServer,
  fetch: typeof globalThis.fetch,
): Promise<VoiceModels | undefined> {
  switch (kind) {
    case 'openai':
    case 'compatible': {
      const { createOpenAI } = await import('@ai-sdk/openai');
      return createOpenAI({ name: provider, baseURL: baseUrl ?? OPENAI, apiKey, fetch });
    }
    case 'elevenlabs': {
      const { createElevenLabs } = await import('@ai-sdk/elevenlabs');
      // It takes no address, so what it asks for is sent to the one that was set up.
      const send: typeof globalThis.fetch = (input, init) => {
        const url = input instanceof Request ? input.url : input.toString();
        return fetch(url.replace(ELEVENLABS, baseUrl ?? ELEVENLABS), init);
      };
      return createElevenLabs({ apiKey, fetch: send });
    }
    case 'anthropic':
    case 'google':
      return undefined;
  }
}
