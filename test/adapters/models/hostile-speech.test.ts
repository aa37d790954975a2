/** Voices and ears that lie, break off or never end: no page is taken for audio, and no key goes on. */
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { signal } from '../../support/providers/models.ts';
import { startRaw } from '../../support/providers/raw.ts';
import { rawModels } from '../../support/providers/raw-models.ts';

const { raw, models } = rawModels();
const TEXT = 'PLANTED Hello';

const says = (body: string | Buffer, type: string, status = 200, more = {}) => {
  raw().answer = (response) =>
    response.writeHead(status, { 'content-type': type, ...more }).end(body);
};

describe.each(['openai', 'elevenlabs', 'my-vllm'])('a voice of %s', (provider) => {
  const model = provider === 'elevenlabs' ? 'eleven_v3' : 'tts-1';
  const speak = (stop: AbortSignal = signal) =>
    models().speak({ provider, model, text: TEXT, options: { voice: 'rachel' } }, stop);

  it.each([
    ['a page', '<html>PLANTED</html>', 'text/html'],
    ['JSON', '{"error":"PLANTED el-4718"}', 'application/json'],
    ['nothing', '', 'audio/mpeg'],
  ])('that answers with %s has not spoken', async (_what, body, type) => {
    says(body, type);
    const reply = await speak();
    expect(reply).toMatchObject({ ok: false, error: { code: 'provider_error', retryable: true } });
    expect(JSON.stringify(reply)).not.toMatch(/PLANTED|4718/);
  });

  it.each([
    [401, 'provider_auth'],
    [402, 'provider_auth'],
    [404, 'model_not_found'],
    [422, 'provider_invalid_request'],
    [429, 'provider_rate_limited'],
    [500, 'provider_error'],
    [503, 'provider_overloaded'],
    [529, 'provider_overloaded'],
  ])('that answers with %i: %s', async (status, code) => {
    says('{"detail":{"status":"PLANTED"}}', 'application/json', status, { 'retry-after': '3' });
    const reply = await speak();
    expect(reply).toMatchObject({ ok: false, error: { code } });
    if (status === 429) expect(reply).toMatchObject({ error: { retryAfterMs: 3_000 } });
    expect(JSON.stringify(reply)).not.toMatch(/PLANTED Hello|4714|4717|4718/);
  });

  it('that breaks off has not spoken', async () => {
    raw().answer = (response) => {
      response.writeHead(200, { 'content-type': 'audio/mpeg', 'content-length': '1000' });
      response.write('ID3');
      setImmediate(() => response.destroy());
    };
    expect(await speak()).toMatchObject({ ok: false, error: { code: 'provider_network' } });
  });

  it('that never ends is given up', async () => {
    let isClosed = false;
    const block = Buffer.alloc(1024 * 1024);
    raw().answer = async (response) => {
      response.on('close', () => (isClosed = true));
      response.writeHead(200, { 'content-type': 'audio/mpeg' });
      for (let sent = 0; sent < 96 && !isClosed; sent += 1) {
        if (!response.write(block))
          await Promise.race([once(response, 'drain'), once(response, 'close')]);
      }
      response.end();
    };
    const reply = await speak();
    expect(JSON.stringify(reply)).toContain('too large');
    await expect.poll(() => isClosed).toBe(true);
  });

  it.each([302, 307, 308])('is not followed elsewhere: %i', async (status) => {
    const other = await startRaw();
    says('', 'text/plain', status, { location: `${other.url}/v1/audio/speech` });
    expect(await speak()).toMatchObject({ ok: false, error: { code: 'provider_error' } });
    await other.close();
    expect(other.seen).toEqual([]);
  });

  it('that nobody waits for sees the connection close', async () => {
    const asked = Promise.withResolvers<{ closed: Promise<unknown> }>();
    raw().answer = (response) => asked.resolve({ closed: once(response, 'close') });
    const stop = new AbortController();
    const reply = speak(stop.signal);
    const { closed } = await asked.promise;
    stop.abort();
    expect(await reply).toMatchObject({ ok: false, error: { code: 'timeout' } });
    await closed;
  });
});

describe.each(['openai', 'elevenlabs'])('an ear of %s', (provider) => {
  const hear = () =>
    models().transcribe(
      {
        provider,
        model: provider === 'elevenlabs' ? 'scribe_v1' : 'whisper-1',
        audio: Uint8Array.of(1, 2, 3),
        contentType: 'audio/mpeg',
        options: {},
      },
      signal,
    );

  it.each([
    ['a page', '<html>PLANTED</html>', 'text/html'],
    ['nothing', '', 'application/json'],
    ['no text', '{"text":7}', 'application/json'],
    ['null', 'null', 'application/json'],
  ])('that answers with %s has heard nothing', async (_what, body, type) => {
    says(body, type);
    const reply = await hear();
    expect(reply).toMatchObject({ ok: false, error: { code: 'provider_error' } });
    expect(JSON.stringify(reply)).not.toContain('PLANTED');
  });
});
