/** The Models port: each call to the provider that it names. */
import { fail } from '../../core/errors.ts';
import type { Models } from '../../runtime/ports/models.ts';
import { generateWith } from './generate.ts';
import { generateMock } from './mock.ts';
import type { Send } from './send.ts';
import type { ModelServers } from './servers.ts';

export interface ModelsDeps {
  /** Those that the operator has set up. */
  readonly servers: ModelServers;
  /** The way out to them: what an operator names may be on this machine. */
  readonly send: Send;
  readonly clock: { readonly now: () => number };
}

/** With nothing set up there is `mock` alone. */
export function createModels(deps?: ModelsDeps): Models {
  return {
    async generate(call, options) {
      if (call.provider === 'mock') return generateMock(call, options);
      const server = deps?.servers.get(call.provider);
      if (deps === undefined || server === undefined) {
        return fail(
          'provider_unknown',
          `Cannot ask provider "${call.provider.slice(0, 100)}": no key or address of it is set up`,
        );
      }
      const { send, clock } = deps;
      return generateWith({ send, now: () => clock.now() }, server, call, options);
    },
  };
}
