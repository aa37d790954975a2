/** The Models port over a server that answers with the bytes of a test. */
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { createModels } from '../../../src/adapters/models/models.ts';
import { readServers } from '../../../src/adapters/models/servers.ts';
import type { Models } from '../../../src/runtime/ports/models.ts';
import type { Speech } from '../../../src/runtime/ports/speech.ts';
import { startRaw } from './raw.ts';
import type { RawServer } from './raw.ts';
import { providerVariables } from './variables.ts';

/** Both are there once the tests of the file have begun. */
export function rawModels(): { raw: () => RawServer; models: () => Models & Speech } {
  let raw: RawServer;
  let models: Models & Speech;
  beforeAll(async () => {
    raw = await startRaw();
    const servers = readServers({
      ...providerVariables(raw.url),
      ELEVENLABS_API_KEY: 'el-4718',
      ELEVENLABS_BASE_URL: raw.url,
    });
    const send = (url: string, init: RequestInit) => fetch(url, init);
    models = createModels({ servers, send, sendOwn: send, clock: { now: () => 0 } });
  });
  beforeEach(() => void raw.seen.splice(0));
  afterAll(() => raw.close());
  return { raw: () => raw, models: () => models };
}
