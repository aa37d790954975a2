/** The Models port: each call to the provider that it names. */
import type { Models } from '../../runtime/ports.ts';
import { generateMock, unknownProvider } from './mock.ts';

export function createModels(): Models {
  return {
    async generate(call) {
      return call.provider === 'mock' ? generateMock(call) : unknownProvider(call.provider);
    },
  };
}
