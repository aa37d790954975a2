/** The Models port over fake providers, and how tests ask it. */
import { createModels } from '../../../src/adapters/models/models.ts';
import { readServers } from '../../../src/adapters/models/servers.ts';
import type { ModelCall, Models } from '../../../src/runtime/ports/models.ts';
import { startProviders } from './server.ts';
import { providerVariables } from './variables.ts';
import type { FakeProviders } from './server.ts';

export const signal = new AbortController().signal;

export const TOOL = {
  name: 'text-tools_word_count',
  description: 'Counts words',
  input: { type: 'object', properties: { text: { type: 'string' } } },
};

export async function startModels(): Promise<{ fake: FakeProviders; models: Models }> {
  const fake = await startProviders();
  const servers = readServers(providerVariables(fake.url));
  const send = (url: string, init: RequestInit) => fetch(url, init);
  return { fake, models: createModels({ servers, send, sendOwn: send, clock: { now: () => 0 } }) };
}

let count = 0;

/** A call of a model that nothing else asks. */
export function callOf(provider: string, more: Partial<ModelCall> = {}): ModelCall {
  count += 1;
  const messages = [{ role: 'user' as const, content: 'Hello' }];
  return { provider, model: `m${count}`, messages, options: {}, ...more };
}
