/** The Models port: each call to the provider that it names. */
import { fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import type { ModelName, Models, OwnServer } from '../../runtime/ports/models.ts';
import type { Speech } from '../../runtime/ports/speech.ts';
import { generateWith } from './generate.ts';
import type { GenerateDeps } from './generate.ts';
import { generateMock } from './mock.ts';
import { MOCK_LIMIT, speakMock, transcribeMock } from './speech/mock.ts';
import { speakWith, speechLimit } from './speech/speak.ts';
import { transcribeWith } from './speech/transcribe.ts';
import type { Send } from './send.ts';
import type { ModelServer, ModelServers } from './servers.ts';

export interface ModelsDeps {
  /** Those that the operator has set up. */
  readonly servers: ModelServers;
  /** The way out to them: what an operator names may be on this machine. */
  readonly send: Send;
  /** The way out to servers that a tenant has set up: where recipes may ask. */
  readonly sendOwn: Send;
  readonly clock: { readonly now: () => number };
}

interface Found {
  readonly asked: GenerateDeps;
  readonly server: ModelServer;
}

/** With nothing set up there is `mock` alone. */
export function createModels(deps?: ModelsDeps): Models & Speech {
  const find = ({
    provider,
    server: own,
  }: ModelName & { readonly server?: OwnServer }): Result<Found> => {
    const server = own ?? deps?.servers.get(provider);
    if (deps !== undefined && server !== undefined) {
      const { send, sendOwn, clock } = deps;
      const asked = { send: own === undefined ? send : sendOwn, now: () => clock.now() };
      return ok({ asked, server });
    }
    return fail(
      'provider_unknown',
      `Cannot ask provider "${provider.slice(0, 100)}": no key or address of it is set up`,
    );
  };
  return {
    async generate(call, options) {
      if (call.provider === 'mock') return generateMock(call, options);
      const found = find(call);
      if (!found.ok) return found;
      return generateWith(found.value.asked, found.value.server, call, options);
    },
    speechLimit: (model) => (model.provider === 'mock' ? MOCK_LIMIT : speechLimit(model)),
    async speak(call, signal) {
      if (call.provider === 'mock') return speakMock(call);
      const found = find(call);
      if (!found.ok) return found;
      return speakWith(found.value.asked, found.value.server, call, signal);
    },
    async transcribe(call, signal) {
      if (call.provider === 'mock') return transcribeMock(call);
      const found = find(call);
      if (!found.ok) return found;
      return transcribeWith(found.value.asked, found.value.server, call, signal);
    },
  };
}
